"""Mandates (*medgivanden*) for direct debits and requests made by them. Amounts are whole öre, dates ISO texts."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

KIND = "direct_debits"  # of plans and runs
FILE_KIND = "direct_debit_file"  # of the exchanges that go out


class MandateState(StrEnum):
    """Where a mandate stands; money is collected by one that is active alone."""

    WISHED = "wished"  # the payer asks for it in the internet bank, and a person is to answer
    ASKED = "asked"  # registered or approved here; the clearing house has not answered
    QUESTIONED = "questioned"  # the payer's bank has been asked about the account
    ACTIVE = "active"
    CHANGING = "changing"  # it is to get another payer number
    STOPPED = "stopped"  # it stands, and nothing is collected by it
    CANCELLING = "cancelling"  # we have asked for its end
    CANCELLED = "cancelled"
    REFUSED = "refused"


ENDED = (MandateState.CANCELLED, MandateState.REFUSED)


class Via(StrEnum):
    """How a mandate came."""

    PAPER = "paper"  # signed, and registered here
    INTERNET_BANK = "internet_bank"
    REGISTER = "register"  # it stood at the clearing house before the hub knew it


class Mandate(NamedTuple):
    """One mandate: the only one of its payer number and payee account. In the order of its table's columns."""

    mandate_no: int
    company: str
    account_no: int  # the payee account
    payer_number: str
    state: str
    via: str
    link_kind: str  # a PayerNumberOf: what `link` is
    link: str  # the debtor's number or identity key, as receivables have it; blank: the debtor is not known
    source_system: str  # whose number it is; blank: any system's
    payer_account: str = ""
    payer_identity: str = ""
    payer_name: str = ""
    new_payer_number: str = ""  # while it is changing
    reason: str = ""
    made_at: str = ""
    changed_at: str = ""
    exchange_no: int | None = None  # the latest file that said something of it

    @property
    def collects(self) -> bool:
        """Whether money may be collected by it."""
        return self.state == MandateState.ACTIVE


class RequestState(StrEnum):
    """Where a payment request (*betalningsuppdrag*) stands."""

    ORDERED = "ordered"
    RETRIED = "retried"  # no cover on its day; the bank tries again
    CANCELLING = "cancelling"  # we have asked for its end
    PAID = "paid"
    FAILED = "failed"  # no cover, or no account
    REJECTED = "rejected"  # the clearing house did not take it
    CANCELLED = "cancelled"
    REFUNDED = "refunded"  # paid, and given back to the payer


LIVE = (RequestState.ORDERED, RequestState.RETRIED, RequestState.CANCELLING)
"""States in which a request may still bring money: dunning waits for it, and no other is made."""


class DrawnRequest(NamedTuple):
    """One request to collect what is open on one receivable. In the order of its table's columns."""

    request_no: int
    mandate_no: int
    company: str
    account_no: int
    receivable_id: int
    payer_number: str
    amount_ore: int
    currency: str
    on_date: str
    reference: str  # comes back with the payment
    state: str = RequestState.ORDERED
    reason: str = ""
    is_repeatable: int = 0  # 1: it ended by our own order, so another may be made
    moves_to: str = ""  # the day that we have asked it to be moved to
    plan_no: int | None = None
    made_at: str = ""
    changed_at: str = ""
    exchange_no: int | None = None  # the file that answered

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class OrderKind(StrEnum):
    """What an order to the scheme is, in the order in which a file has them."""

    MANDATE = "mandate"
    REQUEST = "request"
    CANCELLATION = "cancellation"
    MOVE = "move"


class OrderState(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"  # for the next file
    FILED = "filed"
    WITHDRAWN = "withdrawn"  # before it went


class Order(NamedTuple):
    """One order to the scheme. `body` has the fields of what it becomes, without what its mandate knows."""

    order_no: int
    company: str
    account_no: int
    kind: str  # an OrderKind
    mandate_no: int
    request_no: int | None
    body: dict[str, Any]
    state: str = OrderState.WAITING
    exchange_no: int | None = None


class NewOrder(NamedTuple):
    """An order that is to go with the next file."""

    company: str
    account_no: int
    kind: str
    mandate_no: int
    request_no: int | None
    body: dict[str, Any]


class StepOf(NamedTuple):
    """One line of the history of a mandate or a request."""

    at: str
    state: str
    what: str
    exchange_no: int | None
    user: str


class Drawable(NamedTuple):
    """A receivable that has a mandate in being or a live request, as the plan finds it. In its query's order."""

    receivable_id: int
    chain_id: int
    number: str
    source_system: str
    kind: str
    routine: str
    currency: str
    due_date: str
    open_ore: int
    mandate_no: int  # 0: none that collects
    payer_number: str
    account_no: int
    is_dunned: int
    is_sent_as_payable: int
    is_drawn_elsewhere: int  # a request for another version of it is live
    has_own_money: (
        int  # it was paid since the day of its request that is tried again or taken back, by that, or nobody knows
    )
    mandate_stands: str = ""  # a MandateState: of a mandate that does not collect; blank: it does, or there is none
    request: DrawnRequest | None = None  # its latest
    holds: tuple[str, ...] = ()


class RegisterDifference(NamedTuple):
    """One difference between our mandates and the clearing house's register."""

    company: str
    payer_number: str
    what: str  # see rules/mandates/proof.py
    ours: str
    theirs: str
    exchange_no: int
