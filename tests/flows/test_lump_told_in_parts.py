"""A lump that was made a payment, beside other deposits, parts and lumps: each movement is met once, by its own."""

from __future__ import annotations

from datetime import timedelta

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
from telling import REFUND_TO, assert_books_agree, findings, tell, waiting_ids

from hub.errors import RuleViolation
from hub.services.payments.lone_sides import watch_clearing

FRIDAY = DAY - timedelta(days=3)


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine)


# --- deposits that stood alone before --------------------------------------------------------------------------------


def test_an_earlier_deposit_of_the_same_amount_does_not_take_the_lump_from_its_specification(world: World) -> None:
    world.receive(statement(lump(reference="r1"), identity="s1"))
    place(world, make_payment(world))
    world.receive(SPECIFICATION)
    decide(world, "same_money")
    world.receive(payment_file("bgmax", [pay(30000, "other money")], serial="2"))

    world.receive(NOTIFICATION)

    assert world.waiting() == [("suspended", "unknown_reference", 30000), *HELD]
    world.receive(statement(lump(reference="r2"), identity="s2"))
    assert_all_met(world, 60000)
    assert findings(world) == {}


def test_a_deposit_whose_own_statement_is_undone_leaves_another_lump_to_its_specification(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(30000, "1003")], serial="7"))
    other = world.receive(statement(lump(reference="r2"), identity="s2"))
    world.receive(statement(lump(reference="r1"), identity="s1", marker="s1"))
    make_payment(world, 2)
    tell(world, "undo_file", exchange_no=other.number, reason="wrong file")

    world.receive(SPECIFICATION)

    assert (world.waiting(), open_amounts(world)) == ([], [0, 0, 0])
    world.receive(statement(lump(reference="r2"), identity="s2"))
    assert_all_met(world, 60000)
    assert findings(world) == {}


# --- parts of which one was held -------------------------------------------------------------------------------------


@pytest.fixture
def second_part_held(world: World) -> World:
    """A lump of 300 made a payment; a first part of 100 is posted, a second of 200 held for another reason."""
    early = B._replace(booked_date=FRIDAY)
    world.receive(payment_file("camt.054", [early], identity="other", created_at="2026-11-13"))
    world.receive(statement(lump(20000, reference="q"), identity="q"))
    world.receive(statement(marker="m"))
    make_payment(world, 2)
    world.receive(payment_file("bgmax", [A], serial="1"))
    world.receive(payment_file("bgmax", [B], serial="2"))
    assert world.waiting()[-1:] == [("held", "equal_but_for_the_day", 20000)]
    return world


def test_a_held_part_that_a_person_posts_is_the_lump_with_the_part_before_it(second_part_held: World) -> None:
    world = second_part_held

    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world)[-1:])

    assert (world.waiting(), lump_states(world)) == ([("suspended", "already_settled", 20000)], ["paired", "paired"])
    assert_all_met(world, 50000)
    assert findings(world) == {}


def test_a_held_part_waits_again_when_the_payment_of_the_lump_has_been_placed(second_part_held: World) -> None:
    world = second_part_held
    place(world, waiting_ids(world)[0])
    held = waiting_ids(world)

    assert tell(world, "decide_held", verdict="new_money", payment_ids=held)["held_again"] == 1

    assert world.waiting() == [("held", "lump_made_payment", 20000)]
    decide(world, "new_money")
    assert (open_amounts(world), world.waiting()) == ([0, 0, 30000], [("suspended", "already_settled", 20000)])
    assert_all_met(world, 50000)
    assert findings(world) == {}


def test_a_lump_is_no_payment_while_a_held_payment_and_a_lone_deposit_may_be_it(world: World) -> None:
    early = B._replace(booked_date=FRIDAY)
    world.receive(payment_file("camt.054", [early], identity="other", created_at="2026-11-13"))
    world.receive(payment_file("bgmax", [A], serial="1"))
    world.receive(payment_file("bgmax", [B], serial="2"))
    world.receive(statement())

    with pytest.raises(RuleViolation, match="decide them first"):
        make_payment(world)


# --- lumps that stand alone are met first ----------------------------------------------------------------------------


def test_a_lump_that_stands_alone_is_met_first_though_the_made_one_is_nearer(world: World) -> None:
    world.receive(statement(lump(reference="r1")))
    place(world, make_payment(world))
    next_day = lump(reference="r2")._replace(booked_date=DAY + timedelta(days=1))
    world.receive(statement(next_day, identity="b"))

    world.receive(SPECIFICATION)

    assert (world.waiting(), lump_states(world)) == ([], ["payment", "paired"])
    assert_all_met(world, 60000)


def test_a_deposit_held_in_part_is_left_to_the_lump_that_stands_alone(world: World) -> None:
    world.receive(payment_file("camt.054", [A._replace(booked_date=FRIDAY)], created_at="2026-11-13"))
    world.receive(statement(lump(reference="r1"), lump(entry=2, reference="r2")))
    place(world, make_payment(world))

    world.receive(payment_file("bgmax", [A, B]))

    assert world.waiting() == [("held", "equal_but_for_the_day", 10000)]
    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world))
    assert lump_states(world) == ["payment", "paired"]
    assert world.account_balance("1940") == 10000  # the camt.054 has no movement of its own yet
    assert findings(world) == {}


# --- payments that equal the whole lump ------------------------------------------------------------------------------


def test_a_payment_that_equals_the_payment_of_a_lump_is_held_as_its_specification(world: World) -> None:
    world.owe("9", 700)
    world.receive(statement(pay(700, "9"), identity="d"))  # the statement's family has brought payments before
    world.receive(statement(lump(30000, "1003", reference="r1")))
    make_payment(world, 2)

    world.receive(payment_file("bgmax", [pay(30000, "1003")]))

    assert world.waiting() == [("held", "lump_made_payment", 30000)]
    decide(world, "new_money")
    assert (open_amounts(world), world.waiting()) == ([10000, 20000, 0], [])
    assert_all_met(world, 30700)
    assert findings(world) == {}


def test_an_account_that_the_settings_have_no_longer_gets_no_payments_of_lumps(engine: Engine) -> None:
    make_world(engine).receive(statement())
    without = World(engine, payee_accounts=[{"bankgiro": "5050-1055"}])

    with pytest.raises(RuleViolation, match="settings have the payee account"):
        make_payment(without)


def test_the_banks_profile_makes_each_of_two_equal_lumps_a_payment_once(engine: Engine) -> None:
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346", "lumps_are_payments": True}])
    world.receive(statement(lump(reference="r1"), lump(entry=2, reference="r2")))

    for made in (2, 0):
        with world.store.write() as work:
            assert watch_clearing(work, world.tenant) == {"tasks": 0, "payments": made}

    assert world.waiting() == [("suspended", "no_reference", 30000)] * 2
    assert_books_agree(world)
    assert findings(world) == {}


# --- parts of several days, or beside others -------------------------------------------------------------------------

LATER = DAY + timedelta(days=1)
BESIDE = pay(70000, "1003", booked_date=LATER, entry=3)
DAY_AFTER = [A._replace(booked_date=LATER), B._replace(booked_date=LATER, entry=2), BESIDE]


@pytest.mark.parametrize("verdict", ["new_money", "same_money"])
def test_parts_on_another_day_beside_an_unrelated_entry_wait_for_a_person(world: World, verdict: str) -> None:
    world.receive(statement())
    make_payment(world)
    world.receive(payment_file("camt.054", DAY_AFTER, identity="n"))
    assert [row for row in world.waiting() if row[0] == "held"] == HELD

    decide(world, verdict)

    world.receive(statement(lump(70000)._replace(booked_date=LATER), identity="next"))
    assert_all_met(world, 100000)
    assert open_amounts(world)[:2] == ([0, 0] if verdict == "new_money" else [10000, 20000])


def test_a_part_on_another_day_waits_with_the_part_that_is_booked(world: World) -> None:
    world.receive(statement())
    make_payment(world)
    world.receive(payment_file("bgmax", [A], serial="1"))
    world.receive(payment_file("camt.054", DAY_AFTER[1:], identity="n"))
    assert [row for row in world.waiting() if row[0] == "held"] == HELD[1:]

    decide(world, "new_money")

    world.receive(statement(lump(70000)._replace(booked_date=LATER), identity="next"))
    assert_all_met(world, 100000)


def test_money_of_another_day_is_not_held_for_a_refunded_payment_of_a_lump(world: World) -> None:
    world.receive(statement())
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=make_payment(world), amount_ore=1)
    world.receive(payment_file("camt.054", DAY_AFTER, identity="n"))

    assert [row for row in world.waiting() if row[0] == "held"] == []
