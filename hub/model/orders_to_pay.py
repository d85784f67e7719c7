"""Orders to pay (*betalningsföreläggande*): the states of an application, what happens to it, and its rows.

Source of the states: lagen (1990:746) om betalningsföreläggande och handräckning. Amounts are whole öre, dates ISO
text.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class OrderState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"  # being written; in one transaction it becomes ready or blocked
    BLOCKED = "blocked"  # something forbids it now
    READY = "ready"  # it may be filed
    LEAVING = "leaving"  # printed, or on its way to the authority
    FILED = "filed"  # inlämnad: the authority has it
    RECEIPT_OK = "receipt_ok"  # its file was taken
    RECEIPT_REJECTED = "receipt_rejected"  # its file, or it, was refused: mend it, and file it again
    CONFIRMED = "confirmed"  # it has a case number (målnummer)
    TO_COMPLETE = "to_complete"  # föreläggande att komplettera
    ORDERED = "ordered"  # the debtor is ordered to pay
    SERVED = "served"  # delgiven
    CONTESTED = "contested"  # bestridd
    REDUCED = "reduced"  # nedsatt: it goes on with less
    WITHDRAWN = "withdrawn"  # återkallad
    DECIDED = "decided"  # utslag
    DISMISSED = "dismissed"  # avvisad eller avskriven
    TRANSFERRED_TO_COURT = "transferred_to_court"  # överlämnad till tingsrätt
    ENFORCEMENT = "enforcement"  # verkställighet
    CLOSED = "closed"
    DROPPED = "dropped"  # never filed


AT_AN_END = frozenset({OrderState.WITHDRAWN, OrderState.DISMISSED, OrderState.CLOSED, OrderState.DROPPED})
NOT_FILED = frozenset({OrderState.DRAFT, OrderState.BLOCKED, OrderState.READY, OrderState.RECEIPT_REJECTED})


class Happening(StrEnum):
    """What moves an application from one state to another."""

    CHECKED = "checked"  # nothing forbids it
    STOPPED = "stopped"  # something does
    EXECUTED = "executed"  # printed, or handed to the filer's channel
    NOT_DELIVERED = "not_delivered"  # the channel could not hand it over
    DROPPED = "dropped"
    FILED = "filed"
    RECEIPT_OK = "receipt_ok"
    RECEIPT_REJECTED = "receipt_rejected"
    CONFIRMED = "confirmed"
    TO_COMPLETE = "to_complete"
    COMPLETED = "completed"
    ORDERED = "ordered"
    SERVED = "served"
    NOT_SERVED = "not_served"
    CONTESTED = "contested"
    REDUCTION_SENT = "reduction_sent"  # we have asked for less
    REDUCED = "reduced"
    WITHDRAWAL_SENT = "withdrawal_sent"  # we have taken it back
    CHANGE_NOT_DELIVERED = "change_not_delivered"  # what we told last did not reach the authority
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    DISMISSED = "dismissed"
    TRANSFERRED_TO_COURT = "transferred_to_court"
    RECOVERY = "recovery"  # återvinning: the debtor has the decision tried by a court
    ENFORCEMENT_APPLIED = "enforcement_applied"  # we have asked for it
    ENFORCEMENT_REFUSED = "enforcement_refused"
    ENFORCEMENT = "enforcement"
    ENFORCEMENT_REPORT = "enforcement_report"  # redovisning
    CLOSED = "closed"


TAKEN_BACK = "taken_back"
"""What a step is called that takes back the one before it; it happens in no state, and leads to the one before."""

OURS = frozenset(
    {
        Happening.CHECKED,
        Happening.STOPPED,
        Happening.EXECUTED,
        Happening.NOT_DELIVERED,
        Happening.DROPPED,
        Happening.FILED,
        Happening.REDUCTION_SENT,
        Happening.WITHDRAWAL_SENT,
        Happening.ENFORCEMENT_APPLIED,
        Happening.CHANGE_NOT_DELIVERED,
    }
)
"""What we do ourselves; the rest is told by the authority, in a file or through a person."""

TOLD = tuple(happening for happening in Happening if happening not in OURS)


class InterestChoice(StrEnum):
    """The three alternatives of the form."""

    STATUTORY = "statutory"  # reference rate and eight percentage points: räntelagen 6 §
    OTHER = "other"  # another rate, with its ground where it is higher
    NONE = "none"


class EnforcementWish(StrEnum):
    """What is to follow a decision by itself."""

    NONE = "none"  # the applicant asks for it later
    LIMITED = "limited"  # begränsad tillgångsundersökning
    FULL = "full"  # fullständig tillgångsundersökning


class FeePayment(StrEnum):
    """How the application fee (*ansökningsavgift*) is paid."""

    GIRO = "giro"  # to the authority's giro
    ENCLOSED = "enclosed"  # with the application
    INVOICED = "invoiced"  # by agreement: the authority invoices it


class MessageKind(StrEnum):
    """What a message to the authority is about."""

    APPLICATION = "application"  # ansökan
    REDUCTION = "reduction"  # nedsättning
    WITHDRAWAL = "withdrawal"  # återkallelse
    ENFORCEMENT = "enforcement"  # ansökan om verkställighet, of what was decided
    ENFORCEMENT_CHANGE = "enforcement_change"  # ändring: less of what was decided is to be enforced, or nothing


class WhyNot(StrEnum):
    """Why a receivable cannot be filed now."""

    NO_DEMAND = "no_demand"
    DEMAND_RUNNING = "demand_running"  # its time has not run out
    HELD = "held"
    AT_AGENCY = "at_agency"
    IN_PLAN = "in_instalment_plan"
    IN_ORDER = "in_other_order"
    PROTECTED = "protected_identity"
    FLAGGED = "debtor_flag"  # deceased, bankrupt, …
    NO_IDENTITY = "no_identity"
    NOTHING_OPEN = "nothing_open"
    OVERPAID = "overpaid_in_part"
    OTHER_KIND = "other_kind"  # a credit note, or internal
    OTHER_CURRENCY = "other_currency"
    LAPSED = "lapsed"
    NO_GROUND = "no_ground"  # nothing says what it is for
    TEXT_TOO_LONG = "text_too_long"
    NOT_DELIVERED = "not_delivered"
    CANNOT_BE_WRITTEN = "cannot_be_written"  # the filer says why


class Hindrance(NamedTuple):
    """One reason why something is not filed."""

    number: str  # the receivable's; blank: of the whole application
    code: str  # a WhyNot
    text: str  # what it is and what to do


class OrderTerms(NamedTuple):
    """What a person chose for one application."""

    interest: str  # an InterestChoice
    rate_percent: str  # of `other`
    interest_ground: str
    own_work_ore: int
    agent_ore: int
    other_ore: int
    other_label: str
    costs_reason: str  # why more than the cap
    fee_payment: str
    enforcement: str
    has_real_property: int
    special_information: str
    authority: str  # town of the register
    allows_protected: int  # a person has seen to a protected identity


class OrderToPay(NamedTuple):
    """One application, in the order of its table's columns."""

    order_no: int
    company: str  # whose settings it follows
    currency: str
    state: str
    state_since: str
    debtor_identity: str
    debtor_name: str
    made_on: str
    made_by: str
    terms: OrderTerms
    fee_ore: int  # application fee
    counted_to: str  # the day that interest is counted through
    principal_ore: int
    collection_ore: int  # reminder and demand fees
    interest_ore: int
    filer: str  # blank: on paper
    file_no: int  # of the filer's files; 0: none
    exchange_no: int  # of its latest message; 0: none
    application_sha256: str  # the neutral JSON as it was filed
    form_sha256: str  # the form as it was filed
    filed_on: str
    case_no: str
    decided_on: str
    awarded_ore: int  # costs by the decision
    why: str  # why it is blocked, or has ended
    lowered_ore: int = 0  # less is owed than the authority knows, as a person has been asked about

    @property
    def costs_ore(self) -> int:
        """What the case costs: the fee, own work, agent and other."""
        return self.fee_ore + self.terms.own_work_ore + self.terms.agent_ore + self.terms.other_ore

    @property
    def claimed_ore(self) -> int:
        """All that is asked for, costs of the case included."""
        return self.principal_ore + self.collection_ore + self.interest_ore + self.costs_ore


class OrderClaim(NamedTuple):
    """One receivable of an application, as it was asked for; `told_…` is what the authority knows last.

    `before_…` is what it knew before we told it that: a message may not reach it.
    """

    claim_no: int
    receivable_id: int
    company: str
    number: str
    source_system: str
    refers_to: str
    invoice_date: str
    due_date: str
    demand_sent_on: str
    demand_pay_by: str
    principal_ore: int
    collection_ore: int
    interest_ore: int
    told_principal_ore: int = 0
    told_collection_ore: int = 0
    told_interest_ore: int = 0
    booked_interest_ore: int = 0  # of the told interest, what stood debited in the books
    before_principal_ore: int = 0
    before_collection_ore: int = 0
    before_interest_ore: int = 0
    before_booked_ore: int = 0
    costs_ore: int = 0  # costs of the case that a decision awarded, as far as they stand debited to it
    told_costs_ore: int = 0
    before_costs_ore: int = 0

    @property
    def told_ore(self) -> int:
        return self.told_principal_ore + self.told_collection_ore + self.told_interest_ore + self.told_costs_ore

    def as_told(
        self, principal_ore: int, collection_ore: int, interest_ore: int, booked_ore: int, costs_ore: int
    ) -> OrderClaim:
        """Return it as the authority knows it once it has been told these amounts."""
        return self._replace(
            told_principal_ore=principal_ore,
            told_collection_ore=collection_ore,
            told_interest_ore=interest_ore,
            booked_interest_ore=booked_ore,
            told_costs_ore=costs_ore,
            before_principal_ore=self.told_principal_ore,
            before_collection_ore=self.told_collection_ore,
            before_interest_ore=self.told_interest_ore,
            before_booked_ore=self.booked_interest_ore,
            before_costs_ore=self.told_costs_ore,
        )

    def as_before(self) -> OrderClaim:
        """Return it as the authority knows it where what it was told last has not reached it."""
        return self.as_told(
            self.before_principal_ore,
            self.before_collection_ore,
            self.before_interest_ore,
            self.before_booked_ore,
            self.before_costs_ore,
        )


class Said(NamedTuple):
    """What happened, when, and who says so."""

    happening: Happening
    on_day: str
    user: str
    text: str = ""
    case_no: str = ""
    amount_ore: int = 0
    exchange_no: int = 0
    document_sha256: str = ""  # the neutral JSON of what we tell
    paper_sha256: str = ""  # what a person hands in of it


class OrderStep(NamedTuple):
    """One thing that happened to an application."""

    step_no: int
    happening: str
    state: str  # that it led to
    on_day: str
    text: str
    amount_ore: int
    exchange_no: int  # of the file that told it, or that was sent; 0: a person said it
    document_sha256: str  # of the neutral JSON of what we told; blank: it told nothing, or was the application
    paper_sha256: str  # of what a person prints and hands in of it; blank: there is none
    told_by: str
    recorded_at: str


class Authority(NamedTuple):
    """One office of the register of authorities: its town is its key, and up to five rows are its address."""

    town: str
    rows: tuple[str, ...]


class PaidOnOrder(NamedTuple):
    """An entry of a payment on a receivable of an application that has not ended; its amount is signed as in books."""

    order_no: int
    claim_no: int
    company: str  # whose settings the application follows
    bucket: str
    amount_ore: int
    payer_account: str


class LoweredOrder(NamedTuple):
    """An application of which less is open than the authority knows."""

    order_no: int
    receivable_id: int
    number: str
    told_ore: int
    open_ore: int
