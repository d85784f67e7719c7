"""After a lump and its specification have met: other formats, undo, corrections, and a run at the same time."""

from __future__ import annotations

from typing import Any

import pytest
from lump_world import (
    HELD,
    NOTIFICATION,
    SPECIFICATION,
    A,
    B,
    assert_all_met,
    decide,
    lump,
    lump_states,
    make_payment,
    make_world,
    open_amounts,
    place,
    statement,
)
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import accounts, assert_books_agree, tell

from hub.errors import RuleViolation, TransientError
from hub.model.payment_file import Key, Reversal


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine)


@pytest.fixture
def placed(world: World) -> World:
    """A lump that was made a payment and moved to a receivable, and then its specification."""
    world.receive(statement())
    place(world, make_payment(world))
    assert world.receive(SPECIFICATION).state == "posted"
    return world


# --- both formats ----------------------------------------------------------------------------------------------------


def test_a_second_format_adds_nothing_to_what_took_the_payments_place(placed: World) -> None:
    decide(placed, "new_money")
    before = accounts(placed)

    placed.receive(NOTIFICATION)

    assert (accounts(placed), placed.waiting()) == (before, [])
    assert_all_met(placed)


def test_the_second_format_is_held_too_when_the_first_was_closed_as_the_lump(placed: World) -> None:
    decide(placed, "same_money")

    placed.receive(NOTIFICATION)

    assert placed.waiting() == HELD
    decide(placed, "new_money")
    assert (placed.waiting(), open_amounts(placed)) == ([], [0, 0, 30000])
    twins = "SELECT count(DISTINCT twin_payment) FROM duplicate_payment WHERE tenant = :t AND twin_payment > 3"
    assert placed.number(twins) == 2  # what was closed as the lump has its twins, one to one, among what took its place
    assert_all_met(placed)


def test_a_second_equal_specification_of_one_format_is_other_money(placed: World) -> None:
    decide(placed, "same_money")

    placed.receive(payment_file("bgmax", [A, B], serial="2"))

    assert (placed.waiting(), open_amounts(placed)) == ([], [0, 0, 0])
    assert placed.account_balance("1940") == 30000  # until its own movement is told
    placed.receive(statement(identity="next", marker="next"))
    assert_all_met(placed, 60000)


# --- undo and corrections --------------------------------------------------------------------------------------------


def undo(world: World, exchange_no: int) -> dict[str, Any]:
    return tell(world, "undo_file", exchange_no=exchange_no, reason="wrong file")


def test_the_specification_that_took_over_is_undone_and_comes_again(world: World) -> None:
    world.receive(statement())
    make_payment(world)
    file = world.receive(SPECIFICATION)
    posted = accounts(world)

    undo(world, file.number)
    assert (lump_states(world), world.waiting(), open_amounts(world)) == (["alone"], [], [10000, 20000, 30000])
    assert_books_agree(world)

    make_payment(world)
    world.receive(SPECIFICATION)
    assert accounts(world) == posted
    assert_all_met(world)


def test_the_statement_is_undone_after_its_payment_gave_way_and_comes_again(placed: World) -> None:
    decide(placed, "new_money")

    assert undo(placed, 1)["left_out"] == 0
    assert (placed.account_balance("1930"), placed.account_balance("1940")) == (0, 30000)

    placed.receive(statement())
    assert_all_met(placed)


def test_held_payments_wait_alone_when_the_statement_is_undone(world: World) -> None:
    world.receive(statement(lump(30000, "1003")))
    make_payment(world)
    world.receive(SPECIFICATION)

    assert undo(world, 1)["left_out"] == 0

    assert world.waiting() == [("held", "twin_was_undone", 10000), ("held", "twin_was_undone", 20000)]
    with pytest.raises(RuleViolation, match="has been undone"):
        decide(world, "same_money")
    world.receive(statement(lump(30000, "1003")))
    decide(world, "new_money")
    assert_all_met(world)


def test_payments_closed_as_the_lump_wait_again_when_the_statement_is_undone(world: World) -> None:
    world.receive(statement(lump(30000, "1003")))
    make_payment(world)
    world.receive(SPECIFICATION)
    decide(world, "same_money")

    assert undo(world, 1)["held"] == 2

    decide(world, "new_money")
    assert (open_amounts(world), world.account_balance("1940")) == ([0, 0, 30000], 30000)
    world.receive(statement(lump(30000, "1003")))
    assert_all_met(world)


def test_a_held_specification_that_is_undone_leaves_the_payment_of_the_lump(placed: World) -> None:
    undo(placed, 2)

    assert (placed.waiting(), lump_states(placed)) == ([], ["payment"])
    assert_all_met(placed)
    placed.receive(SPECIFICATION)
    assert placed.waiting() == HELD


def test_a_correction_of_a_held_specification_is_held_in_its_turn(placed: World) -> None:
    corrected = payment_file("bgmax", [pay(9000, "1001"), pay(21000, "1002")], serial="1")
    file = placed.receive(corrected)

    tell(placed, "accept_correction", exchange_no=file.number)

    assert [amount for _, _, amount in placed.waiting()] == [9000, 21000]
    decide(placed, "new_money")
    assert_all_met(placed)


def test_the_placed_payment_of_an_undone_statement_still_gives_way(placed: World) -> None:
    assert undo(placed, 1)["left_out"] == 1
    assert placed.waiting() == HELD

    decide(placed, "new_money")

    assert (open_amounts(placed), placed.waiting()) == ([0, 0, 30000], [])
    assert_all_met(placed)


@pytest.mark.parametrize("reference", ["", "r1"])
def test_a_lump_that_an_undo_left_standing_moves_the_bank_once_when_its_statement_comes_again(
    world: World, reference: str
) -> None:
    content = statement(lump(reference=reference))
    world.receive(content)
    place(world, make_payment(world))
    undo(world, 1)

    assert world.receive(content).state == "posted"

    assert_all_met(world)


def test_a_reversal_of_a_payment_that_took_over_is_done(world: World) -> None:
    world.receive(statement())
    make_payment(world)
    key = (Key("bgc_serial", "7"),)
    world.receive(payment_file("bgmax", [A._replace(keys=key), B]))

    back = Reversal(1, 1, 10000, "SEK", DAY, "1001", key, "AC04", entry_reference="b1")
    world.receive(payment_file("camt.054", [back]))
    world.receive(statement(back._replace(is_credit=False), identity="back"))

    assert open_amounts(world) == [10000, 0, 30000]
    assert_books_agree(world)


# --- at the same time (see test_races too) ----------------------------------------------------------------------------


def test_no_lump_becomes_a_payment_while_a_run_works_at_its_account(world: World) -> None:
    world.receive(statement())
    with world.store.write() as work:
        assert work.accounts.claim([1], 4711)

    with pytest.raises(TransientError, match="when that has ended"):
        make_payment(world)
    with world.store.write() as work:
        work.accounts.release(4711)
    make_payment(world)
    assert world.number("SELECT count(*) FROM account_claim WHERE tenant = :t") == 0
