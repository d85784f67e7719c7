"""What goes to the bank's clearing house about direct debits (*autogiro*), and what it says: orders out, answers in.

No word of any file format: a `DirectDebitScheme` turns these into its own and back. Amounts are whole öre, dates are
ISO texts and blank where nothing is stated. A *payer number* (*betalarnummer*) is what payee and clearing house call a
mandate by: digits without leading zeros, at most 16; a mandate (*medgivande*) for each payer number and payee account.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.model.payment_file import PayeeAccount
from hub.texts import said_by_others


class MandateOrderKind(StrEnum):
    """What is ordered about a mandate."""

    NEW = "new"  # signed by the payer, with us
    CANCEL = "cancel"
    CHANGE_PAYER_NUMBER = "change_payer_number"
    APPROVE = "approve"  # one that the payer asked for in the internet bank
    REJECT = "reject"  # one that the payer asked for in the internet bank


class MandateOrder(NamedTuple):
    """One order about one mandate."""

    kind: str  # a MandateOrderKind
    payer_number: str
    payer_account: str = ""  # digits, the clearing number first; blank where the payer number is the payer's bankgiro
    payer_identity: str = ""  # twelve digits: personal number with century, or 00 and organisation number
    new_payer_number: str = ""  # of a change
    new_payee: PayeeAccount | None = None  # of a change to another account of the payee's; None: the same


class Direction(StrEnum):
    """Which way the money goes."""

    COLLECT = "collect"  # from the payer to us
    PAY = "pay"  # from us to the payer


class Recurrence(StrEnum):
    """How often a request is carried out: on the day of the month of its date, or on the last banking day."""

    ONCE = "once"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    MONTHLY_AT_END = "monthly_at_end"
    QUARTERLY_AT_END = "quarterly_at_end"
    HALF_YEARLY_AT_END = "half_yearly_at_end"
    YEARLY_AT_END = "yearly_at_end"


@said_by_others
class PaymentRequest(NamedTuple):
    """A request to collect from a payer (*betalningsuppdrag*), or to pay one."""

    payer_number: str
    amount_ore: int
    on_date: str  # a banking day; blank: at once
    reference: str = ""  # comes back with the payment
    direction: str = Direction.COLLECT
    recurrence: str = Recurrence.ONCE
    times: int = 0  # of a recurring one; 0: until further notice
    payer_account: str = ""  # as the mandate has it, digits, the clearing number first; what is read may say none
    payer_name: str = ""


class RequestCancellation(NamedTuple):
    """Requests that are not to be carried out: all of a payer; with a date those of it; with an amount that one."""

    payer_number: str
    on_date: str = ""
    amount_ore: int = 0
    direction: str = Direction.COLLECT  # said with an amount only
    reference: str = ""  # with an amount: where several are alike


class RequestMove(NamedTuple):
    """Requests that get another date: all; with a date its; with a payer too that payer's; with an amount that one."""

    new_date: str
    on_date: str = ""
    payer_number: str = ""
    amount_ore: int = 0
    direction: str = Direction.COLLECT  # said with an amount only
    reference: str = ""


SchemeOrder = MandateOrder | PaymentRequest | RequestCancellation | RequestMove


class SchemeFile(NamedTuple):
    """What a file of orders says before them."""

    number: int  # of the company's files of this scheme, without gaps
    company: str
    made_on: str


class PayeeOrder(NamedTuple):
    """An order and the payee account (*mottagarens bankgiro*) that it is about."""

    payee: PayeeAccount
    order: SchemeOrder


class Content(StrEnum):
    """What a file of answers is about."""

    MANDATE_ADVICE = "mandate_advice"  # medgivandeavisering
    INTERNET_BANK_MANDATES = "internet_bank_mandates"  # medgivanden via internetbank
    PAYMENT_SPECIFICATION = "payment_specification"  # betalningsspecifikation
    REJECTED_REQUESTS = "rejected_requests"  # avvisade betalningsuppdrag
    CHANGED_REQUESTS = "changed_requests"  # makuleringar och ändringar
    REQUEST_REGISTER = "request_register"  # bevakningsregister: what waits for its day
    MANDATE_REGISTER = "mandate_register"  # medgivanderegister


@said_by_others
class SchemeFileOpened(NamedTuple):
    """The first thing that a file of answers says."""

    content: str  # a Content
    layout: str  # `old` or `new`
    made_on: str  # blank: the file does not say
    payee: PayeeAccount | None  # None: each row names its own
    customer_number: str = ""  # ours, with the clearing house
    identity: str = ""  # the file's own, such as its time stamp


class AdviceOutcome(StrEnum):
    """What a mandate is after an advice."""

    CREATED = "created"
    ENDED = "ended"
    REFUSED = "refused"  # what was asked for is not done: the comment says why
    STOPPED = "stopped"  # it stands, and nothing is collected by it
    RESUMED = "resumed"  # a stop was lifted
    CHANGED = "changed"  # it stands, with another limit


@said_by_others
class SchemeCode(NamedTuple):
    """A code of the clearing house and what it means."""

    code: str  # as it stands in the file
    name: str  # stable, for programs, such as `account_type_not_allowed`; blank for a code that nobody documents
    swedish: str
    english: str


@said_by_others
class MandateAdvice(NamedTuple):
    """What became of a mandate, by our order or by the payer's or the bank's doing."""

    line: int
    payee: PayeeAccount
    payer_number: str
    outcome: str  # an AdviceOutcome
    information: SchemeCode  # what it is about: by payee, by payer, payer number changed, …
    comment: SchemeCode  # what became of it
    on_date: str
    payer_account: str = ""
    payer_identity: str = ""
    valid_from: str = ""


@said_by_others
class InternetBankMandate(NamedTuple):
    """A payer asks for a mandate in the internet bank (*medgivande via internetbank*): to be approved or rejected."""

    line: int
    payee: PayeeAccount
    payer_number: str
    payer_account: str
    payer_identity: str
    reminder: int  # 0: it is new; 1 and 2: we have not answered
    text: str = ""  # what the payer wrote
    name: str = ""
    address: tuple[str, ...] = ()  # lines in the order they are printed


class RequestStatus(StrEnum):
    """What became of a request on its day."""

    PAID = "paid"
    NO_COVER = "no_cover"
    NO_ACCOUNT = "no_account"  # closed, or without a link to the scheme
    RETRIED = "retried"  # no cover yet: tried again on the next banking days, nothing is paid or failed


@said_by_others
class RequestOutcome(NamedTuple):
    """A request on its day. Only what is `paid` has moved money, which the `PaymentFileReader` tells."""

    line: int
    payee: PayeeAccount
    status: str  # a RequestStatus
    request: PaymentRequest
    deposit: str = ""  # serial number of the deposit that it is part of


@said_by_others
class Refund(NamedTuple):
    """The bank gave money back to the payer (*återbetalning*) after it was collected. `request` is the original."""

    line: int
    payee: PayeeAccount
    request: PaymentRequest
    refunded_on: str
    reason: SchemeCode
    deposit: str = ""


@said_by_others
class RequestRejected(NamedTuple):
    """A request was not taken in, and will not be carried out."""

    line: int
    payee: PayeeAccount | None
    request: PaymentRequest
    reason: SchemeCode


class ChangeOutcome(StrEnum):
    """What came of a cancellation or a move."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    NOT_DONE = "not_done"


@said_by_others
class RequestChanged(NamedTuple):
    """A request was cancelled or moved, by our order or because its mandate ended, or it was not."""

    line: int
    payee: PayeeAccount | None
    outcome: str  # a ChangeOutcome
    cause: SchemeCode  # our order, or what else made it, such as a mandate that ended
    comment: SchemeCode
    payer_number: str
    on_date: str
    amount_ore: int
    direction: str = ""  # blank: both
    reference: str = ""
    new_date: str = ""
    affected: int = 0  # how many requests together, and `amount_ore` is their sum; 0: it is about one


@said_by_others
class RegisteredRequest(NamedTuple):
    """A row of the register of requests: it waits for its day."""

    line: int
    payee: PayeeAccount
    request: PaymentRequest


@said_by_others
class RegisteredMandate(NamedTuple):
    """A row of the register of mandates."""

    line: int
    payee: PayeeAccount
    payer_number: str
    payer_account: str
    payer_identity: str
    is_under_question: bool  # the payer's bank has been asked about the account
    by_internet_bank: bool = False
    created_on: str = ""
    changed_on: str = ""
    used_in_year: str = ""  # the year in which it was last used
    max_amount_ore: int = 0  # 0: no limit


@said_by_others
class SchemeFileClosed(NamedTuple):
    """The last thing: every control has agreed, the file is whole."""

    line: int
    rows: int  # events between the first and this one, warnings apart


@said_by_others
class SchemeWarned(NamedTuple):
    """Something odd that changes no row."""

    code: str
    message: str
    line: int = 0
    record: str = ""
    field: str = ""


SchemeAnswer = (
    MandateAdvice
    | InternetBankMandate
    | RequestOutcome
    | Refund
    | RequestRejected
    | RequestChanged
    | RegisteredRequest
    | RegisteredMandate
)
SchemeEvent = SchemeFileOpened | SchemeAnswer | SchemeWarned | SchemeFileClosed
