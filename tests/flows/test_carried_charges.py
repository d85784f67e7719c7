"""Interest, printed fees and differences carried to the debtor's next invoice: offered until they are answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import events, findings, tell
from test_interest_on_receivables import RATES
from test_manual_payments import METHODS

from hub.errors import DataError, RuleViolation
from hub.model.carried_charges import CarriedKind
from hub.model.commands import AnswerCarried
from hub.model.dunning_plans import StepTaken
from hub.model.interest_charges import PaidSelection
from hub.services.dunning.carrying import answer_carried, list_uncharged, offer_charges
from hub.services.dunning.taking_back import take_back

ROUTINES = [{"number": "01", "name": "Diverse", "interest_is_invoiced": True}, {"number": "04", "name": "Vatten"}]
ALL = PaidSelection()
TOLVAN, MAX = "191212121212", "198112289874"


@pytest.fixture
def world(engine: Engine) -> World:
    return World(
        engine,
        payment_methods=METHODS,
        routines=ROUTINES,
        accounts={"demand_fee": "3591", "interest_revenue": "8313", "carried": "2890"},
        limits={"over_payment_limit": "5.00", "under_payment_limit": "5.00", "difference_handling": "carry"},
    )


def left(world: World) -> list[tuple[str, CarriedKind, int, str]]:
    found = list_uncharged(world.store, world.tenant, lambda: RATES, ALL)
    return [(one.receivable.number, one.charge.kind, one.charge.amount_ore, one.charge.account) for one in found]


def offer(world: World) -> tuple[int, int]:
    found = offer_charges(world.store, world.tenant, lambda: RATES, ALL)
    return found.new, found.again


def answer(world: World, carry_no: int, number: str) -> dict[str, Any]:
    command = AnswerCarried(key=f"answer-{carry_no}", user="billing", carry_no=carry_no, invoice_number=number)
    with world.store.write() as work:
        return answer_carried(work, world.tenant, command)


def printed(world: World, receivable: int, step: str, fee_ore: int) -> None:
    """A letter that printed a fee without debiting it."""
    row = StepTaken(receivable, 1, step, 1, 1, "2026-11-10", "2026-11-20", fee_ore, 0, 0, 0, "", "letter")
    with world.store.write() as work:
        work.dunning.add_steps([row])


def settle(world: World, number: str, amount_ore: int) -> None:
    world.receive(payment_file("bgmax", [pay(amount_ore, number)]))


def test_what_a_late_payment_leaves_is_listed_and_marks_nothing(world: World) -> None:
    receivable = world.owe("040001", 1_000_000, routine="04")
    printed(world, receivable, "reminder_1", 6_000)
    settle(world, "040001", 999_900)  # a krona too little

    expected = [
        ("040001", CarriedKind.INTEREST, 3836, "8313"),
        ("040001", CarriedKind.REMINDER_FEE, 6_000, "3590"),
        ("040001", CarriedKind.DIFFERENCE, 100, "2890"),
    ]
    assert left(world) == expected
    assert left(world) == expected


def test_interest_that_is_invoiced_is_not_carried(world: World) -> None:
    world.owe("010001", 1_000_000)
    settle(world, "010001", 1_000_000)
    assert left(world) == []


def test_an_overpayment_that_is_carried_is_the_debtors(world: World) -> None:
    world.owe("010001", 1_000_000)
    settle(world, "010001", 1_000_100)
    assert left(world) == [("010001", CarriedKind.DIFFERENCE, -100, "2890")]


def test_a_charge_is_offered_until_it_is_answered_and_then_never_again(world: World) -> None:
    world.owe("040001", 1_000_000, routine="04")
    settle(world, "040001", 1_000_000)

    assert offer(world) == (1, 0)
    assert left(world) == []
    world.clock.advance(timedelta(minutes=1))
    assert offer(world) == (0, 1)
    told = events(world, "charge_offered")
    assert [(one["number"], one["charge"], one["amount_ore"], one["offers"]) for one in told] == [
        ("040001", "interest", 3836, 1),
        ("040001", "interest", 3836, 2),
    ]

    answer(world, told[0]["carry_no"], "040099")

    world.clock.advance(timedelta(minutes=1))
    assert offer(world) == (0, 0)
    assert events(world, "charge_carried")[0]["invoice_number"] == "040099"


def test_an_answer_is_checked_by_what_the_books_know_and_corrected_while_they_know_nothing(world: World) -> None:
    world.owe("040001", 1_000_000, routine="04", debtor_identity=TOLVAN)
    settle(world, "040001", 1_000_000)
    offer(world)
    with pytest.raises(DataError, match="no charge 7"):
        answer(world, 7, "040100")
    with pytest.raises(RuleViolation, match="of 040001 itself"):
        answer(world, 1, "040001")

    first = answer(world, 1, "04O100")  # a slip: nobody has imported it
    assert (first["is_known"], "corrects" in first) == (False, False)
    world.owe("040100", 500_000, routine="04", debtor_identity=MAX)
    world.owe("040101", -500_000, routine="04", kind="credit_note")
    world.owe("040102", 500_000, routine="04", debtor_identity=TOLVAN)
    with pytest.raises(RuleViolation, match="040100 is of another debtor"):
        answer(world, 1, "040100")
    with pytest.raises(RuleViolation, match="040101 is of kind credit note"):
        answer(world, 1, "040101")

    second = answer(world, 1, "040102")
    assert (second["is_known"], second["corrects"]) == (True, "04O100")
    assert [one["invoice_number"] for one in events(world, "charge_carried")] == ["04O100", "040102"]
    with pytest.raises(RuleViolation, match="stands on invoice 040102 already"):
        answer(world, 1, "040103")
    world.clock.advance(timedelta(minutes=1))
    assert offer(world) == (0, 0)


def offers(world: World, kind: str = "charge_offered") -> list[tuple[int, str, int]]:
    return [(one["carry_no"], one["charge"], one["amount_ore"]) for one in events(world, kind)]


def test_a_charge_whose_letter_never_arrived_is_withdrawn_and_the_rest_is_offered_again(world: World) -> None:
    receivable = world.owe("040001", 1_000_000, routine="04")
    printed(world, receivable, "reminder_1", 6_000)
    settle(world, "040001", 1_000_000)
    assert offer(world) == (2, 0)
    with world.store.write() as work:
        take_back(work, world.tenant, work.dunning.steps_of(receivable), "undeliverable")
    world.clock.advance(timedelta(minutes=1))

    assert offer(world) == (0, 1)

    assert offers(world, "charge_withdrawn") == [(2, "reminder_fee", 6_000)]
    assert offers(world)[2:] == [(1, "interest", 3836)]
    with pytest.raises(RuleViolation, match="withdrawn"):
        answer(world, 2, "040099")


def test_what_is_open_again_is_withdrawn_and_offered_anew_as_it_is_when_it_is_paid(world: World) -> None:
    receivable = world.owe("040001", 1_000_000, routine="04")
    printed(world, receivable, "reminder_1", 6_000)
    settle(world, "040001", 1_000_000)
    offer(world)
    tell(world, "register_payment", "040001", method="2", amount_ore=1_000_000, transaction_date="2026-11-20")
    world.clock.advance(timedelta(minutes=1))
    assert offer(world) == (0, 0)
    assert offers(world, "charge_withdrawn") == [(1, "interest", 3836), (2, "reminder_fee", 6_000)]

    tell(world, "register_payment", "040001", method="1", amount_ore=1_000_000, transaction_date="2026-11-22")
    assert offer(world) == (2, 0)
    assert offers(world)[2:] == [(3, "interest", 5479), (4, "reminder_fee", 6_000)]
    assert findings(world) == {}
