"""What an undo left booked is told again by another format: never booked twice, never lost, a person decides doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, accounts, assert_books_agree, tell, waiting_ids

from hub.model.payment_file import Key, Level, Reversal

OWN = (Key("acct_svcr_ref", "B1"),)
FAMILIES = [("bgmax", "camt.054"), ("camt.054", "bgmax"), ("camt.054", "camt.053")]


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    made.owe("1001", 10000)
    return made


def undo(world: World, exchange_no: int) -> dict[str, Any]:
    return tell(world, "undo_file", exchange_no=exchange_no, reason="wrong file")


def change(world: World, how: str) -> int:
    """A person moves or refunds the first payment that waits; return what the payments' own accounts hold after it."""
    payment = waiting_ids(world)[0]
    if how == "moved":
        share = {"company": "1", "number": "1001", "amount_ore": 200}
        tell(world, "move_payment", payment_id=payment, shares=[share])
    else:
        tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=payment)
    return payment


def file(family: str, *payments: Any, **more: Any) -> bytes:
    return payment_file(family, payments, level=Level.LUMP if family == "camt.053" else Level.SPECIFICATION, **more)


def told_ore(world: World) -> int:
    """All money that payments have brought, whatever became of it: less the bank's side it is on clearing."""
    return world.account_balance("1940") - lumps_ore(world)


def lumps_ore(world: World) -> int:
    return -world.number("SELECT coalesce(sum(amount_ore), 0) FROM lump WHERE tenant = :t AND state <> 'duplicate'")


@pytest.mark.parametrize("how", ["moved", "refunded"])
@pytest.mark.parametrize("families", FAMILIES)
@pytest.mark.parametrize("keys", [(), OWN], ids=["no-key", "same-key"])
def test_it_is_closed_when_another_format_tells_the_day(
    world: World, how: str, families: tuple[str, str], keys: tuple[Key, ...]
) -> None:
    first, rest = pay(500, "x1", keys=keys), pay(600, "x2")
    exchange = world.receive(file(families[0], first, rest))
    left_out = change(world, how)
    before = told_ore(world)
    assert undo(world, exchange.number)["left_out"] == 1

    again = world.receive(file(families[1], first, rest))

    proof = "key:acct_svcr_ref" if keys else "same_day"
    assert (again.summary or {})["verdict"] == {"closed": {proof: 1}, "held": {}}
    assert world.number("SELECT twin_payment FROM duplicate_payment WHERE tenant = :t") == left_out
    assert told_ore(world) == before
    assert_books_agree(world)


@pytest.mark.parametrize("families", FAMILIES)
def test_it_stays_booked_once_when_both_formats_tell_it_again(world: World, families: tuple[str, str]) -> None:
    first, rest = pay(500, "x1"), pay(600, "x2")
    content = file(families[0], first, rest)
    exchange = world.receive(content)
    change(world, "moved")
    before = told_ore(world)
    undo(world, exchange.number)

    world.receive(file(families[1], first, rest))
    world.receive(content)

    assert told_ore(world) == before
    assert len([state for state, _, _ in world.waiting() if state == "held"]) == 0
    assert_books_agree(world)


@pytest.mark.parametrize("verdict", ["same_money", "new_money"])
def test_told_on_another_day_it_is_held_and_a_person_decides(world: World, verdict: str) -> None:
    exchange = world.receive(payment_file("bgmax", [pay(500, "x1")]))
    change(world, "refunded")
    undo(world, exchange.number)
    before = told_ore(world)

    world.receive(payment_file("camt.054", [pay(500, "x1", booked_date=DAY + timedelta(days=1))]))

    assert world.waiting() == [("held", "equal_but_for_the_day", 500)]
    assert told_ore(world) == before
    tell(world, "decide_held", verdict=verdict, payment_ids=waiting_ids(world))
    assert told_ore(world) == before + (500 if verdict == "new_money" else 0)
    assert_books_agree(world)


def test_without_a_reference_it_is_held_and_a_person_decides(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [pay(500)]))
    change(world, "moved")
    undo(world, exchange.number)
    before = accounts(world)

    world.receive(payment_file("camt.054", [pay(500)]))

    assert ("held", "equal_without_reference", 500) in world.waiting()
    tell(world, "decide_held", verdict="same_money", payment_ids=waiting_ids(world)[-1:])
    assert accounts(world) == before
    assert_books_agree(world)


def test_its_key_with_another_amount_is_held(world: World) -> None:
    exchange = world.receive(payment_file("camt.054", [pay(500, "x1", keys=OWN)]))
    change(world, "moved")
    undo(world, exchange.number)

    world.receive(file("camt.053", pay(501, "x1", keys=OWN)))

    assert ("held", "same_key_other_amount", 501) in world.waiting()
    assert_books_agree(world)


def test_its_day_that_overlaps_in_part_is_held_as_one_group(world: World) -> None:
    payments = [pay(500, "x1"), pay(600, "x2"), pay(700, "x3")]
    exchange = world.receive(payment_file("bgmax", payments))
    for _ in range(2):
        change(world, "refunded")
    undo(world, exchange.number)
    before = told_ore(world)

    world.receive(payment_file("camt.054", [payments[1], pay(900, "x4")]))

    held = [(reason, amount) for state, reason, amount in world.waiting() if state == "held"]
    assert held == [("day_overlaps_in_part", 600)]
    assert told_ore(world) == before + 900
    assert_books_agree(world)


def test_an_equal_payment_beside_it_is_not_lost(world: World) -> None:
    """Two honest equal payments: one was refunded, and only that one is known already."""
    exchange = world.receive(payment_file("bgmax", [pay(500, "x1"), pay(500, "x1")]))
    change(world, "refunded")
    undo(world, exchange.number)

    world.receive(payment_file("camt.054", [pay(500, "x1"), pay(500, "x1")]))

    assert world.waiting() == [("suspended", "unknown_reference", 500)]
    assert_books_agree(world)


def test_the_file_that_told_it_again_can_be_undone_and_told_once_more(world: World) -> None:
    first, rest = pay(500, "x1"), pay(600, "x2")
    exchange = world.receive(payment_file("bgmax", [first, rest]))
    change(world, "moved")
    undo(world, exchange.number)
    content = payment_file("camt.054", [first, rest])
    again = world.receive(content)
    posted = accounts(world)

    assert undo(world, again.number)["left_out"] == 0
    assert told_ore(world) == 500
    world.receive(content)

    assert accounts(world) == posted
    assert_books_agree(world)


def test_the_bank_takes_back_what_another_format_told_again(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [pay(500, "x1")]))
    change(world, "moved")
    undo(world, exchange.number)
    world.receive(payment_file("camt.054", [pay(500, "x1", keys=OWN)]))

    back = Reversal(1, 1, 500, "SEK", DAY, "x1", OWN, "AC04")
    world.receive(payment_file("camt.054", [back], identity="back"))

    assert (world.open_ore(1), told_ore(world)) == (10000, 0)
    assert_books_agree(world)
