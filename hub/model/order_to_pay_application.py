"""An application for an order to pay as it is handed over: the neutral document that every filer writes from.

It is also the JSON that `hub orders-to-pay json` gives: `FORMAT` and `VERSION` say which. Amounts are whole öre, dates
ISO text; blank is not known.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from hub.model.enforcement_application import EnforcementApplication
from hub.model.order_to_pay_parts import Agent, Applicant, ClaimedInterest, Respondent
from hub.model.orders_to_pay import EnforcementWish, FeePayment, MessageKind
from hub.money import LARGEST_ORE

FORMAT: Literal["reskontra-hub/order-to-pay"] = "reskontra-hub/order-to-pay"
VERSION: Literal[1] = 1

_Ore = Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    decided_on: str = Field(
        default="", description="Blank: the case. Else its decision, and the change is of what is enforced."
    )
    claims: tuple[ReducedClaim, ...] = ()
    lowered_ore: _Ore = Field(description="By how much, all receivables together, awarded costs that are paid too.")
    costs_ore: _Ore = Field(default=0, description="Of a decision: what is still owed of the costs that it awarded.")
    reason: str = ""

    @property
    def message_kind(self) -> MessageKind:
        """The kind of the message that carries it: after a decision, what is changed is its enforcement."""
        return MessageKind.ENFORCEMENT_CHANGE if self.decided_on else self.kind


class OrderMessage(_Part):
    """One thing that the authority is told: an application, a change of one that it has, or what is to follow it."""

    kind: MessageKind
    application: OrderApplication
    change: OrderChange | None = None
    enforcement: EnforcementApplication | None = None


def as_json(application: OrderApplication) -> dict[str, Any]:
    """Return an application as a JSON object."""
    return application.model_dump(mode="json")
