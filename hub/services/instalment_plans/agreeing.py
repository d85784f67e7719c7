"""What a plan would be: its receivables with their interest up to today, what forbids it, and its schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.model.command import Target
from hub.model.company import Company
from hub.model.instalment_plan_commands import MakeInstalmentPlan, OtherClaim
from hub.model.instalment_plans import IN_PLAN, InstalmentPlan, InstalmentPlanState, PlanClaim, PlanTerms, Schedule
from hub.model.parties import class_of, class_of_kept
from hub.model.payment_method import Lowers
from hub.model.receivables import OpenReceivable
from hub.model.tenant import Tenant
from hub.rules.charges import standing_debited
from hub.rules.dunning.fees import late_payment_compensation_ore
from hub.rules.instalment_plans.dates import refuse_first_payment
from hub.rules.instalment_plans.refusals import (
    refuse_claims,
    refuse_debtors,
    refuse_plan_fee,
    refuse_plan_fee_beside,
    refuse_stopped,
    refuse_without_fees,
)
from hub.rules.instalment_plans.schedule import make_schedule
from hub.rules.interest.calculation import Claim, interest_on
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import rate_named
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.interest.start import first_day_after_due, moved_to_weekday
from hub.rules.relations import relation_of
from hub.services.books.finding import find_company, named
from hub.services.books.interest import Accrued, accrued
from hub.services.ports import UnitOfWork

PREFIX = "plan"


class Agreed(NamedTuple):
    """A plan that may be made."""

    company: Company
    receivables: Sequence[OpenReceivable]  # the oldest due first
    interest_ore: Mapping[int, int]  # accrued and not debited yet, by receivable
    schedule: Schedule
    replaced: InstalmentPlan | None


def source_of(plan_no: int) -> str:
    """Return what a plan's holds name as their source."""
    return f"{PREFIX}:{plan_no}"


def plan_of_source(source: str) -> int | None:
    """Return the plan that a source, or the key of a letter, names; None when it names none."""
    prefix, _, number = source.partition(":")
    return int(number) if prefix == PREFIX and number.isdecimal() else None


def receivables_of(
    work: UnitOfWork, tenant: Tenant, targets: Sequence[Target], *, locked: bool = False
) -> list[OpenReceivable]:
    """Return the receivables that a command names, the oldest due first; with `locked` nobody else changes them.

    Raises:
        DataError: there is no such receivable, or several source systems use its number.
    """
    rows = [named(work, find_company(tenant, target.company), target) for target in targets]
    if locked:
        work.receivables.lock(sorted(row.receivable_id for row in rows))
        rows = [work.receivables.find(receivable_id=row.receivable_id)[0] for row in rows]
    return sorted(rows, key=lambda row: (row.due_date, row.receivable_id))


def agree(
    work: UnitOfWork,
    tenant: Tenant,
    told: MakeInstalmentPlan,
    receivables: Sequence[OpenReceivable],
    references: ReferenceRates,
) -> Agreed:
    """Return the plan that comes of what is told; nothing is changed.

    Raises:
        DataError: what is named cannot be one plan, or the payments do not pay it.
        RuleViolation: an open fee invoice of them is not named; a hold or another plan forbids it, or the law its fee;
            or a reference rate is not known.
    """
    today = date.fromisoformat(work.today)
    refuse_claims(receivables, len(told.claims))
    numbers = [row.receivable_id for row in receivables]
    fees = work.fee_invoices.standing(numbers)
    refuse_debtors(receivables, fees, told.second_debtor_identity)
    refuse_first_payment(told.first_payment, today, is_last_of_month=told.last_of_month)
    refuse_plan_fee(told.plan_fee_ore, today, is_full_plan=told.is_full_plan, is_sent=told.is_sent)
    company = find_company(tenant, receivables[0].company)
    replaced = _replaced(work, told.replaces)
    _refuse_stopped(work, company, receivables, replaced)
    refuse_without_fees(fees, numbers)
    ended = source_of(replaced.plan_no) if replaced is not None else ""
    earned = accrued(work, tenant, numbers, today, references, without_holds_of=ended)
    _refuse_fee_beside_compensation(told, company, receivables, earned)
    terms = _terms(told, company, today, references)
    claims = [*_own_claims(receivables, earned, told.plan_fee_ore)]
    claims += _others(told.claims, len(claims), company, today, references)
    interest_ore = {number: one.left_ore for number, one in earned.items()}
    return Agreed(company, receivables, interest_ore, make_schedule(terms, claims), replaced)


def _replaced(work: UnitOfWork, plan_no: int | None) -> InstalmentPlan | None:
    if plan_no is None:
        return None
    plan = work.instalment_plans.get(plan_no)
    if plan is None:
        raise DataError(f"there is no instalment plan {plan_no}; see: hub instalments list")
    if plan.state != InstalmentPlanState.ACTIVE:
        raise RuleViolation(f"instalment plan {plan_no} is {plan.state}: make a new one, without replacing any")
    return plan


def _refuse_stopped(
    work: UnitOfWork, company: Company, receivables: Sequence[OpenReceivable], replaced: InstalmentPlan | None
) -> None:
    numbers = [row.receivable_id for row in receivables]
    ended = replaced.plan_no if replaced is not None else 0
    holds = [hold for hold in work.receivables.active_holds(numbers, work.today) if hold.source != source_of(ended)]
    plans = {number: no for number, no in work.instalment_plans.plans_of(numbers).items() if no != ended}
    elsewhere = work.dunning.of(numbers, work.today).handed_over
    handed_over = {number: where for number, where in elsewhere.items() if not where.startswith(IN_PLAN)}
    refuse_stopped(receivables, company.dunning.hold_codes, holds, plans, handed_over)


def _refuse_fee_beside_compensation(
    told: MakeInstalmentPlan, company: Company, receivables: Sequence[OpenReceivable], earned: Mapping[int, Accrued]
) -> None:
    creditor = class_of(company.organisation_number)
    for row in receivables if told.plan_fee_ore else ():
        one = earned[row.receivable_id]
        since = one.interest.segments[0].first_day if one.interest.segments else None
        compensation_ore = late_payment_compensation_ore(
            relation_of(creditor, class_of_kept(row.debtor_identity)), since
        )
        standing = standing_debited(one.entries)
        before_ore = standing[Lowers.REMINDER_FEE] + standing[Lowers.DEMAND_FEE]
        refuse_plan_fee_beside(told.plan_fee_ore, before_ore, compensation_ore)


def _terms(told: MakeInstalmentPlan, company: Company, today: date, references: ReferenceRates) -> PlanTerms:
    interest = company.dunning.interest
    rate: Decimal | None = None
    if not told.without_interest:
        rate = rate_named(told.rate or interest.rate).on(today, references) or None
    return PlanTerms(
        made_on=today,
        first_payment=told.first_payment,
        amount_ore=told.amount_ore,
        months=told.months,
        then_ore=told.then_ore,
        is_last_of_month=told.last_of_month,
        notice_fee_ore=told.notice_fee_ore,
        plan_fee_ore=told.plan_fee_ore,
        rate_percent=rate,
        day_count=interest.day_count,
    )


def _own_claims(
    receivables: Sequence[OpenReceivable], earned: Mapping[int, Accrued], plan_fee_ore: int
) -> Iterator[PlanClaim]:
    """Yield the claims that are receivables; the oldest due bears the plan's fee."""
    for no, row in enumerate(receivables, 1):
        yield PlanClaim(
            claim_no=no,
            receivable_id=row.receivable_id,
            number=row.number,
            text=earned[row.receivable_id].receivable.refers_to,
            due_date=row.due_date,
            principal_ore=row.principal_ore,
            fee_ore=row.fee_ore + (plan_fee_ore if no == 1 else 0),
            interest_ore=row.interest_ore + earned[row.receivable_id].left_ore,
        )


def _others(
    claims: Sequence[OtherClaim], before: int, company: Company, today: date, references: ReferenceRates
) -> Iterator[PlanClaim]:
    for no, one in enumerate(claims, before + 1):
        due_date = one.due_date.isoformat() if one.due_date is not None else ""
        if one.is_fee:
            yield PlanClaim(no, None, "", one.text, "", 0, one.amount_ore)
        else:
            interest_ore = _interest_ore(one, company, today, references)
            yield PlanClaim(no, None, "", one.text, due_date, one.amount_ore, 0, interest_ore)


def _interest_ore(one: OtherClaim, company: Company, today: date, references: ReferenceRates) -> int:
    """Return the interest of another claim: as given, else from its due date on the company's terms."""
    if one.due_date is None:
        return one.interest_ore or 0
    terms = company.dunning.interest
    due_on = moved_to_weekday(one.due_date) if terms.due_moves_to_weekday else one.due_date
    claim = Claim(
        one.amount_ore, first_day_after_due(due_on), (), rate_named(terms.rate), DayCount.named(terms.day_count)
    )
    return interest_on(claim, today, references).interest_ore
