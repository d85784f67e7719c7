"""Cases at agencies as the hub keeps them, and what is told about them. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.model.collection import CollectionStep

KIND = "collection"  # of its plans and runs
PLAN_COMMAND = "plan_collection"
SOURCE = "agency"  # of the holds that transfers set: `agency:NAME`

_Short = Annotated[str, StringConstraints(max_length=100)]


class CaseState(StrEnum):
    """Where a case stands with us."""

    TRANSFERRED = "transferred"  # told, or about to be; not answered yet
    ACCEPTED = "accepted"
    RECALLING = "recalling"  # taken back; the agency has not confirmed it
    CLOSED = "closed"
    REFUSED = "refused"  # the agency did not take it


ORDER_REFUSED = "agency_order_refused"  # task, of an order
CANNOT_BE_TOLD = "agency_cannot_be_told"  # task, of an order
NOT_TAKEN = "agency_message_not_taken"  # task, of an exchange
TASKS_OF_ORDERS, TASKS_OF_MESSAGES = (ORDER_REFUSED, CANNOT_BE_TOLD), (NOT_TAKEN,)
"""Tasks that repeat what an agency has written: a purge takes their texts."""

AT_AGENCY = "agency"  # how somebody to whom a receivable is handed over is named: `agency NAME`


def at_agency(name: str) -> str:
    """Return how it is said that a receivable is at an agency."""
    return f"{AT_AGENCY} {name}"


OPEN_CASES = (CaseState.TRANSFERRED, CaseState.ACCEPTED, CaseState.RECALLING)


class OrderState(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"  # to be sent
    SENT = "sent"  # in a message: its exchange says where that stands
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DROPPED = "dropped"  # never sent: it was taken back before
    IMPOSSIBLE = "impossible"  # the agency or its format cannot take it: a person tells it


class Selection(BaseModel):
    """Which receivables a transfer run is about; what is left empty is not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str = Field(description="The agency.")
    step: CollectionStep | None = None
    companies: tuple[_Short, ...] = ()
    routines: tuple[_Short, ...] = ()
    number: _Short = ""
    number_to: _Short = ""
    department: _Short = ""
    debtor: _Short = ""


class Case(NamedTuple):
    """One case, in the order of its table's columns."""

    case_no: int
    receivable_id: int
    claim_id: str
    company: str
    agency: str
    organisation_number: str
    currency: str
    rule: str  # of the settings, that it was handed over by
    step: str
    state: str
    stage: str
    stage_on: str
    agency_case_no: str
    agency_ocr: str
    plan_no: int
    item_no: int
    claim_version: int
    since_entry: int  # entries of the receivable after this one are told
    is_settled: int  # 1: the receivable was settled against the transfer accounts
    hold_no: int
    principal_ore: int  # handed over, by bucket
    fee_ore: int
    interest_ore: int
    principal_told_ore: int  # of it: what the agency has been told, or has told, to be owed no longer
    fee_told_ore: int
    interest_told_ore: int
    transferred_on: str
    closed_on: str | None
    closing_code: str

    @property
    def handed_ore(self) -> int:
        """All that was handed over."""
        return self.principal_ore + self.fee_ore + self.interest_ore

    @property
    def left_there_ore(self) -> int:
        """What the agency should believe is left."""
        return self.handed_ore - self.principal_told_ore - self.fee_told_ore - self.interest_told_ore

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN_CASES


class Order(NamedTuple):
    """One order, in the order of its table's columns."""

    order_no: int
    case_no: int
    order_key: str
    kind: str
    step: str
    state: str
    on_day: str
    body: str  # JSON of the part that its kind needs
    exchange_no: int | None = None
    file_no: int = 0
    code: str = ""
    text: str = ""

    @property
    def waits(self) -> bool:
        """Whether it is to be sent."""
        return self.state == OrderState.WAITING


class Overdue(NamedTuple):
    """What an agency was told and has not answered, of one kind of order."""

    kind: str
    orders: int
    oldest_on: str  # ISO date
    case_no: int  # of one of them
    answered: int  # orders of the kind that it has answered


class NewsOfCase(NamedTuple):
    """An entry on the receivable of an open case."""

    case_no: int
    entry_no: int
    cause: str
    bucket: str
    amount_ore: int
    transaction_date: str
    payment_id: int | None
    reverses_no: int | None
    rule: str
    payer_account: str


class SettlementRow(NamedTuple):
    """One row of a settlement, in the order of its table's columns."""

    exchange_no: int
    row_no: int
    settlement_no: int
    case_no: int
    capital_ore: int
    interest_ore: int
    reminder_fee_ore: int
    demand_fee_ore: int
    court_costs_ore: int
    commission_ore: int
    vat_ore: int
    net_ore: int
    paid_on: str


class Settlement(NamedTuple):
    """One settlement (*redovisning*), in the order of its table's columns."""

    settlement_no: int
    agency: str
    exchange_no: int
    payout_reference: str
    dated_on: str
    company: str  # blank: of several companies
    currency: str
    rows: int
    collected_ore: int
    commission_ore: int
    vat_ore: int
    net_ore: int
    posted_on: str
    payment_id: int | None = None  # the money that has come for it
    paid_ore: int = 0

    @property
    def left_ore(self) -> int:
        """What has not been paid; below zero: the agency is owed it, and takes it off what it pays out later."""
        return self.net_ore - self.paid_ore


class PaidPart(NamedTuple):
    """What of a settlement is paid, of one company's part of it; below zero it is taken off again."""

    settlement_no: int
    company: str
    payment_id: int | None  # None: by what the agency is owed
    amount_ore: int


class WaitingPayout(NamedTuple):
    """Suspended money, as it is placed on a settlement or a case."""

    payment_id: int
    exchange_no: int
    section_no: int
    account_no: int
    company: str
    currency: str
    remaining_ore: int
    booked_date: str
    reference: str
    texts: str
    payer_account: str


class TransferReason(StrEnum):
    """Why a receivable is not handed over: not yet, or stopped; some with a detail behind."""

    NOT_DUE = "not_due"
    TOO_EARLY = "too_early"
    BEFORE_START = "before_start"  # due before the day that the rule begins
    NO_RULE = "no_rule"
    NOTHING_OWED = "nothing_owed"
    NOT_COLLECTED = "not_collected"  # credit notes and internal receivables
    BASIS_NOT_TAKEN = "basis_not_taken"  # the step that its days are counted from
    AT_AGENCY = "at_agency"  # already, with its name
    OTHER_STEP = "other_step"


class TransferStop(StrEnum):
    """Something keeps a receivable that is due from being handed over."""

    HANDED_OVER = "handed_over"  # in an order to pay or an instalment plan: with which
    DIRECT_DEBIT = "direct_debit"  # with the day on which the money is drawn
    HOLD = "hold"  # with its code
    FLAGGED = "flagged"  # with the flag: protected identity, deceased, bankrupt, …
    NO_IDENTITY = "no_identity"
    NO_ADDRESS = "no_address"
    FEE_BORNE = "fee_borne"  # it has borne a reminder fee, and the agency's step is a reminder with one
    NO_DEMAND = "no_demand"
    DEMAND_TIME = "demand_time"  # of our own demand: not out
    LAPSED = "lapsed"  # with the last day of the claim's life
    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    EXCLUDED = "excluded"
    UNDELIVERABLE = "undeliverable"
    PAID_HERE = "paid_here"  # the rule settles, and at the agency's step the debtor still pays the creditor
    AGENCY_SAYS = "agency_says"  # with its words


class LeftOut(StrEnum):
    """What a plan said no longer held when it was carried out."""

    PAID = "paid"
    BALANCE_CHANGED = "balance_changed"
    SETTINGS_CHANGED = "settings_changed"
