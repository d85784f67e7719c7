"""A lump and the deposits it was met by: they are paired whole, and whatever changes a deposit parts all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lump_world import A, B, assert_all_met, decide, lump, lump_states, make_payment, make_world, place, statement
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import accounts, shares, tell, waiting_ids
from test_verify import found as wrong_in
from undoing import lone_deposits, undo

from hub.errors import RuleViolation
from hub.model.exchanges import ExchangeState
from hub.model.payment_file import Key, Level, Reversal
from hub.services.payments.lone_sides import watch_clearing

UNKNOWN = A._replace(reference="no")  # waits in suspense until a person moves it
FIRST, SECOND = (payment_file("bgmax", [payment], serial=serial) for serial, payment in (("1", A), ("2", B)))


@pytest.fixture
def world(engine: Engine) -> World:
    return make_world(engine)


def watch(world: World) -> dict[str, Any]:
    with world.store.write() as work:
        return watch_clearing(work, world.tenant)


def move(world: World, payment: int = 1) -> None:
    tell(world, "move_payment", payment_id=payment, shares=shares(("1001", 10000)))


# --- a lump that met several deposits --------------------------------------------------------------------------------


def test_a_day_in_two_files_meets_its_lump_again_when_one_file_is_undone_and_comes_again(world: World) -> None:
    for content in (FIRST, SECOND, statement()):
        world.receive(content)
    assert lump_states(world) == ["paired"]

    undo(world, 1)
    assert (lump_states(world), lone_deposits(world), wrong_in(world)) == (["alone"], [20000], {})

    world.receive(FIRST)
    assert_all_met(world)
    assert wrong_in(world) == {}


def test_a_lump_is_no_payment_while_a_part_of_its_day_is_booked(engine: Engine) -> None:
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346", "lumps_are_payments": True}])
    for content in (FIRST, SECOND, statement()):
        world.receive(content)
    undo(world, 1)

    assert watch(world) == {"tasks": 2, "payments": 0}

    assert (lump_states(world), lone_deposits(world), wrong_in(world)) == (["alone"], [20000], {})


def test_a_held_payment_that_is_posted_parts_the_whole_day_from_its_lump(world: World) -> None:
    world.owe("9", 500)
    world.receive(payment_file("camt.054", [pay(500, "9", booked_date=DAY - timedelta(days=3))]))
    world.receive(FIRST)
    world.receive(payment_file("bgmax", [B, pay(500, "9")], serial="2"))
    world.receive(statement())
    assert (lump_states(world), lone_deposits(world)) == (["paired"], [500])

    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world))

    assert (lump_states(world), lone_deposits(world)) == (["alone"], [500, 10000, 20500])
    assert wrong_in(world) == {}


def test_what_an_undo_left_booked_of_a_day_in_two_files_stays_paired(world: World) -> None:
    content = payment_file("bgmax", [UNKNOWN], serial="1")
    for file in (content, SECOND, statement()):
        world.receive(file)
    move(world)

    undo(world, 1)
    assert_all_met(world)
    world.receive(content)

    assert_all_met(world)
    assert wrong_in(world) == {}


def test_a_day_told_by_two_formats_meets_its_lump_again_after_an_undo(world: World) -> None:
    content = payment_file("bgmax", [UNKNOWN, B], serial="1")
    world.receive(content)
    move(world)
    undo(world, 1)
    world.receive(payment_file("camt.054", [UNKNOWN, B], identity="n"))
    world.receive(statement())
    assert_all_met(world)

    world.receive(content)

    assert_all_met(world)
    assert wrong_in(world) == {}


# --- what an undo left booked ----------------------------------------------------------------------------------------


LEFT = payment_file("camt.054", [UNKNOWN, B], identity="n")


@pytest.fixture
def left_out(world: World) -> World:
    """A file of two payments and its statement; one payment was moved, so that undoing the file left it booked."""
    world.receive(LEFT)
    world.receive(statement())
    move(world)
    undo(world, 1)
    return world


def test_a_second_undo_remembers_what_the_first_left_booked(left_out: World) -> None:
    after_first = accounts(left_out)
    left_out.receive(LEFT)
    assert_all_met(left_out)

    assert undo(left_out, 1)["left_out"] == 0

    assert (accounts(left_out), lone_deposits(left_out), wrong_in(left_out)) == (after_first, [10000], {})
    left_out.receive(LEFT)
    assert_all_met(left_out)


def test_no_person_makes_a_lump_a_payment_while_an_undone_files_part_of_it_is_booked(left_out: World) -> None:
    with pytest.raises(RuleViolation, match="exchange 1 was undone"):
        make_payment(left_out)

    assert lump_states(left_out) == ["alone"]


def make_payment_on_the_way(world: World) -> int:
    """The lump becomes a payment while the undone file has been received again and is not judged yet."""
    for state in (ExchangeState.READ, ExchangeState.UNDONE):
        with world.store.write() as work:
            work.exchanges.change(1, state=state)
        if state is ExchangeState.READ:
            payment = make_payment(world)
    return payment


def test_a_file_meets_the_payment_of_its_lump_with_what_an_undo_left_booked(left_out: World) -> None:
    make_payment_on_the_way(left_out)

    left_out.receive(LEFT)

    assert ([left_out.open_ore(number) for number in (1, 2)], left_out.waiting()) == ([0, 0], [])
    assert_all_met(left_out)
    assert wrong_in(left_out) == {}


def test_what_is_held_for_a_placed_lump_leaves_its_deposit_with_what_an_undo_left_booked(left_out: World) -> None:
    place(left_out, make_payment_on_the_way(left_out))

    left_out.receive(LEFT)

    assert left_out.waiting() == [("held", "lump_made_payment", 20000)]
    assert (lone_deposits(left_out), wrong_in(left_out)) == ([10000], {})
    decide(left_out, "new_money")
    assert_all_met(left_out)
    assert wrong_in(left_out) == {}


# --- a reversal in the same entry of the bank ------------------------------------------------------------------------


def netted(family: str = "camt.054", *, taken_back: str = "A") -> bytes:
    """100 and 200 kronor, and 100 taken back: the bank account moved by 200."""
    own = {name: (Key("acct_svcr_ref", name),) for name in ("A", "B", taken_back)}
    back = Reversal(3, 1, 10000, "SEK", DAY, "", own[taken_back])
    level = Level.LUMP if family == "camt.053" else Level.SPECIFICATION
    return payment_file(family, [A._replace(keys=own["A"]), B._replace(keys=own["B"]), back], level=level)


def test_an_entry_meets_the_payment_of_a_lump_with_its_net(world: World) -> None:
    world.receive(statement(lump(20000)))
    make_payment(world)

    world.receive(netted())

    assert [world.open_ore(number) for number in (1, 2)] == [10000, 0]
    assert_all_met(world, 20000)
    assert wrong_in(world) == {}


def test_an_entry_does_not_meet_the_payment_of_a_lump_with_its_gross(world: World) -> None:
    world.receive(statement())
    make_payment(world)

    world.receive(netted())

    assert (lump_states(world), lone_deposits(world), wrong_in(world)) == (["payment"], [20000], {})


def test_an_entry_whose_net_is_a_placed_lump_is_held_and_its_reversal_too(world: World) -> None:
    world.receive(statement(lump(20000)))
    place(world, make_payment(world))

    world.receive(netted())

    assert [state for state, _, _ in world.waiting()] == ["held", "held"]
    assert (lone_deposits(world), wrong_in(world)) == ([], {})
    decide(world, "same_money")
    assert_all_met(world, 20000)
    assert wrong_in(world) == {}


def test_a_reversal_that_is_held_leaves_its_entry_with_the_gross(world: World) -> None:
    world.receive(statement(lump(20000)))
    make_payment(world)

    world.receive(netted(taken_back="unknown"))

    assert (lump_states(world), lone_deposits(world), wrong_in(world)) == (["alone"], [30000], {})


def test_a_file_with_a_payment_and_its_reversal_is_undone_and_comes_again(world: World) -> None:
    world.receive(netted())
    world.receive(statement(lump(20000)))
    assert_all_met(world, 20000)

    assert undo(world, 1)["left_out"] == 0
    assert ([world.open_ore(number) for number in (1, 2)], world.waiting()) == ([10000, 20000], [])
    assert (lone_deposits(world), wrong_in(world)) == ([], {})
    world.receive(netted())

    assert_all_met(world, 20000)
    assert wrong_in(world) == {}


def test_what_a_second_format_took_back_too_stays_taken_back_when_the_first_file_is_undone(world: World) -> None:
    world.receive(netted())
    world.receive(netted("camt.053"))
    before = [world.open_ore(number) for number in (1, 2)]
    assert before == [10000, 0]
    assert_all_met(world, 20000)

    assert undo(world, 1)["left_out"] == 1
    tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world))

    assert [world.open_ore(number) for number in (1, 2)] == before
    assert_all_met(world, 20000)
    assert wrong_in(world) == {}
