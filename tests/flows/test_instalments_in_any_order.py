"""Whatever is paid of a plan, and whenever rounds are made: no fee twice, no day twice, and the books agree."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from plan_world import RATES, PlanWorld
from sqlalchemy import Engine
from telling import assert_books_agree

from hub.model.instalment_plans import InstalmentPlanState
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.principal import Terms, earned
from hub.rules.interest.rates import InterestRate


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_debits_each_payment_once_and_no_more_than_was_earned(engine: Engine, seed: int) -> None:
    rng = random.Random(seed)
    world = PlanWorld(engine)
    owed = [world.owe("1001", 100_000), world.owe("1002", 60_000, due_date="2026-09-30", fee_ore=6_000)]
    world.make("1001", "1002", amount_ore=30_000, notice_fee_ore=1_500, plan_fee_ore=17_000, is_full_plan=True)
    day = date(2026, 11, 22)

    for _ in range(rng.randint(6, 14)):
        day += timedelta(days=rng.randint(1, 25))
        world.on(day.isoformat())
        if rng.random() < 0.7 and world.plan().state == InstalmentPlanState.ACTIVE:
            world.pays(rng.choice([30_000, 30_000, 31_000, 12_345, 90_000]))
        for one in owed:
            _look_at(world, one, day)

    payments = world.payments()
    debited = [one for one in payments if one.debited_on is not None]
    with world.store.read() as work:
        entries = [entry for one in owed for entry in work.receivables.entries(one)]
    fees_ore = [entry["amount_ore"] for entry in entries if entry["cause"] == "notice_fee_debited"]
    assert sum(fees_ore) <= 1_500 * len(debited)
    assert sum(entry["amount_ore"] for entry in entries if entry["cause"] == "plan_fee_debited") == 17_000
    open_ore = sum(map(world.open_ore, owed))
    if world.plan().state == InstalmentPlanState.PAID:
        assert open_ore == 0
    world.clock.advance(timedelta(days=1))
    if world.plan().state != InstalmentPlanState.ACTIVE:
        assert [hold for one in owed for hold in world.holds(one)] == []
    assert_books_agree(world)


def _look_at(world: PlanWorld, receivable_id: int, day: date) -> None:
    """No more interest stands debited than ten per cent, the plan's rate, gives until its next payment is due.

    Who pays between notice and due date pays as if on the due date: at most ten days' interest of what was paid.
    """
    with world.store.read() as work:
        facts = work.receivables.entries_of([receivable_id])[receivable_id]
    debited_ore = sum(one.amount_ore for one in facts if one.cause == "interest_debited")
    terms = Terms(date(2026, 11, 3), InterestRate(world.plan().terms.rate_percent or 0), DayCount.ACT_ACT)
    whole = earned(facts, terms, day + timedelta(days=10), RATES).interest_ore
    ahead_ore = 90_000 * 10 * 10 // (365 * 100)
    assert debited_ore <= whole + ahead_ore
