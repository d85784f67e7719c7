"""Two formats tell who paid a lump that was made a payment: one takes its place, the other stays the same money."""

from __future__ import annotations

import pytest
from lump_world import (
    SPECIFICATION,
    A,
    B,
    assert_all_met,
    decide,
    lump_states,
    make_payment,
    make_world,
    open_amounts,
    place,
    statement,
)
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, accounts, findings, tell, waiting_ids

from hub.errors import RuleViolation
from hub.model.payment_file import Key, Payment, Reversal

OTHERWISE = [pay(10000, "55"), pay(20000, "56")]  # the same lump, by other references
EVEN = [pay(15000, "2001"), pay(15000, "2002")]


@pytest.fixture
def world(engine: Engine) -> World:
    """A lump of 300 that was made a payment and placed."""
    made = make_world(engine)
    made.receive(statement())
    place(made, make_payment(made))
    return made


def keyed(payment: Payment) -> Payment:
    return payment._replace(keys=(Key("acct_svcr_ref", f"k{payment.reference}"),))


def reverse(world: World, payment: Payment) -> None:
    """The bank takes a payment of the camt.054 back, by its own key."""
    back = Reversal(1, 1, payment.amount_ore, "SEK", DAY, "", keyed(payment).keys, "x")
    world.receive(payment_file("camt.054", [back], identity="back", marker="back"))


def closed(world: World) -> list[tuple[int, int, str]]:
    """(payment, twin, proof) of what was closed as the same money."""
    with world.engine.begin() as connection:
        query = "SELECT payment_id, twin_payment, proof FROM duplicate_payment ORDER BY payment_id"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def decide_group(world: World, exchange_no: int, verdict: str) -> None:
    tell(world, "decide_held", verdict=verdict, group=f"lump:1:{exchange_no}")


def test_a_reversal_told_by_the_first_format_takes_its_own_payer_back(world: World) -> None:
    for number in ("2001", "2002"):
        world.owe(number, 15000)
    world.receive(payment_file("camt.054", [keyed(payment) for payment in EVEN], identity="n"))
    decide(world, "same_money")
    world.receive(payment_file("bgmax", EVEN, serial="1"))
    decide(world, "new_money")
    assert [world.open_ore(number) for number in (4, 5)] == [0, 0]

    reverse(world, EVEN[1])

    assert [world.open_ore(number) for number in (4, 5)] == [0, 15000]
    assert findings(world) == {}


def test_what_was_closed_has_its_own_twins_when_a_payment_is_left_out_of_an_undo(world: World) -> None:
    world.receive(payment_file("camt.054", [A, B], identity="n"))
    decide(world, "same_money")
    file = world.receive(payment_file("bgmax", [A._replace(reference="nobody"), B], serial="1"))
    decide(world, "new_money")
    assert closed(world) == [(2, 4, "person"), (3, 5, "person")]
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=4, amount_ore=10000)

    assert tell(world, "undo_file", exchange_no=file.number, reason="wrong file")["held"] == 1

    assert (world.waiting(), closed(world)) == ([("held", "twin_was_undone", 20000)], [(2, 4, "person")])
    assert findings(world) == {}


def test_what_was_closed_by_other_references_is_a_share_of_the_lump(world: World) -> None:
    world.receive(payment_file("camt.054", [keyed(payment) for payment in EVEN], identity="n"))
    decide(world, "same_money")
    file = world.receive(payment_file("bgmax", [pay(15000, "nobody"), pay(15000, "1002")], serial="1"))
    decide(world, "new_money")
    assert closed(world) == [(2, 4, "share_of_lump"), (3, 4, "share_of_lump")]

    reverse(world, EVEN[0])  # it leads to no payment of the other format: a person looks
    assert open_amounts(world) == [10000, 5000, 30000]
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=4, amount_ore=5000)
    assert tell(world, "undo_file", exchange_no=file.number, reason="wrong file")["held"] == 2

    assert world.waiting()[:2] == [("held", "twin_was_undone", 15000)] * 2
    assert findings(world) == {}


def test_a_second_held_format_is_never_booked_beside_the_first(world: World) -> None:
    world.receive(SPECIFICATION)
    world.receive(payment_file("camt.054", [keyed(payment) for payment in OTHERWISE], identity="n"))
    decide_group(world, 2, "new_money")
    posted = accounts(world)
    assert [reason for _, reason, _ in world.waiting()] == ["lump_has_specification"] * 2

    with pytest.raises(RuleViolation, match="close it as the same money"):
        decide_group(world, 3, "new_money")
    with pytest.raises(RuleViolation, match="decided together"):
        tell(world, "decide_held", verdict="same_money", payment_ids=waiting_ids(world)[:1])
    decide_group(world, 3, "same_money")

    assert (accounts(world), world.waiting()) == (posted, [])
    reverse(world, OTHERWISE[0])  # a share of the lump leads to no payment of the other format: a person looks
    assert open_amounts(world) == [0, 0, 30000]
    with world.store.read() as work:
        assert [task["kind"] for task in work.commands.open_tasks()] == ["reversal"]
    assert findings(world) == {}


@pytest.mark.parametrize("decided", [True, False])
def test_a_second_format_waits_for_a_new_verdict_when_the_first_is_undone(world: World, decided: bool) -> None:
    first = world.receive(SPECIFICATION)
    world.receive(payment_file("camt.054", OTHERWISE, identity="n"))
    decide_group(world, 2, "new_money")
    if decided:
        decide_group(world, 3, "same_money")

    tell(world, "undo_file", exchange_no=first.number, reason="wrong file")

    assert world.waiting() == [("held", "twin_was_undone", 10000), ("held", "twin_was_undone", 20000)]
    decide(world, "new_money")
    assert lump_states(world) == ["paired"]
    assert_all_met(world)
    assert findings(world) == {}
