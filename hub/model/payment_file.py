"""What a payment file says, event by event.

A `PaymentFileReader` turns bytes into these events, in file order. They are NamedTuples because they flow by the
million. Amounts are whole öre (the hundredth of any currency) and dates are `datetime.date`.

Two levels of money (see `Level`): a *specification* section says who paid what and alone may credit receivables. A
*lump* section is an account statement: every entry in it also moved the bank account.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """What the entries of a section state."""

    SPECIFICATION = "specification"  # who paid what: BgMax section, camt.054 notification
    LUMP = "lump"  # the account's own movements: camt.053 statement


class ReferenceQuality(StrEnum):
    """How much the sender vouches for a reference."""

    CHECKED = "checked"  # the bank says it is a correct OCR number by the payee's agreement
    GIVEN = "given"  # stood in the reference field, unchecked or wrong
    NONE = ""  # no reference


class PartKind(StrEnum):
    """Which kind of document a part of a payment names."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Part(NamedTuple):
    """One further reference of a payment, with its share where the file states one.

    `amount_ore` is signed: a share taken by a credit note is negative; None means that the file states no share.
    """

    reference: str
    amount_ore: int | None = None
    kind: str = PartKind.INVOICE
    quality: str = ReferenceQuality.GIVEN


class Payer(NamedTuple):
    """The payer as the file names it; any field may be empty."""

    name: str = ""
    account: str = ""  # bankgiro, BBAN or IBAN
    identity: str = ""  # organisation number or personal identity number, digits as given
    address: tuple[str, ...] = ()  # lines in the order they are printed


class Key(NamedTuple):
    """An identity given by a third party: same kind and value, direction and currency, prove the same money.

    A kind among `LOOKUP_KINDS` proves nothing: a reversal may find its payment by it, when it finds one alone.
    """

    kind: str  # `bgc_serial`, `acct_svcr_ref`, …
    value: str


DIRECT_DEBIT_KEY = "direct_debit"
"""Kind of a key made of all that a direct debit's refund repeats of it, its day among that."""

LOOKUP_KINDS = frozenset({"tx_id", "instr_id", "end_to_end_id", "clr_sys_ref", "uetr", DIRECT_DEBIT_KEY})
"""Names that the payer or a bank on the way gave a payment: others may have the same."""

DATED_KINDS = frozenset({DIRECT_DEBIT_KEY})
"""Those of them that name the day too, so that they find a payment however long after."""


class PayeeAccount(NamedTuple):
    """The receiving account as the file writes it."""

    scheme: str  # `bankgiro`, `plusgiro`, `iban`, `bban` or `other`
    number: str  # digits without separators and leading zeros for giro numbers; as written otherwise


class FileOpened(NamedTuple):
    """First event of every file."""

    format: str  # `BgMax`, `camt.054.001.08`, …
    family: str  # the formats within which two equal payments are always two: `bgmax`, `camt.054`, `camt.053`
    identity: str  # message id or time stamp; may be empty
    created_at: str  # ISO 8601 as far as the file says it; may be empty
    is_test: bool = False


class SectionOpened(NamedTuple):
    """A run of entries for one account begins."""

    account: PayeeAccount
    level: str
    currency: str  # empty when each entry states its own
    identity: str = ""  # statement or notification id; BgMax states its serial when the section closes
    alternative_account: PayeeAccount | None = None  # plusgiro converted to a bankgiro, BGNR beside an IBAN


class Payment(NamedTuple):
    """Money received: one giro payment or one transaction detail. `amount_ore` is above zero."""

    line: int  # 1-based record or source line
    entry: int  # number of the bank's entry within the section, from 1: the deposit it belongs to
    amount_ore: int
    currency: str
    booked_date: date | None  # None: the date that the section states when it closes
    reference: str  # as given, trimmed; empty when none
    quality: str = ReferenceQuality.NONE
    parts: tuple[Part, ...] = ()
    texts: tuple[str, ...] = ()  # free text, one item a line
    payer: Payer | None = None
    keys: tuple[Key, ...] = ()
    channel: str = ""  # how it was paid: `electronic`, `paper`, `autogiro`, …
    account: PayeeAccount | None = None  # when it differs from the section's
    entry_reference: str = ""  # the bank's reference of the entry, as on the account statement


class Deduction(NamedTuple):
    """A credit note the payer drew from a payment; `amount_ore` is above zero and lowers the deposit."""

    line: int
    entry: int
    amount_ore: int
    currency: str
    booked_date: date | None
    reference: str
    quality: str = ReferenceQuality.NONE
    parts: tuple[Part, ...] = ()
    texts: tuple[str, ...] = ()
    payer: Payer | None = None
    keys: tuple[Key, ...] = ()
    channel: str = ""
    account: PayeeAccount | None = None
    entry_reference: str = ""
    remainder: str = ""  # `whole`, `part` or `final`: what is left of the credit note


class Reversal(NamedTuple):
    """A payment taken back by the bank. `amount_ore` is above zero; `keys` name the original payment."""

    line: int
    entry: int
    amount_ore: int
    currency: str
    booked_date: date | None
    reference: str
    keys: tuple[Key, ...]
    reason: str = ""  # the code the file gives
    is_credit: bool = False  # the sign of the entry itself
    account: PayeeAccount | None = None
    entry_reference: str = ""


class OtherKind(StrEnum):
    """Why an entry is neither a payment nor a reversal."""

    LUMP = "lump"  # a booked credit without details
    DEBIT = "debit"
    FEE = "fee"
    INTEREST = "interest"
    PENDING = "pending"  # not booked yet: may still change
    UNKNOWN = "unknown"


class OtherEntry(NamedTuple):
    """Any other entry of the account; `amount_ore` is signed, credit above zero."""

    line: int
    entry: int
    amount_ore: int
    currency: str
    booked_date: date | None
    kind: str
    code: str = ""  # the bank's transaction code or status
    references: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    entry_reference: str = ""
    proprietary: str = ""  # the bank's own transaction code
    counterparty: Payer | None = None  # who paid, or was paid: name and account


class Balance(NamedTuple):
    """A balance the statement states; `amount_ore` is signed."""

    line: int
    kind: str  # `opening`, `closing`, or the bank's own code
    on_date: date | None
    amount_ore: int
    currency: str


class SectionClosed(NamedTuple):
    """The section's totals have agreed."""

    line: int
    net_ore: int | None  # payments less deductions (specification), all booked entries (lump); None: several currencies
    entry_count: int  # payments and deductions (specification), entries (lump)
    booked_date: date | None = None  # for events whose own date is None
    serial: str = ""  # deposit or statement serial, unique for account and year
    bank_account: str = ""  # where the deposit was paid in; may be empty


class FileClosed(NamedTuple):
    """Last event: every control has agreed, the file is complete."""

    line: int
    payments: int
    deductions: int


class Warned(NamedTuple):
    """Something odd that does not change what the money is; shown to the operator."""

    code: str
    message: str
    line: int | None = None
    record: str = ""
    field: str = ""


FileEvent = (
    FileOpened
    | SectionOpened
    | Payment
    | Deduction
    | Reversal
    | OtherEntry
    | Balance
    | SectionClosed
    | FileClosed
    | Warned
)
