"""A lump that was made a payment, and then its specification: the bank moved once, so it is booked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lump_world import (
    HELD,
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
from payment_world import DAY, World, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, assert_books_agree, entries, events, tell, waiting_ids

from hub.errors import RuleViolation
from hub.model.payment_file import Level
from hub.services.payments.lone_sides import watch_clearing


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine)


# --- untouched in suspense: it gives way -----------------------------------------------------------------------------


def test_an_untouched_payment_of_a_lump_gives_way_to_its_specification(world: World) -> None:
    world.receive(statement())
    payment = make_payment(world)
    assert world.waiting() == [("suspended", "no_reference", 30000)]

    assert world.receive(SPECIFICATION).state == "posted"

    assert (world.waiting(), open_amounts(world), lump_states(world)) == ([], [0, 0, 30000], ["paired"])
    assert [event["payment_id"] for event in events(world, "lump_payment_replaced")] == [payment]
    with pytest.raises(RuleViolation, match="nothing remains"):
        place(world, payment)
    assert_all_met(world)


def test_a_payment_by_the_banks_profile_gives_way_too(engine: Engine) -> None:
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346", "lumps_are_payments": True}])
    world.owe("1001", 10000)
    world.owe("1002", 20000)
    world.receive(statement())
    with world.store.write() as work:
        assert watch_clearing(work, world.tenant)["payments"] == 1

    world.receive(SPECIFICATION)

    assert world.waiting() == []
    assert_all_met(world)


def test_a_specification_in_two_files_of_a_day_meets_the_payment_with_its_last_part(world: World) -> None:
    world.receive(statement())
    make_payment(world)

    world.receive(payment_file("bgmax", [A], serial="1"))
    assert world.account_balance("1940") == 10000
    world.receive(payment_file("bgmax", [B], serial="2"))

    assert (world.waiting(), open_amounts(world)) == ([], [0, 0, 30000])
    assert_all_met(world)


def test_a_statement_with_details_tells_who_paid_the_lump_of_an_earlier_one(world: World) -> None:
    world.receive(statement(lump(reference="r1"), identity="day"))
    make_payment(world)

    details = [event._replace(entry_reference="r1") for event in (A, B)]
    world.receive(payment_file("camt.053", details, level=Level.LUMP, identity="week"))

    assert (world.waiting(), open_amounts(world)) == ([], [0, 0, 30000])
    assert_all_met(world)


def test_a_statement_whose_own_movement_is_new_leaves_the_payment_of_another_lump_alone(world: World) -> None:
    world.receive(statement(lump(reference="r1"), identity="s1"))
    make_payment(world)

    details = [event._replace(entry_reference="r2") for event in (A, B)]
    world.receive(payment_file("camt.053", details, level=Level.LUMP, identity="s2"))

    assert world.waiting() == [("suspended", "no_reference", 30000)]
    assert_all_met(world, 60000)


@pytest.mark.parametrize("days", [5, 6])
def test_only_within_the_days_that_lumps_are_paired_in(world: World, days: int) -> None:
    world.receive(statement())
    make_payment(world)
    late = [event._replace(booked_date=DAY + timedelta(days=days + 2)) for event in (A, B)]

    world.receive(payment_file("bgmax", late))

    assert (world.waiting() == []) is (days == 5)


def test_a_lump_that_stands_alone_is_met_before_one_that_was_made_a_payment(world: World) -> None:
    world.receive(statement(lump(reference="r1"), lump(entry=2, reference="r2")))
    make_payment(world)

    world.receive(SPECIFICATION)

    assert (sorted(lump_states(world)), world.waiting()) == (
        ["paired", "payment"],
        [("suspended", "no_reference", 30000)],
    )
    assert_all_met(world, 60000)


def test_the_banks_own_reference_says_which_lump_a_specification_means(world: World) -> None:
    world.receive(statement(lump(reference="r1"), lump(entry=2, reference="r2")))
    make_payment(world)

    world.receive(payment_file("camt.054", [event._replace(entry_reference="r1") for event in (A, B)]))

    assert (lump_states(world), world.waiting()) == (["paired", "alone"], [])
    assert (world.account_balance("1930"), world.account_balance("1940")) == (60000, -30000)
    assert_books_agree(world)


# --- placed since: the specification waits ---------------------------------------------------------------------------


@pytest.fixture
def placed(world: World) -> World:
    """A lump that was made a payment and moved to a receivable, and then its specification."""
    world.receive(statement())
    place(world, make_payment(world))
    assert world.receive(SPECIFICATION).state == "posted"
    return world


def test_a_placed_payment_of_a_lump_stands_and_its_specification_is_held_as_one_group(placed: World) -> None:
    assert (placed.waiting(), open_amounts(placed)) == (HELD, [10000, 20000, 0])
    with placed.store.read() as work:
        assert {(p.held_group, p.twin_payment) for p in work.queue.waiting()} == {("lump:1:2", 1)}
    with pytest.raises(RuleViolation, match="decided together"):
        tell(placed, "decide_held", verdict="new_money", payment_ids=waiting_ids(placed)[:1])
    assert_all_met(placed)


def test_a_payment_that_the_rules_placed_from_the_banks_text_stands_too(world: World) -> None:
    world.receive(statement(lump(30000, "1003")))
    make_payment(world)
    assert open_amounts(world) == [10000, 20000, 0]

    world.receive(SPECIFICATION)

    assert world.waiting() == HELD
    assert_all_met(world)


def test_the_specification_is_posted_and_the_payment_of_the_lump_taken_back_by_one_command(placed: World) -> None:
    answer = decide(placed, "new_money")

    assert (answer["placed"], answer["suspended"], answer["pairs"]) == (2, 0, 1)
    assert (placed.waiting(), open_amounts(placed), lump_states(placed)) == ([], [0, 0, 30000], ["paired"])
    assert entries(placed, 3)[-2:] == [
        ("lump_payment", "principal", -30000),
        ("replaced_by_specification", "principal", 30000),
    ]
    assert_all_met(placed)


def test_the_specification_is_closed_as_the_same_money_by_one_command(placed: World) -> None:
    assert decide(placed, "same_money")["closed"] == 2

    assert (placed.waiting(), open_amounts(placed), lump_states(placed)) == ([], [10000, 20000, 0], ["payment"])
    assert_all_met(placed)


def test_a_partly_placed_payment_is_taken_back_from_receivable_and_suspense(world: World) -> None:
    world.receive(statement())
    place(world, make_payment(world), amount_ore=500)
    world.receive(SPECIFICATION)
    assert world.waiting() == [("suspended", "no_reference", 29500), *HELD]

    decide(world, "new_money")

    assert (world.waiting(), open_amounts(world)) == ([], [0, 0, 30000])
    assert_all_met(world)


def test_a_refunded_payment_of_a_lump_does_not_give_way(world: World) -> None:
    world.receive(statement())
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=make_payment(world), amount_ore=1)
    world.receive(SPECIFICATION)

    with pytest.raises(RuleViolation, match="refunded"):
        decide(world, "new_money")
    decide(world, "same_money")

    assert world.waiting() == [("suspended", "no_reference", 29999)]
    assert_all_met(world, 29999)


def test_payments_that_are_held_for_another_reason_are_counted_with_their_deposit(world: World) -> None:
    world.receive(payment_file("camt.054", [A], created_at="2026-11-13"))
    world.receive(statement())
    payment = make_payment(world)
    place(world, payment)
    next_day = A._replace(booked_date=DAY + timedelta(days=1))

    world.receive(payment_file("bgmax", [next_day, B]))

    assert world.waiting() == [("held", "equal_but_for_the_day", 10000), ("held", "lump_made_payment", 20000)]
    other, own = waiting_ids(world)
    again = tell(world, "decide_held", verdict="new_money", payment_ids=[other])
    assert again["held_again"] == 0
    tell(world, "decide_held", verdict="new_money", payment_ids=[own])
    assert (lump_states(world), open_amounts(world)[1:]) == (["paired"], [0, 30000])
    assert world.account_balance("1940") == 10000  # the camt.054 has no movement of its own yet
    assert_books_agree(world)


def test_a_deposit_that_has_met_its_lump_is_not_held_for_another(world: World) -> None:
    world.receive(payment_file("camt.054", [A], created_at="2026-11-13"))
    world.receive(statement(lump(20000), lump(30000, entry=2)))
    place(world, make_payment(world, 2))
    make_payment(world, 1)

    world.receive(payment_file("bgmax", [A._replace(booked_date=DAY + timedelta(days=1)), B]))

    assert (world.waiting(), lump_states(world)) == ([("held", "equal_but_for_the_day", 10000)], ["paired", "payment"])
    assert (world.account_balance("1930"), world.account_balance("1940")) == (50000, 10000)
    assert_books_agree(world)


def test_held_payments_that_turn_out_to_be_the_lump_are_held_again_for_that_reason(world: World) -> None:
    world.receive(payment_file("camt.054", [A]))
    world.receive(statement(lump(10000), identity="a"))
    world.receive(statement(lump(10000), identity="b", marker="b"))
    place(world, make_payment(world, 2), "1003")
    world.receive(payment_file("bgmax", [A._replace(booked_date=DAY + timedelta(days=1))]))
    assert world.waiting() == [("held", "equal_but_for_the_day", 10000)]
    held = waiting_ids(world)

    assert tell(world, "decide_held", verdict="new_money", payment_ids=held)["held_again"] == 1

    assert world.waiting() == [("held", "lump_made_payment", 10000)]
    decide(world, "new_money")
    assert (open_amounts(world), world.waiting()) == ([0, 20000, 30000], [("suspended", "already_settled", 10000)])
    assert_all_met(world, 20000)


def test_a_lump_is_no_payment_while_payments_that_may_be_it_are_held(engine: Engine) -> None:
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346", "lumps_are_payments": True}])
    world.receive(payment_file("camt.054", [A]))
    world.receive(statement(lump(10000), identity="a"))
    world.receive(payment_file("bgmax", [A._replace(booked_date=DAY + timedelta(days=1))]))
    world.receive(statement(lump(10000), identity="b", marker="b"))

    with pytest.raises(RuleViolation, match="decide them first"):
        make_payment(world, 2)
    with world.store.write() as work:
        assert watch_clearing(work, world.tenant)["payments"] == 0
    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world)[-1:])

    assert_all_met(world, 20000)
