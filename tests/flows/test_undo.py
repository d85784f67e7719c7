"""A posted file is taken back by new entries, and can be received again; a correction is accepted or rejected."""

from __future__ import annotations

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import REFUND_TO, accounts, assert_books_agree, events, tell, tell_again, waiting_ids
from undoing import A, B, C, picture, tasks, undo, world_that_owes

from hub.errors import DataError, RuleViolation, TransientError


@pytest.fixture
def world(engine: Engine) -> World:
    return world_that_owes(engine)


def test_an_undone_file_leaves_the_books_as_before_it_and_its_bytes_give_the_same_again(world: World) -> None:
    before = picture(world)
    everything = payment_file("bgmax", [A, pay(5000, "1002"), pay(30300, "1003"), pay(77, "zz")], serial="1")
    exchange = world.receive(everything)
    posted = picture(world)

    answer = undo(world, exchange.number)

    assert (picture(world), world.exchange(exchange.number).state) == (before, "undone")
    assert (answer["left_out"], answer["postings"]) == (0, 5)
    assert_books_agree(world)

    again = world.receive(everything)
    assert (again.state, picture(world)) == ("posted", posted)
    assert_books_agree(world)


def test_a_file_can_be_undone_and_received_many_times(world: World) -> None:
    content = payment_file("bgmax", [A, B, pay(77, "zz")])
    for _ in range(3):
        exchange = world.receive(content)
        assert exchange.state == "posted"
        undo(world, exchange.number)

    assert accounts(world) == {"1510": 60000, "3000": -60000}
    assert world.receive(content).state == "posted"
    assert (accounts(world)["1940"], len(world.waiting())) == (30077, 1)
    assert_books_agree(world)


def test_an_undone_payment_has_never_counted_for_interest(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [A]))

    undo(world, exchange.number)

    with world.store.read() as work:
        dates = [(e["cause"], e["transaction_date"], e["booked_date"]) for e in work.receivables.entries(1)]
    assert dates[-2:] == [("payment", "2026-11-16", "2026-11-16"), ("file_undone", "2026-11-16", "2026-11-22")]


def test_nothing_but_a_posted_payment_file_is_undone(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [A]))
    undo(world, exchange.number)

    with pytest.raises(RuleViolation, match="is undone"):
        undo(world, exchange.number)
    with pytest.raises(DataError, match="no exchange 99"):
        undo(world, 99)


def test_a_file_is_not_undone_while_a_run_posts_to_its_account(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [A]))
    with world.store.write() as work:
        assert work.accounts.claim([1], 4711)

    with pytest.raises(TransientError, match="when that has ended"):
        undo(world, exchange.number)
    with world.store.write() as work:
        work.accounts.release(4711)
    undo(world, exchange.number)
    assert world.number("SELECT count(*) FROM account_claim WHERE tenant = :t") == 0


def test_what_a_person_moved_or_refunded_since_is_left_out_and_listed(world: World) -> None:
    exchange = world.receive(payment_file("bgmax", [A, pay(500, "x1"), pay(600, "x2"), pay(700, "x3")]))
    moved, refunded, _ = waiting_ids(world)
    share = {"company": "1", "number": "1002", "amount_ore": 200}
    tell(world, "move_payment", payment_id=moved, shares=[share])
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=refunded)

    answer = undo(world, exchange.number)

    assert [row["payment_id"] for row in answer["left_out_payments"]] == [moved, refunded]
    assert world.waiting() == [("suspended", "unknown_reference", 300)]
    assert accounts(world)["1940"] == 1100
    assert_books_agree(world)


def test_what_was_left_out_is_not_booked_again_when_the_file_comes_again(world: World) -> None:
    content = payment_file("bgmax", [A, pay(500, "x1"), pay(500, "x1"), pay(600, "x2")])
    exchange = world.receive(content)
    moved, _, refunded = waiting_ids(world)
    tell(world, "move_payment", payment_id=moved, shares=[{"company": "1", "number": "1002", "amount_ore": 200}])
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=refunded)
    before = accounts(world)
    undo(world, exchange.number)

    again = world.receive(content)

    assert again.state == "posted"
    assert accounts(world) == before
    assert sorted(remaining for _, _, remaining in world.waiting()) == [300, 500]
    assert_books_agree(world)


def test_suspended_money_finds_the_receivable_that_an_undo_reopens(world: World) -> None:
    first = world.receive(payment_file("bgmax", [A], serial="1"))
    world.receive(payment_file("bgmax", [pay(10000, "1001")], serial="2"))
    assert world.waiting() == [("suspended", "already_settled", 10000)]

    undo(world, first.number)

    assert (world.open_ore(1), world.waiting()) == (0, [])
    assert_books_agree(world)


@pytest.mark.parametrize("order", [("bgmax", "camt.054"), ("camt.054", "bgmax")])
def test_payments_closed_against_an_undone_file_are_held_and_can_be_taken_as_new_money(
    world: World, order: tuple[str, str]
) -> None:
    first = world.receive(payment_file(order[0], [A, B, C]))
    posted = picture(world)
    world.receive(payment_file(order[1], [A, B, C]))
    assert picture(world) == posted

    assert undo(world, first.number)["held"] == 3

    assert world.waiting() == [("held", "twin_was_undone", amount) for amount in (10000, 20000, 30000)]
    with world.store.read() as work:
        group = work.queue.waiting()[0].held_group
    with pytest.raises(RuleViolation, match="has been undone"):
        tell(world, "decide_held", verdict="same_money", group=group)
    tell(world, "decide_held", verdict="new_money", group=group)
    assert picture(world) == posted
    assert_books_agree(world)


def test_undoing_the_file_that_was_closed_against_another_changes_no_money(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B]))
    second_content = payment_file("camt.054", [A, B])
    second = world.receive(second_content)
    posted = picture(world)

    undo(world, second.number)
    assert picture(world) == posted

    world.receive(second_content)
    assert picture(world) == posted
    assert_books_agree(world)


def test_half_of_the_day_in_each_format_is_undone_file_by_file(world: World) -> None:
    before = picture(world)
    first = world.receive(payment_file("bgmax", [A, B]))
    second = world.receive(payment_file("camt.054", [C]))

    undo(world, first.number)
    assert (world.open_ore(1), world.open_ore(2), world.open_ore(3)) == (10000, 20000, 0)
    undo(world, second.number)

    assert picture(world) == before
    assert_books_agree(world)


def test_held_payments_of_an_undone_file_leave_the_queue(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B]))
    posted = picture(world)
    second = world.receive(payment_file("camt.054", [A, C]))
    assert len(world.waiting()) == 1

    undo(world, second.number)

    assert picture(world) == posted
    assert_books_agree(world)


# --- the bank's side -------------------------------------------------------------------------------------------------


@pytest.fixture
def corrected(world: World) -> World:
    world.receive(payment_file("bgmax", [A, B], serial="5"))
    held = world.receive(payment_file("bgmax", [A, C], serial="5"))
    assert held.state == "held"
    return world


def test_an_accepted_correction_replaces_the_earlier_file(corrected: World) -> None:
    assert tasks(corrected) == ["correction"]

    tell(corrected, "accept_correction", exchange_no=2)

    assert (corrected.exchange(1).state, corrected.exchange(2).state) == ("undone", "posted")
    assert [corrected.open_ore(receivable) for receivable in (1, 2, 3)] == [0, 20000, 0]
    assert (accounts(corrected)["1940"], tasks(corrected)) == (40000, [])
    assert_books_agree(corrected)


def test_a_correction_does_not_book_again_what_was_moved_before_it(world: World) -> None:
    world.receive(payment_file("bgmax", [A, pay(500, "x1")], serial="5"))
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=waiting_ids(world)[0])
    world.receive(payment_file("bgmax", [A, pay(500, "x1"), C], serial="5"))

    tell(world, "accept_correction", exchange_no=2)

    assert (accounts(world)["1940"], world.waiting()) == (40500, [])
    assert_books_agree(world)


def test_a_rejected_correction_changes_nothing_and_is_closed(corrected: World) -> None:
    before = picture(corrected)

    tell(corrected, "reject_correction", exchange_no=2, reason="sent by mistake")

    exchange = corrected.exchange(2)
    assert (exchange.state, exchange.reason) == ("duplicate", "correction rejected: sent by mistake")
    assert (picture(corrected), tasks(corrected)) == (before, [])
    with pytest.raises(RuleViolation, match="not held as a correction"):
        tell(corrected, "accept_correction", exchange_no=2)


def test_a_file_undone_by_a_command_that_is_told_twice_is_undone_once(world: World) -> None:
    from telling import command

    exchange = world.receive(payment_file("bgmax", [A]))
    told = command("undo_file", exchange_no=exchange.number, reason="wrong file")

    assert tell_again(world, told) == tell_again(world, told)
    assert len(events(world, "payment_file_undone")) == 1
