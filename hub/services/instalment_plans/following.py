"""Following plans up: what payments cost is debited ahead of them, and plans that are paid or broken end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hub.model.books import Bucket, Contra
from hub.model.instalment_plans import FallingDue, InstalmentPlan, InstalmentPlanState, PlanStanding
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.charges import Cause, Change, EntryFacts
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.principal import Terms, earned
from hub.rules.interest.rates import InterestRate
from hub.rules.interest.reference_rates import shipped_rates
from hub.services.books.posting import REMATCH
from hub.services.instalment_plans.charging import charge
from hub.services.instalment_plans.ending import end_plan
from hub.services.instalment_plans.telling import BROKEN_TASK
from hub.services.ports import UnitOfWork

PLANS_AT_ONCE = 100
HUB = "hub"  # who ends a plan by itself
_ONE_DAY = timedelta(days=1)


def end_plans(work: UnitOfWork) -> bool:
    """End plans on which nothing is open, and those whose payment did not come in time; say whether there is more."""
    found = work.instalment_plans.standings(work.today, limit=PLANS_AT_ONCE)
    if not found:
        return False
    plans = work.instalment_plans.get_all([one.plan_no for one in found])
    work.receivables.lock(work.instalment_plans.receivables_in(sorted(plans)))
    # once more, now that no payment can be posted meanwhile
    for one in work.instalment_plans.standings(work.today, limit=PLANS_AT_ONCE):
        if one.plan_no not in plans:
            continue
        plan = plans[one.plan_no]
        if not one.open_items:
            end_plan(work, plan, InstalmentPlanState.PAID, because="all is paid", user=HUB)
        else:
            _break(work, plan, one)
    return len(found) == PLANS_AT_ONCE


def _break(work: UnitOfWork, plan: InstalmentPlan, standing: PlanStanding) -> None:
    lacking_ore = standing.open_ore - standing.allowed_ore
    because = f"{format_kronor(lacking_ore)} of the payments until {standing.late_since} has not come"
    if end_plan(work, plan, InstalmentPlanState.BROKEN, because=because, user=HUB, lacking_ore=lacking_ore):
        advice = "its receivables are dunned again; make a new plan, or say: hub instalments end"
        work.commands.open_task(BROKEN_TASK, str(plan.plan_no), f"instalment plan {plan.plan_no}: {because}; {advice}")


def debit_falling_due(work: UnitOfWork, tenant: Tenant) -> bool:
    """Debit new interest and notice fees of payments whose day of notice has come; say whether there may be more.

    No more interest than the principal that was left has earned by the due date on the plan's terms: a debtor who pays
    early owes less. Money that waits and names the plan tries again.
    """
    due = work.instalment_plans.falling_due(work.today, limit=PLANS_AT_ONCE)
    if not due:
        return False
    numbers = sorted({one.receivable_id for one in due})
    work.receivables.lock(numbers)
    plans = work.instalment_plans.get_all({one.plan_no for one in due})
    entries = work.receivables.entries_of(numbers)
    debited = [_as_earned(one, plans[one.plan_no], entries[one.receivable_id]) for one in due]
    _charge(work, tenant, debited)
    work.instalment_plans.note_debited(debited, work.today)
    _rematch(work, tenant, sorted(plans))
    return True


def _as_earned(one: FallingDue, plan: InstalmentPlan, entries: Sequence[EntryFacts]) -> FallingDue:
    rate = plan.terms.rate_percent
    if rate is None or not one.new_interest_ore:
        return one._replace(new_interest_ore=0)
    first_day = date.fromisoformat(plan.made_on) + _ONE_DAY
    terms = Terms(first_day, InterestRate(rate), DayCount.named(plan.day_count))
    interest = earned(entries, terms, date.fromisoformat(one.due_date), shipped_rates())  # none is looked up
    return one._replace(
        new_interest_ore=max(0, min(one.new_interest_ore, interest.interest_ore - one.debited_before_ore))
    )


def _charge(work: UnitOfWork, tenant: Tenant, debited: Sequence[FallingDue]) -> None:
    rows = {row.receivable_id: row for row in work.receivables.by_ids([one.receivable_id for one in debited])}
    charge(
        work,
        tenant,
        [(rows[one.receivable_id], change, one.plan_no) for one in debited for change in _costs(one)],
    )


def _costs(one: FallingDue) -> tuple[Change, Change]:
    return (
        Change(Bucket.INTEREST, one.new_interest_ore, Cause.INTEREST_DEBITED, Contra.INTEREST),
        Change(Bucket.FEE, one.notice_fee_ore, Cause.NOTICE_FEE_DEBITED, Contra.REMINDER_FEE),
    )


def _rematch(work: UnitOfWork, tenant: Tenant, plan_nos: Sequence[int]) -> None:
    if work.queue.mark_for_rematch(work.instalment_plans.reference_places(plan_nos)):
        work.runs.enqueue_another(f"{REMATCH}:{tenant.id}:plans:{work.today}", REMATCH, {})


def follow_plans(work: UnitOfWork, tenant: Tenant) -> bool:
    """Take one step of following plans up, those that end first; say whether there may be more."""
    return end_plans(work) or debit_falling_due(work, tenant)
