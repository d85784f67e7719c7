"""What receivables have earned by a day, as the books tell it: due Saturday 31 October 2026.

So they are late from 3 November. The reference rate of 2026-07-01 is given here, so that no test
waits for the Riksbank: ref+8 is then 10 per cent.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import tell
from test_commands import debit
from test_manual_payments import METHODS

from hub.errors import DataError, RuleViolation
from hub.rules.interest.reference_rates import ReferenceRate, shipped_rates
from hub.services.books.interest import Accrued, accrued

RATES = shipped_rates().extended([ReferenceRate(date(2026, 7, 1), Decimal("2.00"), "a test")])
CODES = {
    "1": {"text": "Anstånd", "stops": ["interest_if_deferral_kept"]},
    "2": {"text": "Ingen ränta", "stops": ["interest"]},
}


@pytest.fixture
def world(engine: Engine) -> World:
    accounts = {"demand_fee": "3591"}
    return World(engine, payment_methods=METHODS, accounts=accounts, dunning={"hold_codes": CODES})


def earned(world: World, *receivables: int, until: str = "2026-11-22") -> list[Accrued]:
    with world.store.read() as work:
        found = accrued(work, world.tenant, list(receivables), date.fromisoformat(until), RATES)
    return [found[number] for number in receivables]


def test_interest_runs_from_the_day_after_the_weekday_that_counts_as_due(world: World) -> None:
    (one,) = earned(world, world.owe("1001", 1_000_000))
    assert [(s.first_day, s.days, s.rate_percent) for s in one.interest.segments] == [
        (date(2026, 11, 3), 20, Decimal("10.00"))
    ]
    assert one.interest.interest_ore == 5479  # 10 000,00 * 10 % * 20 / 365
    assert one.left_ore == 5479


def test_a_payment_ends_it_and_many_are_counted_at_once(world: World) -> None:
    first, second = world.owe("1001", 1_000_000), world.owe("1002", 500_000)
    world.receive(payment_file("bgmax", [pay(1_000_000, "1001")]))
    paid, unpaid = earned(world, first, second, until="2026-12-31")
    assert (paid.paid_on, paid.interest.principal_left_ore) == ("2026-11-16", 0)
    assert paid.interest.days == 14
    assert (unpaid.paid_on, unpaid.interest.days) == (None, 59)


def test_what_a_method_without_interest_removed_never_bore_any(world: World) -> None:
    receivable = world.owe("1001", 1_000_000)
    tell(world, "register_payment", "1001", method="3", amount_ore=500_000, transaction_date="2026-11-18")
    assert earned(world, receivable)[0].interest.interest_ore == 2740


def test_a_moved_due_date_moves_no_interest(world: World) -> None:
    receivable = world.owe("1001", 1_000_000)
    tell(world, "change_due_date", "1001", due_date="2026-11-30")
    assert earned(world, receivable)[0].interest.interest_ore == 5479


def test_a_hold_without_interest_and_a_kept_deferral_stop_it(world: World) -> None:
    held, deferred = world.owe("1001", 1_000_000), world.owe("1002", 1_000_000)
    tell(world, "set_hold", "1001", code="2", source="clerk")
    tell(world, "set_hold", "1002", code="1", source="clerk", until_date="2026-11-30")
    assert [(one.stopped_by, one.left_ore) for one in earned(world, held, deferred)] == [("2", 0), ("1", 0)]
    assert earned(world, deferred, until="2026-12-01")[0].interest.days == 29  # broken: as if never given


def test_a_deferral_that_is_written_down_after_it_was_kept_stops_interest_until_it_is_taken_back(world: World) -> None:
    receivable = world.owe("1001", 1_000_000)
    world.receive(payment_file("bgmax", [pay(1_000_000, "1001")]))  # on 16 November
    with pytest.raises(DataError, match="only a code is set that stops interest_if_deferral_kept"):
        tell(world, "set_hold", "1001", code="2", source="clerk", until_date="2026-11-16")
    with pytest.raises(DataError, match="before the due date 2026-10-31"):
        tell(world, "set_hold", "1001", code="1", source="clerk", until_date="2026-10-30")

    tell(world, "set_hold", "1001", code="1", source="clerk", until_date="2026-11-15")
    assert earned(world, receivable)[0].interest.days == 14  # it was broken

    hold_no = tell(world, "set_hold", "1001", code="1", source="clerk", until_date="2026-11-16")["hold_no"]
    with pytest.raises(RuleViolation, match="hold 2 has this code of this source until 2026-11-16"):
        tell(world, "set_hold", "1001", code="1", source="clerk", until_date="2026-11-16")
    assert [(one.stopped_by, one.left_ore) for one in earned(world, receivable)] == [("1", 0)]

    assert tell(world, "end_hold", "1001", hold_no=hold_no)["ended"] == [hold_no]
    assert earned(world, receivable)[0].interest.days == 14


def test_what_stands_debited_is_not_left_to_debit(world: World) -> None:
    receivable = world.owe("1001", 1_000_000)
    debit(world, receivable, "interest", 2000, "interest_debited")
    (one,) = earned(world, receivable)
    assert (one.debited_ore, one.left_ore) == (2000, 3479)


@pytest.mark.parametrize("kind", ["interest_invoice", "internal", "credit_note"])
def test_no_interest_is_on_interest_on_internal_ones_and_on_credit_notes(world: World, kind: str) -> None:
    (one,) = earned(world, world.owe("5101", 1_000_000, kind=kind))
    assert one.left_ore == 0
