"""No day bears interest twice: what an interest invoice or a next invoice has charged, no demand debits again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from payment_world import World
from sqlalchemy import Engine
from telling import assert_books_agree, tell
from test_carried_charges import left, offer, settle
from test_commands import debit
from test_interest_invoices import ROUTINES, carry_out, items, paid_late, plan, run_of
from test_interest_on_receivables import RATES
from test_manual_payments import METHODS

from hub.model.dunning_plans import StepTaken
from hub.model.interest_charges import KIND, PaidSelection
from hub.model.purging import PurgeTerms
from hub.services.books.interest import accrued
from hub.services.chart import chart_of
from hub.services.dunning.interest_undoing import undo
from hub.services.dunning.letter_interest import LetterInterest
from hub.services.dunning.taking_back import take_back
from hub.services.reports import purging

LETTERS = LetterInterest(lambda: RATES)
UNTIL = date(2026, 12, 1)
IN_ALL = 7945  # 10 000,00 * 10 % * 29 / 365
INVOICED = 3836  # of the first 14 days


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(
        engine,
        payment_methods=METHODS,
        routines=ROUTINES,
        references={
            "giro": {"control": {"level": "check_digit"}, "elements": [{"kind": "invoice_number", "width": 6}]}
        },
        accounts={"demand_fee": "3591", "interest_revenue": "8313", "carried": "2890"},
    )
    made.bodies[KIND] = run_of(made)
    return made


def bounce(world: World, number: str) -> None:
    tell(world, "register_payment", number, method="2", amount_ore=1_000_000, transaction_date="2026-11-20")


def demanded(world: World, receivable: int) -> int:
    with world.store.read() as work:
        found = LETTERS.earned(work, world.tenant, [receivable], UNTIL)
    return found[receivable].left_ore if receivable in found else 0


def days_told(world: World, receivable: int) -> tuple[date, date]:
    with world.store.read() as work:
        segments = LETTERS.counted(work, world.tenant, [receivable], UNTIL)[receivable]
    return segments[0].first_day, segments[-1].last_day


def test_a_demand_debits_what_an_interest_invoice_has_not_charged(world: World) -> None:
    receivable = paid_late(world, "010001")
    plan_no = plan(world)
    carry_out(world, plan_no)
    bounce(world, "010001")

    assert demanded(world, receivable) == IN_ALL - INVOICED
    assert days_told(world, receivable) == (date(2026, 11, 17), UNTIL)

    with world.store.write() as work:
        undo(work, world.tenant, plan_no, lambda _work, _keys: None, user="clerk")
    assert demanded(world, receivable) == IN_ALL
    assert days_told(world, receivable) == (date(2026, 11, 3), UNTIL)


def test_a_demand_debits_what_a_next_invoice_has_not_charged(world: World) -> None:
    receivable = world.owe("040001", 1_000_000, routine="04")
    settle(world, "040001", 1_000_000)
    assert offer(world) == (1, 0)
    bounce(world, "040001")

    assert demanded(world, receivable) == IN_ALL - INVOICED


def test_a_paid_fee_that_is_taken_back_paid_principal_on_the_day_it_was_paid(world: World) -> None:
    receivable = world.owe("040001", 1_000_000, routine="04")
    debit(world, receivable, "fee", 6_000, "reminder_fee_debited")
    taken = StepTaken(receivable, 1, "reminder_1", 1, 1, "2026-11-10", "2026-11-20", 6_000, 1, 0, 0, "", "letter")
    with world.store.write() as work:
        work.dunning.add_steps([taken])
    settle(world, "040001", 1_000_000)
    world.clock.advance(timedelta(days=20))
    with world.store.write() as work:
        take_back(work, world.tenant, work.dunning.steps_of(receivable), "undeliverable")

    with world.store.read() as work:
        (one,) = accrued(work, world.tenant, [receivable], date(2026, 12, 31), RATES).values()
        assert work.receivables.fully_paid_on(receivable) == one.paid_on == "2026-11-16"
        late = work.interest_charges.paid_late(PaidSelection(paid_from="2026-11-17"), after=0, limit=9)
    assert (one.interest.interest_ore, one.interest.days, late) == (INVOICED, 14, [])
    assert_books_agree(world)

    with world.store.write() as work:
        (payment,) = {row["payment_id"] for row in work.receivables.entries(receivable)} - {None}
        work.undoing.postings_of_payment(payment, work.today, "payment_reversed")
        work.books.apply(chart_of(work, world.tenant), voucher_type="giro_payments")
    with world.store.read() as work:
        (row,) = work.receivables.find(number="040001")
    assert (row.principal_ore, row.fee_ore) == (1_000_000, 0)
    assert_books_agree(world)


def test_nothing_is_charged_of_what_has_been_purged(world: World) -> None:
    paid_late(world, "010001")
    world.owe("040001", 1_000_000, routine="04")
    settle(world, "040001", 1_000_000)
    before = plan(world)
    offer(world)
    with world.store.write() as work:
        purge = purging.plan_purge(work, PurgeTerms(paid_before=date(2026, 11, 20)), "clerk").plan_no
    assert purging.execute_purge(world.store, purge).purged == 2
    world.clock.advance(timedelta(minutes=1))

    carry_out(world, before)

    assert (offer(world), left(world), items(world, plan(world))) == ((0, 0), [], [])
    assert [(one.reason, one.outcome_reason) for one in items(world, before)] == [
        ("14 days to 2026-11-16", "changed_since"),
        ("routine_invoices_no_interest", ""),
    ]
