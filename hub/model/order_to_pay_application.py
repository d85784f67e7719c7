"""An application for an order to pay as it is handed over: the neutral document that every filer writes from.

It is also the JSON that `hub orders-to-pay json` gives: `FORMAT` and `VERSION` say which. Amounts are whole öre, dates
ISO text; blank is not known.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from hub.model.claims import DebtorKind, IdentityType
from hub.model.order_to_pay_settings import FormRows
from hub.model.orders_to_pay import EnforcementWish, FeePayment, InterestChoice, MessageKind
from hub.model.parties import PostalAddress
from hub.money import LARGEST_ORE

FORMAT: Literal["reskontra-hub/order-to-pay"] = "reskontra-hub/order-to-pay"
VERSION: Literal[1] = 1

_Ore = Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Applicant(_Part):
    """Who applies (*sökande*)."""

    name: str
    organisation_number: str = Field(description="Ten digits.")
    rows: FormRows = Field(description="As the form prints it: name and address.")
    phone: str = ""
    email: str = ""
    bankgiro: str = ""
    plusgiro: str = ""


class Agent(_Part):
    """Who acts for the applicant (*ombud*)."""

    rows: FormRows = ()
    code: str = Field(default="", description="The agent's code at the authority (*ombudskod*).")


class Respondent(_Part):
    """Who is to pay (*svarande*)."""

    kind: DebtorKind
    identity: str = Field(description="10 or 12 digits without a sign.")
    identity_type: IdentityType
    name: str
    address: PostalAddress = PostalAddress()
    phone: str = ""
    mobile: str = ""
    email: str = ""


class ClaimedReceivable(_Part):
    """One receivable that payment is asked for."""

    claim_no: int
    company: str
    number: str
    ocr: str = ""
    refers_to: str = Field(description="What it is for, at most 67 characters.")
    invoice_date: str
    due_date: str
    demand_sent_on: str
    demand_pay_by: str
    original_ore: int = Field(description="Principal when it was invoiced.")
    principal_ore: _Ore
    collection_ore: _Ore = Field(default=0, description="Reminder and demand fees, fee invoices too.")
    interest_ore: _Ore = Field(default=0, description="Through the day that interest is counted to.")
    interest_from: str = Field(default="", description="The first day of interest.")
    original_creditor: str = Field(default="", description="Of an assigned claim: whose it was.")

    @property
    def ground(self) -> str:
        """The ground in plain Swedish: what, when, and due when."""
        assigned = f" Ursprunglig borgenär: {self.original_creditor}." if self.original_creditor else ""
        return f"{self.refers_to}. Faktura {self.number} av {self.invoice_date}, förfallen {self.due_date}.{assigned}"


class ClaimedInterest(_Part):
    """Interest that is asked for, on the principal of each receivable."""

    choice: InterestChoice
    rate_percent: str = Field(default="", description="Of `other`: per cent a year.")
    ground: str = Field(default="", description="Why it is higher than the law's.")
    counted_to: str = Field(description="The day of the application; it runs on until payment is made.")


class CaseCosts(_Part):
    """What the case costs."""

    application_fee_ore: _Ore
    own_work_ore: _Ore = 0
    agent_ore: _Ore = 0
    other_ore: _Ore = 0
    other_label: str = ""
    reason: str = Field(default="", description="Why they are above the cap.")
    fee_payment: FeePayment
    fee_giro: str = ""

    @property
    def total_ore(self) -> int:
        """All of it."""
        return self.application_fee_ore + self.own_work_ore + self.agent_ore + self.other_ore


class OrderApplication(_Part):
    """One application: one applicant, one respondent, and up to sixteen receivables."""

    format: Literal["reskontra-hub/order-to-pay"] = FORMAT
    version: Literal[1] = VERSION
    order_no: int = Field(description="Ours, never used again.")
    applied_on: str
    currency: Literal["SEK"] = "SEK"
    authority: tuple[str, ...] = Field(default=(), description="Rows of the office's address.")
    applicant: Applicant
    agent: Agent = Agent()
    respondent: Respondent
    claims: tuple[ClaimedReceivable, ...] = Field(min_length=1, max_length=16)
    interest: ClaimedInterest
    costs: CaseCosts
    enforcement: EnforcementWish
    has_real_property: bool = False
    special_information: str = ""

    @property
    def principal_ore(self) -> int:
        """Principal of all receivables."""
        return sum(claim.principal_ore for claim in self.claims)

    @property
    def collection_ore(self) -> int:
        """Collection costs of all receivables."""
        return sum(claim.collection_ore for claim in self.claims)

    @property
    def interest_ore(self) -> int:
        """Interest of all receivables."""
        return sum(claim.interest_ore for claim in self.claims)

    @property
    def total_ore(self) -> int:
        """All that is asked for."""
        return self.principal_ore + self.collection_ore + self.interest_ore + self.costs.total_ore


class ReducedClaim(_Part):
    """What is still asked for of one receivable."""

    claim_no: int
    number: str
    principal_ore: _Ore
    collection_ore: _Ore
    interest_ore: _Ore


class OrderChange(_Part):
    """Less is asked for (*nedsättning*), or nothing any more (*återkallelse*)."""

    change_no: int = Field(description="Counted within the application.")
    kind: Literal[MessageKind.REDUCTION, MessageKind.WITHDRAWAL]
    made_on: str
    case_no: str
    claims: tuple[ReducedClaim, ...] = ()
    lowered_ore: _Ore = Field(description="By how much, all receivables together.")
    reason: str = ""


class OrderMessage(_Part):
    """One thing that the authority is told: an application, or a change of one that it has."""

    kind: MessageKind
    application: OrderApplication
    change: OrderChange | None = None


def as_json(application: OrderApplication) -> dict[str, Any]:
    """Return an application as a JSON object."""
    return application.model_dump(mode="json")
