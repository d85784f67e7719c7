"""What the core ledger tells the hub: each command once, never more than is open, all of it in the feed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import accounts, assert_books_agree, command, entries, events, findings, suspend, tell, tell_again

from hub.errors import DataError, RuleViolation
from hub.model.books import Posting
from hub.model.commands import parse_command
from hub.services.chart import chart_of
from tests.docs.pages import DOCS, blocks

METHODS = [{"code": "1", "text": "own cash desk", "effect": "credit"}]


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine, payment_methods=METHODS)


def debit(world: World, receivable_id: int, bucket: str, amount_ore: int, cause: str) -> None:
    """Debit a fee or interest as a dunning run would."""
    with world.store.write() as work:
        row = work.receivables.find(receivable_id=receivable_id)[0]
        contra = "interest" if bucket == "interest" else cause.removesuffix("_debited")
        work.books.add(
            [
                Posting(
                    receivable_id, bucket, amount_ore, row.group_no, "1", None, None, 0, 0, "SEK",
                    "2026-11-01", "2026-11-01", cause, contra=contra,
                )
            ]
        )  # fmt: skip
        work.books.apply(chart_of(work, world.tenant), voucher_type="dunning")


# --- as documented ----------------------------------------------------------------------------------------------------


def test_the_pages_examples_are_taken_and_its_move_is_carried_out(world: World) -> None:
    page = [json.loads(block.text) for block in blocks(DOCS / "commands.md") if block.language == "json"]
    told = {parse_command(body).kind: body for body in page}
    first, second = world.owe("1001", 40000), world.owe("1002", 20000)
    waiting = suspend(world, 45000)

    tell_again(world, parse_command({**told["move_payment"], "payment_id": waiting}))

    assert (world.open_ore(first), world.open_ore(second)) == (10000, 5000)


def test_what_is_searched_for_is_no_pattern(world: World) -> None:
    world.owe("10_01", 10000)
    world.owe("10001", 10000)
    with world.store.read() as work:
        found = [[row.number for row in work.receivables.search(search=text)] for text in ("%", "0_0", "!", "10")]

    assert found == [[], ["10_01"], [], ["10001", "10_01"]]


# --- once each -------------------------------------------------------------------------------------------------------


def test_the_same_command_twice_is_carried_out_once_and_answers_the_same(world: World) -> None:
    receivable = world.owe("1001", 10000)
    told = command("credit_receivable", "1001", amount_ore=4000)

    first, second = tell_again(world, told), tell_again(world, told)

    assert first == second
    assert first["credited_ore"] == 4000
    assert world.open_ore(receivable) == 6000


def test_a_key_used_for_another_command_is_refused(world: World) -> None:
    world.owe("1001", 10000)
    told = command("credit_receivable", "1001", amount_ore=4000)
    tell_again(world, told)

    with pytest.raises(DataError, match="used for another command"):
        tell_again(world, told.model_copy(update={"amount_ore": 4001}))


def test_a_refused_command_changes_nothing_and_leaves_its_key_free(world: World) -> None:
    receivable = world.owe("1001", 10000)
    told = command("credit_receivable", "1001", amount_ore=10001)
    with pytest.raises(RuleViolation):
        tell_again(world, told)

    tell_again(world, told.model_copy(update={"amount_ore": 10000}))

    assert world.open_ore(receivable) == 0


def test_the_wire_form_gives_the_same_command_as_the_typed_one(world: World) -> None:
    told = command("set_hold", "1001", code="7", source="clerk", until_date="2026-12-24")

    assert parse_command(json.loads(told.model_dump_json())) == told


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "kind"),
        ({"kind": "credit_receivable", "key": "k", "user": "u"}, "receivable: must be given"),
        ({"amount_ore": 10.0}, "amount_ore"),
        ({"amount_ore": 0}, "amount_ore"),
        ({"amount_ore": True}, "amount_ore"),
        ({"surprise": 1}, "surprise: there is no such field"),
        ({"key": ""}, "key"),
        ({"transaction_date": 20261122}, "transaction_date"),
        ({"transaction_date": "2026-02-30"}, "transaction_date"),
        ({"coding": [{"account": "3000", "amount_ore": 1}]}, "coding lines need an amount"),
    ],
)
def test_a_command_that_cannot_be_read_says_which_field(body: dict[str, Any], message: str) -> None:
    whole = {"kind": "credit_receivable", "key": "k", "user": "u", "receivable": {"company": "1", "number": "1001"}}

    with pytest.raises(DataError, match=message):
        parse_command({**whole, **body} if body and "kind" not in body else body)


def test_a_receivable_that_is_not_known_is_named(world: World) -> None:
    with pytest.raises(DataError, match="no receivable 1001 of company 1"):
        tell(world, "credit_receivable", "1001")
    with pytest.raises(DataError, match="no company 7"):
        tell(world, "unwatch_receivable", receivable={"company": "7", "number": "1001"})


# --- credit ----------------------------------------------------------------------------------------------------------


def test_a_part_credit_lowers_the_principal_against_revenue(world: World) -> None:
    receivable = world.owe("1001", 10000)

    answer = tell(world, "credit_receivable", "1001", amount_ore=2500, transaction_date="2026-11-10")

    assert entries(world, receivable)[1:] == [("credited", "principal", -2500)]
    assert world.account_balance("3000") == -7500
    assert answer["open_ore"] == 7500
    assert events(world, "receivable_credited")[0]["amount_ore"] == 2500
    assert_books_agree(world)


def test_a_whole_credit_takes_fees_and_interest_back_from_their_own_accounts(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")
    debit(world, receivable, "interest", 150, "interest_debited")

    tell(world, "credit_receivable", "1001")

    assert entries(world, receivable)[3:] == [
        ("credited", "principal", -10000),
        ("reminder_fee_lowered", "fee", -6000),
        ("interest_lowered", "interest", -150),
    ]
    assert [world.account_balance(account) for account in ("1510", "3000", "3590", "8313")] == [0, 0, 0, 0]
    assert_books_agree(world)


def test_a_credit_goes_to_the_coding_given(world: World) -> None:
    world.owe("1001", 10000)

    coding = [{"account": "3001", "amount_ore": 3000}, {"account": "3002", "amount_ore": -500}]
    tell(world, "credit_receivable", "1001", amount_ore=2500, coding=coding)

    assert (world.account_balance("3001"), world.account_balance("3002")) == (3000, -500)
    assert_books_agree(world)


def test_coding_that_does_not_add_up_is_refused(world: World) -> None:
    world.owe("1001", 10000)

    with pytest.raises(DataError, match="add up to"):
        tell(world, "credit_receivable", "1001", amount_ore=2500, coding=[{"account": "3001", "amount_ore": 2499}])


@pytest.mark.parametrize("account", ["1510", "2990", "1940", "1930"])
def test_coding_on_an_account_that_the_hub_alone_books_on_is_refused(world: World, account: str) -> None:
    world.owe("1001", 10000)

    with pytest.raises(RuleViolation, match="a coding line names the ledger account of"):
        tell(world, "credit_receivable", "1001", amount_ore=100, coding=[{"account": account, "amount_ore": 100}])

    assert findings(world) == {}
    assert accounts(world) == {"1510": 10000, "3000": -10000}


def test_a_credit_of_more_than_is_open_needs_leave_for_a_credit_balance(world: World) -> None:
    receivable = world.owe("1001", 10000)
    world.receive(payment_file("bgmax", [pay(8000, "1001")]))
    with pytest.raises(RuleViolation, match="allow_credit_balance"):
        tell(world, "credit_receivable", "1001", amount_ore=2001)

    tell(world, "credit_receivable", "1001", amount_ore=2001, allow_credit_balance=True)

    assert world.open_ore(receivable) == -1
    assert_books_agree(world)


# --- cancel ----------------------------------------------------------------------------------------------------------


def test_a_cancelled_receivable_owes_nothing_as_if_never_issued(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 18000, "demand_fee_debited")
    tell(world, "credit_receivable", "1001", amount_ore=1000)

    answer = tell(world, "cancel_receivable", "1001")

    assert (world.open_ore(receivable), answer["cancelled_ore"]) == (0, 27000)
    assert (world.account_balance("3000"), world.account_balance("1510")) == (0, 0)
    with pytest.raises(RuleViolation, match="nothing to cancel"):
        tell(world, "cancel_receivable", "1001")
    assert_books_agree(world)


def test_a_receivable_that_money_was_paid_on_is_cancelled_only_with_leave(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")
    world.receive(payment_file("bgmax", [pay(7000, "1001")]))
    with pytest.raises(RuleViolation, match="has been paid"):
        tell(world, "cancel_receivable", "1001")

    tell(world, "cancel_receivable", "1001", allow_credit_balance=True)

    assert world.open_ore(receivable) == -7000
    assert world.number("SELECT fee_ore FROM open_item WHERE tenant = :t AND receivable_id = :r", r=receivable) == 0
    assert_books_agree(world)


# --- own payments ----------------------------------------------------------------------------------------------------


def test_an_own_payment_pays_costs_then_interest_then_principal(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")
    debit(world, receivable, "interest", 150, "interest_debited")

    tell(world, "report_own_payment", "1001", amount_ore=6400, method="1", transaction_date="2026-11-18")

    assert entries(world, receivable)[3:] == [
        ("own_payment", "fee", -6000),
        ("own_payment", "interest", -150),
        ("own_payment", "principal", -250),
    ]
    assert world.account_balance("1940") == 6400
    assert events(world, "payment_registered")[0]["transaction_date"] == "2026-11-18"
    assert_books_agree(world)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"method": "9"}, DataError, "has no payment method 9; it has: 1"),
        ({"transaction_date": "2026-11-23"}, DataError, "has not come yet"),
        ({"amount_ore": 10001}, RuleViolation, "allow_credit_balance"),
    ],
)
def test_an_own_payment_that_cannot_be_is_refused(
    world: World, values: dict[str, Any], error: type[Exception], message: str
) -> None:
    receivable = world.owe("1001", 10000)

    with pytest.raises(error, match=message):
        tell(
            world,
            "report_own_payment",
            "1001",
            **{"amount_ore": 10000, "method": "1", "transaction_date": "2026-11-20", **values},
        )

    assert world.open_ore(receivable) == 10000


# --- write-off -------------------------------------------------------------------------------------------------------


def test_a_write_off_takes_all_that_is_open_with_its_reason(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")

    tell(world, "write_off_receivable", "1001", reason_code="bankrupt")

    assert world.open_ore(receivable) == 0
    assert world.account_balance("3740") == 16000
    with world.store.read() as work:
        assert {e["rule"] for e in work.receivables.entries(receivable) if e["cause"] == "written_off"} == {
            "reason:bankrupt"
        }
    assert_books_agree(world)


def test_a_write_off_never_takes_more_than_is_open(world: World) -> None:
    world.owe("1001", 10000)

    with pytest.raises(RuleViolation, match="no more can be written off"):
        tell(world, "write_off_receivable", "1001", reason_code="small", amount_ore=10001)
    tell(world, "write_off_receivable", "1001", reason_code="small", amount_ore=10000)
    with pytest.raises(RuleViolation, match="nothing is open"):
        tell(world, "write_off_receivable", "1001", reason_code="small")


def test_a_credit_balance_can_be_written_off_too(world: World) -> None:
    receivable = world.owe("1001", 10000)
    tell(world, "credit_receivable", "1001", amount_ore=10200, allow_credit_balance=True)

    tell(world, "write_off_receivable", "1001", reason_code="credit")

    assert (world.open_ore(receivable), world.account_balance("3740")) == (0, -200)
    assert_books_agree(world)


# --- notes -----------------------------------------------------------------------------------------------------------


def test_several_holds_are_active_until_each_is_ended(world: World) -> None:
    receivable = world.owe("1001", 10000)
    tell(world, "set_hold", "1001", code="1", source="clerk", until_date="2026-12-01")
    tell(world, "set_hold", "1001", code="2", source="plan", reason="instalments")

    assert tell(world, "end_hold", "1001", code="2")["ended"] == [2]

    with world.store.read() as work:
        active = [hold["code"] for hold in work.receivables.holds(receivable) if hold["ended_at"] is None]
    assert active == ["1"]
    assert [event["code"] for event in events(world, "hold_set")] == ["1", "2"]
    with pytest.raises(RuleViolation, match=r"active are: 1 \(code 1\)"):
        tell(world, "end_hold", "1001", hold_no=2)


def test_a_hold_is_set_once_by_each_source_and_ends_by_itself(world: World) -> None:
    receivable = world.owe("1001", 10000)
    tell(world, "set_hold", "1001", code="1", source="clerk", until_date="2026-11-23")
    with pytest.raises(RuleViolation, match="hold 1 has this code of this source until 2026-11-23: end it"):
        tell(world, "set_hold", "1001", code="1", source="clerk")
    tell(world, "set_hold", "1001", code="1", source="agency")

    def active(today: str) -> list[tuple[str, str, str | None]]:
        with world.store.read() as work:
            holds = work.receivables.active_holds([receivable, 4711], today)
        return [(hold.code, hold.source, hold.until_date) for hold in holds]

    assert active("2026-11-23") == [("1", "clerk", "2026-11-23"), ("1", "agency", None)]
    assert active("2026-11-24") == [("1", "agency", None)]
    world.clock.advance(timedelta(days=2))
    with pytest.raises(RuleViolation, match=r"active are: 2 \(code 1\)"):
        tell(world, "end_hold", "1001", hold_no=1)
    assert tell(world, "set_hold", "1001", code="1", source="clerk")["hold_no"] == 3


def test_a_watched_receivable_comes_on_the_signal_list_until_the_watch_ends(world: World) -> None:
    world.owe("1001", 10000)
    tell(world, "watch_receivable", "1001", text="order to pay")
    world.receive(payment_file("bgmax", [pay(1000, "1001")]))
    tell(world, "unwatch_receivable", "1001")
    world.receive(payment_file("bgmax", [pay(2000, "1001")]))

    assert [event["amount_ore"] for event in events(world, "watched_receivable_paid")] == [1000]
    assert tell(world, "unwatch_receivable", "1001")["was_watched"] is False


def test_money_above_the_balance_by_the_printed_fee_pays_that_fee(world: World) -> None:
    receivable = world.owe("1001", 10000)
    tell(world, "note_printed_charge", "1001", printed_on="2026-11-10", fee_ore=6000)
    late = tell(world, "note_printed_charge", "1001", printed_on="2026-11-01", fee_ore=100)

    world.receive(payment_file("bgmax", [pay(16000, "1001")]))

    assert late["noted"] is False
    assert world.open_ore(receivable) == 0
    assert ("printed_fee_debited", "fee", 6000) in entries(world, receivable)
    assert_books_agree(world)


def test_a_moved_due_date_keeps_the_original_and_its_author(world: World) -> None:
    world.owe("1001", 10000)

    tell(world, "change_due_date", "1001", due_date="2026-12-15", reason="agreed by telephone")

    event = events(world, "due_date_changed")[0]
    assert (event["due_date"], event["earlier_due_date"], event["user"]) == ("2026-12-15", "2026-10-31", "clerk")
    with world.store.read() as work:
        kept = work.receivables.known_versions("1", ["1001"])[0]
    assert (kept.due_date, kept.original_due_date) == ("2026-12-15", "2026-10-31")
    with pytest.raises(DataError, match="before the invoice date"):
        tell(world, "change_due_date", "1001", due_date="2026-09-30")


def test_the_feed_alone_gives_every_balance(world: World) -> None:
    first, second = world.owe("1001", 10000), world.owe("1002", 5000)
    world.receive(payment_file("bgmax", [pay(4000, "1001")]))
    tell(world, "credit_receivable", "1001", amount_ore=1000)
    tell(world, "write_off_receivable", "1002", reason_code="x", amount_ore=700)

    sums: dict[int, int] = {}
    with world.store.read() as work:
        for event in work.events.after(0):
            if event.data.get("bucket") in ("principal", "fee", "interest"):
                sums[event.data["receivable_id"]] = sums.get(event.data["receivable_id"], 0) + event.data["amount_ore"]
    assert sums == {first: world.open_ore(first), second: world.open_ore(second)} == {first: 5000, second: 4300}
