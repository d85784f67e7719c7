"""No day bears interest twice: what an interest invoice or a next invoice has charged, no demand debits again."""

from __future__ import annotations

from datetime import date

import pytest
from payment_world import World
from sqlalchemy import Engine
from telling import tell
from test_carried_charges import offer, settle
from test_interest_invoices import ROUTINES, carry_out, paid_late, plan, run_of
from test_interest_on_receivables import RATES
from test_manual_payments import METHODS

from hub.model.interest_charges import KIND
from hub.services.dunning.interest_undoing import undo
from hub.services.dunning.letter_interest import LetterInterest

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
        return LETTERS.earned(work, world.tenant, [receivable], UNTIL).get(receivable, 0)


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
        undo(work, world.tenant, plan_no, user="clerk")
    assert demanded(world, receivable) == IN_ALL
    assert days_told(world, receivable) == (date(2026, 11, 3), UNTIL)


def test_a_demand_debits_what_a_next_invoice_has_not_charged(world: World) -> None:
    receivable = world.owe("040001", 1_000_000, routine="04")
    settle(world, "040001", 1_000_000)
    assert offer(world) == (1, 0)
    bounce(world, "040001")

    assert demanded(world, receivable) == IN_ALL - INVOICED
