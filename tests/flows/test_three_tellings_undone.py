"""What several formats told of one payment, when the file that was booked is undone: it is never booked twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, findings, tell, waiting_ids

from hub.errors import RuleViolation
from hub.model.payment_file import Key, Level, Reversal

OWN = (Key("acct_svcr_ref", "X1"),)
A = pay(10000, "1001")
NEXT_DAY = DAY + timedelta(days=1)
LATER = A._replace(booked_date=NEXT_DAY)
BGMAX = payment_file("bgmax", [A], serial="1")
NOTIFICATION = payment_file("camt.054", [A], identity="n")


def statement(*told: object, identity: str = "s", net_ore: int | None = None) -> bytes:
    content = payment_file("camt.053", list(told), level=Level.LUMP, identity=identity)
    return content if net_ore is None else content.replace(b'"net_ore": 0', b'"net_ore": %d' % net_ore)


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def undo(world: World, exchange_no: int) -> dict[str, object]:
    return tell(world, "undo_file", exchange_no=exchange_no, reason="wrong")


def booked_ore(world: World) -> int:
    assert_books_agree(world)
    assert findings(world) == {}
    return -world.account_balance("2990")


@pytest.fixture
def undone(world: World) -> World:
    """One payment told by three formats; the one that was booked is undone."""
    for content in (BGMAX, NOTIFICATION, statement(A)):
        world.receive(content)
    assert undo(world, 1)["held"] == 1
    return world


def test_the_first_of_the_others_is_held_and_the_next_is_the_same_money_as_that(undone: World) -> None:
    assert undone.waiting()[-1:] == [("held", "twin_was_undone", 10000)]
    assert undone.number("SELECT count(*) FROM duplicate_payment WHERE tenant = :t AND twin_payment = 2") == 1

    tell(undone, "decide_held", verdict="new_money", group="undone:1")

    assert booked_ore(undone) == 10000
    assert undone.account_balance("1940") == 0


def test_the_undone_file_again_is_booked_and_what_was_held_is_the_same_money(undone: World) -> None:
    undone.receive(BGMAX)

    assert booked_ore(undone) == 10000
    assert undone.account_balance("1940") == 0
    assert "held" not in [state for state, _, _ in undone.waiting()]
    assert undone.number("SELECT count(*) FROM duplicate_payment WHERE tenant = :t AND twin_payment = 4") == 2


def test_another_format_told_then_is_the_same_money_as_what_is_held(world: World) -> None:
    world.receive(BGMAX)
    world.receive(NOTIFICATION)
    undo(world, 1)

    world.receive(statement(A))

    assert world.waiting()[-1:] == [("held", "twin_was_undone", 10000)]
    tell(world, "decide_held", verdict="new_money", group="undone:1")
    assert booked_ore(world) == 10000


def test_the_heirs_file_undone_too_the_last_telling_is_the_heir(undone: World) -> None:
    assert undo(undone, 2)["held"] == 1
    tell(undone, "decide_held", verdict="new_money", group="undone:2")

    assert booked_ore(undone) == 10000


def test_what_was_closed_against_a_held_payment_follows_it_to_its_twin(world: World) -> None:
    for content in (BGMAX, payment_file("camt.054", [LATER], identity="n"), statement(LATER)):
        world.receive(content)
    tell(world, "decide_held", verdict="same_money", payment_ids=waiting_ids(world)[-1:])

    undo(world, 2)

    assert booked_ore(world) == 10000
    assert [state for state, _, _ in world.waiting()] == ["suspended"]


def test_what_was_closed_against_a_held_payment_is_in_its_doubt_when_that_is_undone(world: World) -> None:
    for content in (BGMAX, payment_file("camt.054", [LATER], identity="n"), statement(LATER)):
        world.receive(content)

    undo(world, 2)

    assert ("held", "equal_but_for_the_day", 10000) in world.waiting()
    tell(world, "decide_held", verdict="same_money", payment_ids=waiting_ids(world)[-1:])
    assert booked_ore(world) == 10000


def test_two_of_a_family_are_not_both_the_same_money_as_one_by_way_of_a_third(world: World) -> None:
    world.receive(BGMAX)
    world.receive(payment_file("camt.054", [LATER], identity="n"))
    world.receive(statement(A, LATER._replace(entry=2)))

    with pytest.raises(RuleViolation, match="the same money"):
        tell(world, "decide_held", verdict="same_money", payment_ids=waiting_ids(world)[-1:])
    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world)[-1:])
    assert booked_ore(world) == 20000


def test_what_a_third_format_tells_beside_it_is_undone_to_say_that_the_first_two_are_the_same(world: World) -> None:
    third = statement(A, LATER._replace(entry=2))
    world.receive(BGMAX)
    world.receive(payment_file("camt.054", [LATER], identity="n"))
    world.receive(third)
    held = waiting_ids(world)[-1:]
    with pytest.raises(RuleViolation, match="undo exchange 3, decide, and receive that file again"):
        tell(world, "decide_held", verdict="same_money", payment_ids=held)

    undo(world, 3)
    tell(world, "decide_held", verdict="same_money", payment_ids=held)
    world.receive(third)

    assert booked_ore(world) == 20000
    assert "held" not in [state for state, _, _ in world.waiting()]


def test_a_reversal_after_the_file_came_again_takes_back_what_is_booked_now(world: World) -> None:
    receivable = world.owe("1001", 10000)
    told = A._replace(keys=OWN)
    world.receive(statement(told))
    world.receive(BGMAX)
    undo(world, 1)
    world.receive(statement(told))
    assert world.open_ore(receivable) == 0

    world.receive(statement(Reversal(1, 1, 10000, "SEK", NEXT_DAY, "1001", OWN), identity="s2", net_ore=-10000))

    assert world.open_ore(receivable) == 10000
    assert (booked_ore(world), world.account_balance("1930")) == (0, 0)


def test_a_reversal_finds_no_payment_whose_entries_were_undone(world: World) -> None:
    receivable = world.owe("1001", 10000)
    told = A._replace(keys=OWN)
    world.receive(statement(told))
    world.receive(BGMAX)
    undo(world, 1)
    world.receive(payment_file("camt.054", [told], identity="n"))

    taken = Reversal(1, 1, 10000, "SEK", NEXT_DAY, "1001", OWN)
    exchange = world.receive(statement(taken, identity="s2", net_ore=-10000))

    assert (exchange.summary or {})["finished"]["reversals_held"] == 1
    assert world.open_ore(receivable) == 10000
    tell(world, "decide_held", verdict="new_money", group="undone:1")
    assert world.open_ore(receivable) == 0

    answer = tell(world, "decide_reversal", exchange_no=exchange.number, reversal_no=1, payment_id=2)

    assert answer == {"payment_id": 2, "taken_back": True}
    assert world.open_ore(receivable) == 10000
    assert booked_ore(world) == 0
