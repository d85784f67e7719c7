"""Commands about instalment plans."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from hub.model.command import Command, RowNumber, Target, said
from hub.model.command_dates import IsoDate
from hub.model.dunning_settings import RateText
from hub.model.import_rows import LongText, Name, ShortText
from hub.model.setting_values import Switch
from hub.money import LARGEST_ORE

MOST_NAMED = 200  # more is refused as a plan, with words of its own

_Ore = Annotated[StrictInt, Field(gt=0, le=LARGEST_ORE)]
_OreOrNone = Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)]
_Months = Annotated[StrictInt, Field(ge=1)]
_ClaimText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class OtherClaim(BaseModel):
    """A claim of a plan that is no receivable here: printed with its payments, and not followed.

    It bears interest from its due date, or has the interest that is given; a fee has neither, and is paid first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: _ClaimText = Field(description="What it is for.")
    amount_ore: _Ore = Field(description="Its principal; of a fee all of it.")
    due_date: IsoDate | None = Field(default=None, description="Interest is counted from the day after it.")
    interest_ore: _OreOrNone | None = Field(default=None, description="Interest that is given instead.")
    is_fee: Switch = Field(default=False, description="true: it is a fee.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.is_fee and (self.due_date is not None or self.interest_ore is not None):
            raise ValueError("a fee has a text and an amount only: leave out due_date and interest_ore")
        if not self.is_fee and (self.due_date is None) == (self.interest_ore is None):
            raise ValueError("give due_date or interest_ore, one of them; or is_fee")
        return self


class MakeInstalmentPlan(Command):
    """Makes an instalment plan (*amorteringsplan*) of receivables and other claims of one debtor, and has it sent."""

    kind: Literal["make_instalment_plan"] = "make_instalment_plan"
    receivables: Annotated[tuple[Target, ...], Field(min_length=1, max_length=MOST_NAMED)]
    claims: Annotated[tuple[OtherClaim, ...], Field(max_length=MOST_NAMED)] = ()
    first_payment: IsoDate = Field(description="When the first payment is due.")
    last_of_month: Switch = Field(default=False, description="Every payment is due on the last day of its month.")
    amount_ore: _Ore = Field(description="What is paid a month.")
    months: _Months | None = Field(default=None, description="For how many months; left out: until all is paid.")
    then_ore: _Ore | None = Field(default=None, description="What is paid a month after those.")
    notice_fee_ore: _OreOrNone = Field(default=0, description="Notice fee (*aviavgift*) with each payment.")
    rate: RateText | None = Field(default=None, description="On what remains; left out: the company's.")
    without_interest: Switch = Field(default=False, description="What remains bears no interest by the plan.")
    plan_fee_ore: _OreOrNone = Field(default=0, description="The plan's own fee.")
    is_full_plan: Switch = Field(
        default=False, description="Made together with the debtor, of all that remains of the debt: needed for a fee."
    )
    second_debtor_name: Name = ""
    second_debtor_identity: ShortText = ""
    text: LongText = Field(default="", description="What else the printed plan says.")
    is_sent: Switch = Field(default=True, description="The printed plan is sent by the route.")
    replaces: RowNumber | None = Field(default=None, description="The number of the plan that this one replaces.")

    @model_validator(mode="after")
    def _terms_fit_together(self) -> Self:
        if self.then_ore is not None and self.months is None:
            raise ValueError("then_ore needs months: how long the first amount is paid")
        if self.without_interest and self.rate is not None:
            raise ValueError("give rate or without_interest, one of them")
        return self


class EndInstalmentPlan(Command):
    """Ends an instalment plan; its receivables are dunned again where they stood."""

    kind: Literal["end_instalment_plan"] = "end_instalment_plan"
    plan_no: RowNumber
    reason: Annotated[str, said(200)]
