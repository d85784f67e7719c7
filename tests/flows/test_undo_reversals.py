"""Reversals and undoing: what the bank took back, what is given back, and what is told twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, events
from undoing import A, B, lone_deposits, picture, statement, tasks, undo, world_that_owes

from hub.model.exchanges import Exchange
from hub.model.payment_file import Key, PayeeAccount, Reversal

KEY = (Key("bgc_serial", "7"),)


@pytest.fixture
def world(engine: Engine) -> World:
    return world_that_owes(engine)


def taken_back(amount_ore: int = 10000) -> bytes:
    reversal = Reversal(1, 1, amount_ore, "SEK", DAY, "1001", KEY, "insufficient funds")
    return payment_file("camt.054", [reversal], marker="back")


def again(number: int) -> bytes:
    """The payment of 1001 once more, in a file of its own."""
    own = pay(10000, "1001", keys=(Key("bgc_serial", f"7{number}"),))
    return payment_file("bgmax", [own], serial=str(number), marker=str(number))


def test_undoing_a_reversal_gives_the_money_back_to_its_receivable(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(10000, "1001", keys=KEY)]))
    posted = picture(world)
    back = world.receive(taken_back())
    assert world.open_ore(1) == 10000

    assert undo(world, back.number)["reversals_undone"] == 1

    assert picture(world) == posted
    world.receive(taken_back())
    assert world.open_ore(1) == 10000
    assert_books_agree(world)


def test_a_reversal_that_comes_again_after_its_undo_lets_suspended_money_in_again(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(10000, "1001", keys=KEY)]))
    second = world.receive(again(2))
    back = world.receive(taken_back())  # a rematch lets the second payment in
    undo(world, back.number)
    undo(world, second.number)
    world.drain()  # and another one the first
    world.receive(again(3))
    assert (world.open_ore(1), world.waiting()) == (0, [("suspended", "already_settled", 10000)])

    assert world.receive(taken_back()).attempt == 2
    world.drain()

    assert (world.open_ore(1), world.waiting()) == (0, [])
    assert_books_agree(world)


def test_a_payment_the_bank_took_back_is_not_booked_again_when_its_file_comes_again(world: World) -> None:
    content = payment_file("bgmax", [pay(10000, "1001", keys=KEY), B])
    first = world.receive(content)
    world.receive(taken_back())
    before = picture(world)

    assert undo(world, first.number)["left_out"] == 1
    world.receive(content)

    assert picture(world) == before
    assert_books_agree(world)


def test_a_payment_that_is_booked_again_after_its_undo_is_not_booked_with_its_file_too(world: World) -> None:
    content = payment_file("bgmax", [pay(10000, "1001", keys=KEY)])
    first = world.receive(content)
    back = world.receive(taken_back())
    undo(world, first.number)
    undo(world, back.number)  # the money is here after all, and the rematch gives the reason of its queue row up
    before = picture(world)

    world.receive(content)

    assert picture(world) == before
    assert world.open_ore(1) == 0
    assert_books_agree(world)


def told_by_statement(booked_date: date = DAY, identity: str = "s1") -> bytes:
    reversal = Reversal(1, 1, 10000, "SEK", booked_date, "1001", KEY, entry_reference="r1")
    return statement(reversal, identity=identity)


def finished(exchange: Exchange) -> dict[str, int]:
    summary: dict[str, Any] = exchange.summary or {}
    return {name: summary["finished"][name] for name in ("reversed", "reversals_told_again", "reversals_held")}


REVERSED, TOLD_AGAIN, HELD = (
    {name: int(name == which) for name in ("reversed", "reversals_told_again", "reversals_held")}
    for which in ("reversed", "reversals_told_again", "reversals_held")
)


def test_a_reversal_that_notification_and_statement_tell_is_done_once_and_its_bank_side_pairs(world: World) -> None:
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=KEY)]))
    notified = world.receive(taken_back())
    stated = world.receive(told_by_statement())

    assert (finished(notified), finished(stated)) == (REVERSED, TOLD_AGAIN)
    assert (world.open_ore(1), len(events(world, "payment_taken_back"))) == (10000, 1)
    assert (world.account_balance("1930"), lone_deposits(world)) == (-10000, [10000])
    assert_books_agree(world)


def test_a_reversal_stands_until_both_files_that_tell_it_are_undone(world: World) -> None:
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=KEY)]))
    before = picture(world)
    notified = world.receive(taken_back())
    stated = world.receive(told_by_statement())

    assert undo(world, notified.number)["reversals_undone"] == 0
    assert (world.open_ore(1), lone_deposits(world)) == (10000, [10000])

    assert undo(world, stated.number)["reversals_undone"] == 1
    assert picture(world) == before
    assert_books_agree(world)


def test_one_reversal_too_many_is_held_for_a_person(world: World) -> None:
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=KEY)]))
    world.receive(told_by_statement())

    again = world.receive(told_by_statement(DAY + timedelta(days=4), "s2"))

    assert (finished(again), tasks(world)) == (HELD, ["reversal"])
    assert world.open_ore(1) == 10000
    assert_books_agree(world)


def test_a_reversal_by_the_key_of_a_duplicate_takes_back_what_is_booked(world: World) -> None:
    world.receive(payment_file("bgmax", [A]))
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=KEY)]))

    assert finished(world.receive(taken_back())) == REVERSED
    assert world.open_ore(1) == 10000
    assert_books_agree(world)


def test_a_reversal_of_a_held_payment_takes_its_booked_twin_back(world: World) -> None:
    world.receive(payment_file("bgmax", [A]))
    world.receive(payment_file("camt.054", [A._replace(booked_date=DAY + timedelta(days=1), keys=KEY)]))
    held = world.waiting()
    assert [state for state, _, _ in held] == ["held"]

    back = world.receive(taken_back())
    assert (finished(back), world.open_ore(1), world.waiting()) == (REVERSED, 10000, held)

    undo(world, back.number)
    assert (world.open_ore(1), world.waiting()) == (0, held)
    assert_books_agree(world)


def test_a_reversal_of_a_held_payment_without_a_twin_is_held(world: World) -> None:
    world.receive(payment_file("camt.054", [pay(10000, keys=KEY)], account=PayeeAccount("bankgiro", "55551234")))
    assert [state for state, _, _ in world.waiting()] == ["held"]

    assert finished(world.receive(taken_back())) == HELD
    assert_books_agree(world)
