"""The bank side of what is undone: movements go back, deposits are free again, other tellings take over."""

from __future__ import annotations

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, accounts, assert_books_agree, tell, waiting_ids
from undoing import A, B, lone_deposits, lump, picture, statement, undo, world_that_owes

from hub.model.payment_file import Key


@pytest.fixture
def world(engine: Engine) -> World:
    return world_that_owes(engine)


def test_an_undone_statement_takes_its_bank_side_back_and_frees_its_deposit(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B]))
    content = statement(lump(30000), lump(-500, entry=2))
    before = accounts(world)
    second = world.receive(content)
    paired = accounts(world)
    assert paired.get("1940", 0) == 500

    answer = undo(world, second.number)

    assert (answer["bank_movements"], answer["bank_movements_ore"]) == (2, {"SEK": 29500})
    assert accounts(world) == before
    assert world.number("SELECT count(*) FROM deposit WHERE tenant = :t AND lump_no IS NOT NULL") == 0
    world.receive(content)
    assert accounts(world) == paired
    assert world.number("SELECT count(*) FROM deposit WHERE tenant = :t AND lump_no IS NOT NULL") == 1
    assert_books_agree(world)


def test_undoing_the_payments_leaves_the_banks_movement_alone_until_they_come_again(world: World) -> None:
    content = payment_file("bgmax", [A, B])
    first = world.receive(content)
    world.receive(statement(lump(30000)))
    posted = picture(world)

    undo(world, first.number)
    assert accounts(world) == {"1510": 60000, "1930": 30000, "1940": -30000, "3000": -60000}

    world.receive(content)
    assert picture(world) == posted
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'paired'") == 1


def test_where_two_statements_say_the_same_movement_the_other_one_takes_over(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B]))
    first = world.receive(statement(lump(30000), identity="day"))
    world.receive(statement(lump(30000), lump(900, entry=2), identity="week"))
    before = accounts(world)

    undo(world, first.number)

    assert accounts(world) == before
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'paired'") == 1
    assert_books_agree(world)


def test_a_lump_that_was_made_a_payment_goes_with_its_file(world: World) -> None:
    before = picture(world)
    exchange = world.receive(statement(lump(10000)))
    tell(world, "make_lump_payment", lump_no=1, reference="1001")
    assert world.open_ore(1) == 0

    undo(world, exchange.number)

    assert picture(world) == before
    assert_books_agree(world)


def test_a_lump_whose_payment_was_refunded_keeps_its_bank_side(world: World) -> None:
    exchange = world.receive(statement(lump(10000)))
    tell(world, "make_lump_payment", lump_no=1)
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=waiting_ids(world)[0])
    before = accounts(world)

    assert undo(world, exchange.number)["left_out"] == 1

    assert accounts(world) == before
    assert_books_agree(world)


# --- reversals -------------------------------------------------------------------------------------------------------

KEY = (Key("bgc_serial", "7"),)


def test_what_an_undo_left_booked_is_paired_with_the_rest_of_its_deposit_again(world: World) -> None:
    content = payment_file("bgmax", [pay(10000, "x1"), pay(5000, "x2")])
    first = world.receive(content)
    world.receive(statement(lump(15000)))
    tell(world, "move_payment", payment_id=waiting_ids(world)[0], shares=[{"company": "1", "number": "1001"}])
    undo(world, first.number)
    assert lone_deposits(world) == [10000]

    world.receive(content)

    assert lone_deposits(world) == []
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'paired'") == 1
    assert_books_agree(world)


# --- corrections -----------------------------------------------------------------------------------------------------
