"""An application for enforcement (*ansökan om verkställighet*) of a decision, as it is handed over.

It is the neutral document that filers write from, and the JSON that `hub orders-to-pay json NUMBER --step NO` gives:
`FORMAT` and `VERSION` say which. Amounts are whole öre, dates ISO text; blank is not known.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from hub.model.order_to_pay_parts import Agent, Applicant, ClaimedInterest, Respondent
from hub.model.orders_to_pay import EnforcementWish
from hub.money import LARGEST_ORE

FORMAT: Literal["reskontra-hub/enforcement"] = "reskontra-hub/enforcement"
VERSION: Literal[1] = 1

_Ore = Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EnforcedReceivable(_Part):
    """What is still owed of one receivable that was decided."""

    claim_no: int = Field(description="As in the application that was decided.")
    number: str
    refers_to: str
    invoice_date: str
    due_date: str
    principal_ore: _Ore
    collection_ore: _Ore = 0
    interest_ore: _Ore = Field(default=0, description="Through the day that the decided interest was counted to.")


class LoweredPrincipal(_Part):
    """Money or a credit that lowered a principal: interest on what it lowered runs no further."""

    claim_no: int
    on: str
    amount_ore: _Ore


class EnforcementApplication(_Part):
    """One application for enforcement of one decision, against its respondent."""

    format: Literal["reskontra-hub/enforcement"] = FORMAT
    version: Literal[1] = VERSION
    order_no: int = Field(description="Of the application that was decided.")
    applied_on: str
    case_no: str = Field(description="The case that was decided (*målnummer*).")
    decided_on: str = Field(description="The day of the decision, which is the title (*exekutionstitel*).")
    currency: Literal["SEK"] = "SEK"
    authority: tuple[str, ...] = ()
    applicant: Applicant
    agent: Agent = Agent()
    respondent: Respondent
    claims: tuple[EnforcedReceivable, ...] = Field(min_length=1, max_length=16)
    interest: ClaimedInterest = Field(description="As it was decided; it runs on behind `counted_to`.")
    lowered: tuple[LoweredPrincipal, ...] = Field(default=(), description="Since `counted_to`, the oldest first.")
    costs_ore: _Ore = Field(default=0, description="What is still owed of the costs that were awarded.")
    enforcement: Literal[EnforcementWish.LIMITED, EnforcementWish.FULL]
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
        """Interest of all receivables, through the day it was counted to."""
        return sum(claim.interest_ore for claim in self.claims)

    @property
    def total_ore(self) -> int:
        """All that is owed, but the interest that runs on."""
        return self.principal_ore + self.collection_ore + self.interest_ore + self.costs_ore
