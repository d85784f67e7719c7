"""What goes to a collection agency (*inkassobolag*) and what it says in return, in the hub's own words.

Amounts are whole öre, dates ISO text; blank is not known. A *case* (*inkassoärende*) is one claim at one agency. Every
order has a key of ours, which is never used again; every event says by `CaseRef` which case it is about.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from hub.model.claims import Claim, ClaimDebtor, PaidTo
from hub.texts import said_by_others


class CollectionStep(StrEnum):
    """How far an agency is asked to go; some take a claim twice, first to remind and then to collect."""

    REMIND = "remind"
    COLLECT = "collect"


class Manner(StrEnum):
    """How orders reach an agency."""

    AT_ONCE = "at_once"  # a message for each order, as soon as there is one
    IN_FILES = "in_files"  # the orders of a round together, in one numbered file


class Payee(StrEnum):
    """Whom the debtor pays from a step on."""

    CREDITOR = "creditor"
    AGENCY = "agency"


@said_by_others
class StepTerms(NamedTuple):
    """What a step at an agency means for the debtor's money."""

    payee: Payee
    keeps_fees: bool  # statutory fees of the step stay with the agency by its commission, and are never our revenue
    is_fee_bearing_reminder: bool = False  # then a claim that has borne a reminder fee is refused
    needs_demand: bool = False  # the creditor's own demand (*inkassokrav*) has been sent


class AgencyTerms(BaseModel):
    """What the agency knows a creditor by: one for each agency and organisation number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation_number: str
    company_name: str = ""
    customer_no: str = ""
    group_no: str = Field(default="", description="*Koncernnummer*, where the agency has one.")


@said_by_others
class AgencyDoubt(NamedTuple):
    """Something about an agency's settings that a person should see to; its message says what to do."""

    message: str
    is_wrong: bool  # nothing can be told, or fetched, before it is mended


# --- orders --------------------------------------------------------------------------------------------------------


class OrderKind(StrEnum):
    """What an agency is told."""

    CLAIM = "claim"
    DIRECT_PAYMENT = "direct_payment"  # the debtor paid the creditor
    CREDIT = "credit"
    RECALL = "recall"  # återkallelse
    HOLD = "hold"
    RELEASE = "release"
    DEBTOR_UPDATE = "debtor_update"


class RecallReason(StrEnum):
    """Why a case is taken back."""

    PAID = "paid"
    CREDITED = "credited"
    DISPUTED = "disputed"
    WRONG_DEBTOR = "wrong_debtor"
    AGREEMENT = "agreement"
    ERROR = "error"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"


class DirectPayment(BaseModel):
    """Money of the debtor that reached the creditor, or its taking back, below zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payment_key: str = Field(description="Ours, never used again.")
    bank_date: str
    amount_ore: int
    source: PaidTo = PaidTo.CUSTOMER
    principal_ore: int = 0
    fee_ore: int = 0
    interest_ore: int = 0
    principal_left_ore: int = 0
    fee_left_ore: int = 0
    interest_left_ore: int = 0

    @property
    def left_ore(self) -> int:
        """What is open after it."""
        return self.principal_left_ore + self.fee_left_ore + self.interest_left_ore


class Crediting(BaseModel):
    """What the creditor no longer asks for, by a credit or a write-off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    credit_key: str = Field(description="Ours, never used again.")
    credit_no: str = Field(default="", description="Number of a credit note.")
    date: str
    amount_ore: int
    bears_interest: bool = Field(default=False, description="false: it was never owed, interest on it neither.")
    left_ore: int = Field(default=0, description="What is open after it.")


class CaseOrder(BaseModel):
    """One thing that an agency is told of one case. Of the parts below `claim`, the one that its kind needs is given.

    The claim goes with every order, as it was last told: what an agency's format repeats is at hand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_key: str = Field(max_length=40)
    order_no: int
    kind: OrderKind
    step: CollectionStep
    claim_id: str
    agency_case_no: str = ""
    on_day: str
    terms: AgencyTerms
    claim: Claim
    payment: DirectPayment | None = None
    credit: Crediting | None = None
    recall_reason: RecallReason | None = None
    reason: str = Field(default="", description="In words, of a recall or a hold.")
    hold_from: str = ""
    hold_until: str = ""
    debtor: ClaimDebtor | None = Field(default=None, description="Of an update: as it is now.")
    changed_fields: tuple[str, ...] = ()


@said_by_others
class Attachment(NamedTuple):
    """A document of a claim that goes beside it, as a message of its own: the kept rendering, byte by byte."""

    name: str  # what its file is called at the agency, without folders: of each another, in what is written too
    sha256: str
    size: int
    why_not: str = ""  # why a person sends it, such as its size; blank: it goes


class CaseBatch(NamedTuple):
    """Orders that go together: the same batch gives the same bytes."""

    key: str  # ours, never used again; the message's name
    file_no: int  # of the agency's files for these terms, without gaps; 0 for a message of its own
    made_on: str
    terms: AgencyTerms
    orders: tuple[CaseOrder, ...]  # of one step, either claims or all the rest, in the order they are carried out


# --- events --------------------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """How far a case has come at the agency."""

    TRANSFERRED = "transferred"
    REMINDER_SENT = "reminder_sent"
    DEMAND_SENT = "krav_sent"
    DEMAND_DUE = "krav_due"
    INSTALMENT = "instalment"
    DISPUTED = "disputed"
    PAUSED = "paused"
    AWAITING_CREDITOR = "awaiting_creditor"
    COURT_APPLIED = "court_applied"
    COURT_DECIDED = "court_decided"
    ENFORCEMENT = "enforcement"
    LONG_TERM = "long_term"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # a word of the agency that nobody has seen: a person is asked


class ClosingCode(StrEnum):
    """Why a case has ended."""

    PAID_AGENCY = "PAID_AGENCY"
    PAID_DIRECT = "PAID_DIRECT"
    PAID_AUTHORITY = "PAID_KFM"
    CREDITED = "CREDITED"
    RECALLED = "RECALLED"
    REJECTED_BY_AGENCY = "REJECTED_BY_AGENCY"
    DISPUTED_RETURNED = "DISPUTED_RETURNED"
    LAPSED = "PRESCRIBED"
    BANKRUPT = "BANKRUPT"
    DECEASED_NO_ASSETS = "DECEASED_NO_ASSETS"
    DEBT_RELIEF = "DEBT_RELIEF"
    NOT_FOUND = "NOT_FOUND"
    WRITTEN_OFF = "WRITTEN_OFF"
    SOLD = "SOLD"
    UNKNOWN = "UNKNOWN"


@said_by_others
class CaseRef(NamedTuple):
    """Which case is meant: by our id, else the agency's number, else the invoice; what is not said is blank."""

    claim_id: str = ""
    agency_case_no: str = ""
    invoice_no: str = ""


@said_by_others
class Opened(NamedTuple):
    """The first thing that a file says."""

    file_no: int = 0  # of the agency's own files, counted from 1 without gaps; 0: it does not number them
    series: str = ""  # what counts on its own there, such as a customer number
    made_on: str = ""
    lists_cases: bool = False  # it lists all cases that are open there, also where it names none
    customer_no: str = ""  # whom it is written for: the creditor's number there; blank: it does not say


@said_by_others
class Receipt(NamedTuple):
    """What became of an order (*kvittens*)."""

    case: CaseRef
    is_accepted: bool
    order_key: str = ""  # where the agency repeats it; blank: it is of the claim
    agency_case_no: str = ""
    agency_ocr: str = ""
    code: str = ""
    text: str = ""


@said_by_others
class StatusTold(NamedTuple):
    """Where a case stands."""

    case: CaseRef
    stage: str  # a Stage; a word that is none of ours is Stage.UNKNOWN
    date: str = ""
    text: str = ""
    said: str = ""  # the agency's own word
    principal_left_ore: int | None = None  # where it is said


@said_by_others
class SettlementOpened(NamedTuple):
    """A settlement (*redovisning*) begins: what the agency pays out, and for what."""

    payout_reference: str
    date: str
    paid_to: str = ""  # giro number, as written
    currency: str = "SEK"


@said_by_others
class SettlementRow(NamedTuple):
    """One case of a settlement. Capital to court costs are what was collected; commission and VAT are kept."""

    case: CaseRef
    capital_ore: int = 0
    interest_ore: int = 0
    reminder_fee_ore: int = 0
    demand_fee_ore: int = 0
    court_costs_ore: int = 0
    commission_ore: int = 0
    vat_ore: int = 0
    net_ore: int = 0  # paid out: what was collected, less what is kept
    date: str = ""  # when the debtor paid

    @property
    def collected_ore(self) -> int:
        """All that was collected for the creditor."""
        fees_ore = self.reminder_fee_ore + self.demand_fee_ore + self.court_costs_ore
        return self.capital_ore + self.interest_ore + fees_ore


@said_by_others
class SettlementClosed(NamedTuple):
    """The settlement ends; its totals, as stated. None: it states none."""

    rows: int | None = None
    net_ore: int | None = None


@said_by_others
class CaseClosed(NamedTuple):
    """A case has ended."""

    case: CaseRef
    code: str  # a ClosingCode; a word that is none of ours is ClosingCode.UNKNOWN
    date: str = ""
    text: str = ""
    said: str = ""


@said_by_others
class CaseListed(NamedTuple):
    """A case that the agency has open, in a list of all of them: what reconciling compares."""

    case: CaseRef
    stage: str = ""
    principal_left_ore: int | None = None


@said_by_others
class Closed(NamedTuple):
    """The file has been read whole."""

    events: int  # between Opened and this


AgencyEvent = (
    Opened
    | Receipt
    | StatusTold
    | SettlementOpened
    | SettlementRow
    | SettlementClosed
    | CaseClosed
    | CaseListed
    | Closed
)


@said_by_others
class FetchedFile(NamedTuple):
    """A file of the agency, or an answer of its API, as it came."""

    name: str
    content: bytes


@said_by_others
class Fetched(NamedTuple):
    """What an agency had for us, and how far that goes."""

    files: tuple[FetchedFile, ...]
    cursor: str
    has_more: bool = False
