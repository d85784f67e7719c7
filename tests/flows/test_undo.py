"""A posted file is taken back by new entries, and can be received again; a correction is accepted or rejected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine
from telling import accounts, assert_books_agree, events, tell, tell_again, waiting_ids

from hub.errors import DataError, RuleViolation, TransientError
from hub.model.exchanges import Exchange
from hub.model.payment_file import Key, Level, OtherEntry, OtherKind, PayeeAccount, Reversal

A, B, C = pay(10000, "1001"), pay(20000, "1002"), pay(30000, "1003")


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    for number, amount_ore in (("1001", 10000), ("1002", 20000), ("1003", 30000)):
        made.owe(number, amount_ore)
    return made


def undo(world: World, exchange_no: int) -> dict[str, Any]:
    return tell(world, "undo_file", exchange_no=exchange_no, reason="wrong file")


def picture(world: World) -> tuple[dict[str, int], list[tuple[str, str, int]], int]:
    """Account balances, the queue, and what is owed."""
    owed = world.number(
        "SELECT coalesce(sum(principal_ore + fee_ore + interest_ore), 0) FROM open_item WHERE tenant = :t"
    )
    return accounts(world), world.waiting(), owed


def lump(amount_ore: int, entry: int = 1) -> OtherEntry:
    return OtherEntry(1, entry, amount_ore, "SEK", DAY, OtherKind.LUMP, entry_reference=f"e{entry}")


def statement(*entries: Any, **more: Any) -> bytes:
    return payment_file("camt.053", entries, level=Level.LUMP, **more)


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
    tell(world, "refund_payment", payment_id=refunded)

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
    tell(world, "refund_payment", payment_id=refunded)
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


def test_an_undone_statement_takes_its_bank_side_back_and_frees_its_deposit(world: World) -> None:
    world.receive(payment_file("bgmax", [A, B]))
    content = statement(lump(30000), lump(-500, entry=2))
    before = accounts(world)
    second = world.receive(content)
    paired = accounts(world)
    assert paired.get("1940", 0) == 500

    undo(world, second.number)

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
    tell(world, "refund_payment", payment_id=waiting_ids(world)[0])
    before = accounts(world)

    assert undo(world, exchange.number)["left_out"] == 1

    assert accounts(world) == before
    assert_books_agree(world)


# --- reversals -------------------------------------------------------------------------------------------------------

KEY = (Key("bgc_serial", "7"),)


def taken_back(amount_ore: int = 10000) -> bytes:
    reversal = Reversal(1, 1, amount_ore, "SEK", DAY, "1001", KEY, "insufficient funds")
    return payment_file("camt.054", [reversal], marker="back")


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


def lone_deposits(world: World) -> list[int]:
    """Amounts of the deposits that no movement of the bank account is paired with."""
    with world.store.read() as work:
        accounts = work.accounts.numbers().values()
        return [d.amount_ore for number in accounts for d in work.lumps.deposits(number)]


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


@pytest.fixture
def corrected(world: World) -> World:
    world.receive(payment_file("bgmax", [A, B], serial="5"))
    held = world.receive(payment_file("bgmax", [A, C], serial="5"))
    assert held.state == "held"
    return world


def tasks(world: World) -> list[str]:
    with world.store.read() as work:
        return [task["kind"] for task in work.commands.open_tasks()]


def test_an_accepted_correction_replaces_the_earlier_file(corrected: World) -> None:
    assert tasks(corrected) == ["correction"]

    tell(corrected, "accept_correction", exchange_no=2)

    assert (corrected.exchange(1).state, corrected.exchange(2).state) == ("undone", "posted")
    assert [corrected.open_ore(receivable) for receivable in (1, 2, 3)] == [0, 20000, 0]
    assert (accounts(corrected)["1940"], tasks(corrected)) == (40000, [])
    assert_books_agree(corrected)


def test_a_correction_does_not_book_again_what_was_moved_before_it(world: World) -> None:
    world.receive(payment_file("bgmax", [A, pay(500, "x1")], serial="5"))
    tell(world, "refund_payment", payment_id=waiting_ids(world)[0])
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
