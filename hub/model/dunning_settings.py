"""How a company asks for what is late: hold codes, interest, and dunning policies per billing routine, with validity.

What a policy leaves out it has of the policy that it inherits. What the law says of it: `rules/dunning/policies.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from hub.model.documents import Language, Text
from hub.model.dunning import DunningMethod, InterestStart, StepBasis, Stopped
from hub.model.import_rows import ShortText
from hub.model.setting_values import (
    DayCount,
    KronorLimit,
    OptionalAccountCode,
    RoutineNumber,
    SettingName,
    Switch,
)

RATE = r"^(ref\+)?[0-9]{1,2}([.,][0-9]{1,2})?$"
DAY_COUNT = r"^(act/act|act/365|act/360|30/360i)$"
HOLD_CODE = r"^[0-9A-Za-zÅÄÖåäö_-]{1,20}$"

RateText = Annotated[str, StringConstraints(pattern=RATE)]
HoldCodeName = Annotated[str, StringConstraints(pattern=HOLD_CODE)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HoldCode(_Table):
    """One hold code (*kravkod*) of a company: what its text is and what it stops."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(description="What people call it.")
    stops: tuple[Stopped, ...] = Field(
        default=(),
        description="`invoice`, `reminder_1`, `reminder_2`, `demand`, `residual_demand`, `warning`, `interest`, "
        "`interest_if_deferral_kept`, `transfer`, `order_to_pay`, `instalment_plan`; none: it is a text only.",
    )


class InterestTerms(_Table):
    """Late-payment interest (*dröjsmålsränta*) of a company."""

    rate: RateText = Field(default="ref+8", description="`ref+8`, or in per cent a year as `9.25`.")
    day_count: Annotated[str, StringConstraints(pattern=DAY_COUNT)] = Field(
        default="act/act", description="`act/act`, `act/365`, `act/360` or `30/360i`."
    )
    starts: InterestStart = Field(
        default=InterestStart.DUE_DATE,
        description="`due_date`: from the day after it; `days_after_invoice`: so many days after the invoice date.",
    )
    days_after_invoice: DayCount = Field(default=30, description="With `days_after_invoice`: how many.")
    due_moves_to_weekday: Switch = Field(
        default=True, description="A due date on a day off counts as the next weekday; not for rent of land and houses."
    )
    minimum_ore: KronorLimit = Field(default=0, alias="minimum", description="Less interest is not charged, in kronor.")
    minimum_days: DayCount = Field(default=0, description="Fewer days late give no interest.")
    invoice_days_to_pay: Annotated[StrictInt, Field(ge=1, le=90)] = Field(
        default=10, description="Days from an interest invoice to its due date."
    )


class StepTerms(_Table):
    """How one step is taken; what is left out is inherited."""

    is_used: Switch | None = Field(default=None, description="false: the step is never taken.")
    after_days: DayCount | None = Field(default=None, description="Least number of days before it is taken.")
    counted_from: StepBasis | None = Field(
        default=None,
        description="Of a demand: `due_date`, `reminder_1` or `reminder_2`; the other steps follow the one before.",
    )
    days_to_pay: Annotated[StrictInt, Field(ge=1, le=90)] | None = Field(
        default=None, description="Days from the letter to its last day to pay."
    )
    minimum_ore: KronorLimit | None = Field(
        default=None,
        alias="minimum",
        description="Less principal than this is not asked for, in kronor; fees and interest do not count.",
    )
    fee_ore: KronorLimit | None = Field(default=None, alias="fee", description="The fee, in kronor; at most the cap.")
    no_fee_below_ore: KronorLimit | None = Field(
        default=None,
        alias="no_fee_below",
        description="Less principal than this bears no fee; the letter goes all the same.",
    )
    debits_fee: Switch | None = Field(
        default=None, description="true: the fee is debited to the balance; false: it is printed only."
    )
    prints_interest: Switch | None = Field(default=None, description="The letter says the interest that has accrued.")
    debits_interest: Switch | None = Field(default=None, description="Of a demand: the interest is debited with it.")
    heading: dict[Language, ShortText] = Field(default_factory=dict, description="Heading of the letter, by language.")
    text: dict[Language, Text] = Field(default_factory=dict, description="Text of the letter, by language.")
    officer: ShortText = Field(default="", description="Handling officer (*handläggare*): name and telephone.")


class DunningPolicy(_Table):
    """How receivables of some routines are dunned, from a day to a day; what is left out is inherited."""

    name: SettingName = Field(description="Its name; several may have it, with other days of validity.")
    routines: tuple[RoutineNumber, ...] = Field(default=(), description="Its routines; none: all that no other names.")
    is_only_inherited: Switch = Field(default=False, description="It says what others inherit, and holds for nothing.")
    inherits: SettingName | None = Field(default=None, description="The policy that says what this one leaves out.")
    from_day: date | None = Field(default=None, alias="from", description="The first day it holds; left out: always.")
    until_day: date | None = Field(default=None, alias="until", description="The last day it holds.")
    method: DunningMethod | None = Field(
        default=None, description="`by_document`: a letter for each receivable; `by_debtor`: one for all that is late."
    )
    includes_not_due: Switch | None = Field(
        default=None, description="By debtor: the letter lists what is not due too."
    )
    includes_credit_notes: Switch | None = Field(default=None, description="By debtor: credit notes are deducted.")
    fees_are_invoiced: Switch | None = Field(
        default=None,
        description="A fee that is charged is a receivable of its own (*avgiftsfaktura*), with a number of the series "
        "of `fee_invoices`; the letter asks for it.",
    )
    charges_compensation: Switch | None = Field(
        default=None,
        description="In trade, and of a public debtor: the first letter debits the compensation for late payment "
        "(*förseningsersättning*), once for each receivable.",
    )
    reminder_fee_is_agreed: Switch | None = Field(
        default=None,
        description="A reminder fee was agreed at the latest when the debt arose: lagen (1981:739) 2 §; left out: no.",
    )
    reminder_1: StepTerms = Field(default=StepTerms(), description="First reminder.")
    reminder_2: StepTerms = Field(default=StepTerms(), description="Second reminder.")
    demand: StepTerms = Field(default=StepTerms(), description="Demand (*inkassokrav*).")
    residual_demand: StepTerms = Field(default=StepTerms(), description="Residual demand (*restkrav*).")
    warning: StepTerms = Field(default=StepTerms(), description="Warning before an order to pay.")

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if self.from_day and self.until_day and self.until_day < self.from_day:
            raise ValueError(f"policy {self.name} ends {self.until_day}, before it begins {self.from_day}")
        return self

    def holds_on(self, day: date) -> bool:
        """Say whether it is valid on a day."""
        return (self.from_day or day) <= day <= (self.until_day or day)


class FeeVat(StrEnum):
    """How value added tax of a fee is handled, by the codes of EN 16931 (UNCL 5305)."""

    OUTSIDE = "O"
    STANDARD = "S"


class FeeInvoiceTerms(_Table):
    """Fees that are receivables of their own: their number series and how value added tax is handled."""

    routine: RoutineNumber = Field(
        description="Their billing routine, which no source system delivers: its two digits begin their numbers."
    )
    digits: Annotated[StrictInt, Field(ge=4, le=18)] = Field(
        default=9, description="How long a number is; behind the routine's digits it counts from 1."
    )
    vat_category: FeeVat = Field(
        default=FeeVat.OUTSIDE, description="`O`: outside value added tax; `S`: taxed, the tax is in the fee."
    )
    vat_rate_percent: Annotated[StrictInt, Field(ge=0, le=50)] = Field(default=0, description="With `S`: the rate.")
    vat_account: OptionalAccountCode = Field(default="", description="With `S`: where the tax is booked.")

    @model_validator(mode="after")
    def _tax_has_rate_and_account(self) -> Self:
        is_taxed = self.vat_category is FeeVat.STANDARD
        if is_taxed != bool(self.vat_rate_percent) or is_taxed != bool(self.vat_account):
            raise ValueError("vat_rate_percent and vat_account belong to vat_category S: give both with it, or none")
        return self


class DunningSettings(_Table):
    """The table `[companies.dunning]`."""

    policies: tuple[DunningPolicy, ...] = Field(
        default=(), description="Dunning policies; without any, nothing is dunned."
    )
    fee_invoices: FeeInvoiceTerms | None = Field(
        default=None, description="The series of fee invoices; needed where a policy says `fees_are_invoiced`."
    )
    hold_codes: dict[HoldCodeName, HoldCode] = Field(
        default_factory=dict,
        description="Hold codes (*kravkoder*) by code; one that stands nowhere stops every step and interest.",
    )
    interest: InterestTerms = Field(default=InterestTerms(), description="Interest for being late.")
    lapses_as_consumer_debt: Switch = Field(
        default=True,
        description="Claims on persons lapse after three years, as what a consumer owes a business does; false: after "
        "ten, as charges under public law may.",
    )
    plan_hold: HoldCodeName = Field(
        default="plan", description="The hold that an instalment plan or an order to pay sets by itself."
    )
    plan_grace_days: DayCount = Field(
        default=5, description="Days that a payment of an instalment plan may be late before the plan is broken."
    )
    plan_notice_days: Annotated[StrictInt, Field(ge=0, le=28)] = Field(
        default=10,
        description="Days before a payment of a plan is due that its interest and notice fee are debited.",
    )

    @model_validator(mode="after")
    def _policies_fit_together(self) -> Self:
        names = {policy.name for policy in self.policies}
        for policy in self.policies:
            if policy.inherits is not None and policy.inherits not in names:
                raise ValueError(f"policy {policy.name} inherits {policy.inherits}, which there is not")
            if {one.inherits for one in self.policies if one.name == policy.name} != {policy.inherits}:
                raise ValueError(f"policy {policy.name} inherits different policies on different days")
        if self.fee_invoices is None and any(policy.fees_are_invoiced for policy in self.policies):
            raise ValueError("fees_are_invoiced needs fee_invoices: give the routine of their numbers")
        _refuse_circles(self.policies)
        _refuse_overlaps(self.policies)
        return self


def _refuse_circles(policies: Sequence[DunningPolicy]) -> None:
    for policy in policies:
        line, inherited = [policy.name], policy.inherits
        while inherited is not None:
            if inherited in line:
                circle = [*line[line.index(inherited) :], inherited]
                raise ValueError(f"a policy inherits itself: {' → '.join(circle)}")
            line.append(inherited)
            inherited = next((one.inherits for one in policies if one.name == inherited), None)


def _refuse_overlaps(policies: Sequence[DunningPolicy]) -> None:
    """Refuse two policies of which both would say what is done on a day."""
    for at, one in enumerate(policies):
        for other in policies[at + 1 :]:
            if not _share_days(one, other):
                continue
            if one.name == other.name:
                raise ValueError(f"policy {one.name} stands twice for the same day")
            if one.is_only_inherited or other.is_only_inherited:
                continue
            if shared := sorted({*one.routines} & {*other.routines}):
                raise ValueError(f"policies {one.name} and {other.name} both say what is done in routine {shared[0]}")
            if not one.routines and not other.routines:
                raise ValueError(f"policies {one.name} and {other.name} both hold for routines that no other names")


def _share_days(one: DunningPolicy, other: DunningPolicy) -> bool:
    latest_start = max(one.from_day or date.min, other.from_day or date.min)
    return latest_start <= min(one.until_day or date.max, other.until_day or date.max)
