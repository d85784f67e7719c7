"""Payments registered by hand: what a payment-method code (inbetalningssätt) makes of a row."""

from __future__ import annotations

from typing import Any

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, entries, events, findings, tell
from test_commands import debit

from hub.errors import DataError, RuleViolation

METHODS = [
    {"code": "1", "text": "cash", "effect": "credit"},
    {"code": "2", "text": "correction", "effect": "debit"},
    {"code": "3", "text": "netted", "effect": "credit", "booked": False, "bears_interest": False},
    {"code": "4", "text": "remark", "effect": "text_only"},
    {"code": "5", "text": "till", "effect": "credit", "coding": "fixed", "account": "1910"},
    {"code": "6", "text": "coded", "effect": "credit", "coding": "required"},
    {"code": "7", "text": "uncoded", "effect": "credit", "coding": "forbidden"},
    {"code": "P", "text": "less reminder", "effect": "credit", "lowers": "reminder_fee"},
    {"code": "K", "text": "less demand", "effect": "credit", "lowers": "demand_fee"},
    {"code": "D", "text": "less interest", "effect": "credit", "lowers": "interest"},
]
FEES = "SELECT coalesce(sum(fee_ore), 0) FROM open_item WHERE tenant = :t AND receivable_id = :r"


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine, payment_methods=METHODS, accounts={"demand_fee": "3591"})


def register(world: World, method: str, amount_ore: int | None = None, **more: Any) -> dict[str, Any]:
    values = {"method": method, "amount_ore": amount_ore, "transaction_date": "2026-11-18", **more}
    return tell(world, "register_payment", "1001", **values)


def test_a_credit_code_lowers_the_balance_and_keeps_what_it_is(world: World) -> None:
    receivable = world.owe("1001", 10000)

    register(world, "1", 4000, remark="by the counter")

    assert world.open_ore(receivable) == 6000
    with world.store.read() as work:
        entry = work.receivables.entries(receivable)[-1]
    assert (entry["rule"], entry["transaction_date"], entry["booked_date"]) == ("method:1", "2026-11-18", "2026-11-22")
    event = events(world, "payment_registered")[0]
    assert (event["text"], event["user"], event["bears_interest"], event["remark"]) == (
        "cash",
        "clerk",
        True,
        "by the counter",
    )
    assert_books_agree(world)


def test_a_debit_code_corrects_a_wrong_payment_and_suspended_money_finds_its_receivable(world: World) -> None:
    receivable = world.owe("1001", 10000)
    register(world, "1", 10000)
    world.receive(payment_file("bgmax", [pay(10000, "1001")]))
    assert world.waiting() == [("suspended", "already_settled", 10000)]

    register(world, "2", 10000)

    assert world.open_ore(receivable) == 0
    assert world.waiting() == []
    assert world.account_balance("1940") == 10000
    assert_books_agree(world)


def test_a_code_that_is_not_booked_gives_no_voucher(world: World) -> None:
    receivable = world.owe("1001", 10000)

    answer = register(world, "3", 10000)

    assert (answer["vouchers"], world.open_ore(receivable)) == ([], 0)
    assert world.account_balance("1510") == 10000
    assert events(world, "payment_registered")[0]["bears_interest"] is False
    assert_books_agree(world, all_booked=False)


def test_a_text_only_code_leaves_a_remark_and_no_amount(world: World) -> None:
    receivable = world.owe("1001", 10000)

    register(world, "4", remark="promised by Friday")

    assert len(entries(world, receivable)) == 1
    assert events(world, "remark_registered")[0]["remark"] == "promised by Friday"
    with pytest.raises(DataError, match="leave the amount out"):
        register(world, "4", 100)
    with pytest.raises(DataError, match="needs an amount"):
        register(world, "1")


def test_coding_is_fixed_required_or_forbidden_as_the_code_says(world: World) -> None:
    world.owe("1001", 10000)
    lines = [{"account": "1920", "amount_ore": 1000}]

    register(world, "5", 1000)
    register(world, "6", 1000, coding=lines)
    register(world, "7", 1000)

    assert [world.account_balance(account) for account in ("1910", "1920", "1940")] == [1000, 1000, 1000]
    with pytest.raises(DataError, match="needs account coding"):
        register(world, "6", 1000)
    for code in ("5", "7"):
        with pytest.raises(DataError, match="takes no account coding"):
            register(world, code, 1000, coding=lines)
    assert_books_agree(world)


def test_coding_may_name_the_banks_accounts_as_the_settings_may_and_no_other_of_the_hub(world: World) -> None:
    world.owe("1001", 10000)
    for account in ("1930", "1940"):
        register(world, "6", 1000, coding=[{"account": account, "amount_ore": 1000}])
    for account in ("1510", "2990"):
        with pytest.raises(RuleViolation, match="a coding line names the ledger account of"):
            register(world, "6", 1000, coding=[{"account": account, "amount_ore": 1000}])
    assert findings(world) == {}


def test_the_answer_says_how_much_was_registered(world: World) -> None:
    world.owe("1001", 10000)
    assert register(world, "7", 1000)["registered_ore"] == 1000


@pytest.mark.parametrize(
    ("code", "bucket", "cause", "account"),
    [
        ("P", "fee", "reminder_fee", "3590"),
        ("K", "fee", "demand_fee", "3591"),
        ("D", "interest", "interest", "8313"),
    ],
)
def test_a_code_lowers_its_own_charge_and_never_below_what_stands_debited(
    world: World, code: str, bucket: str, cause: str, account: str
) -> None:
    receivable = world.owe("1001", 10000)
    for other_bucket, other in (("fee", "reminder_fee"), ("fee", "demand_fee"), ("interest", "interest")):
        debit(world, receivable, other_bucket, 6000, f"{other}_debited")

    register(world, code, 2000)

    assert entries(world, receivable)[-1] == (f"{cause}_lowered", bucket, -2000)
    assert world.account_balance(account) == -4000
    with pytest.raises(RuleViolation, match="cannot be lowered by more"):
        register(world, code, 4001)
    register(world, code, 4000)
    with pytest.raises(RuleViolation, match="cannot be lowered by more"):
        register(world, code, 1)
    assert_books_agree(world)


def test_a_paid_fee_that_is_taken_back_pays_principal_instead(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")
    world.receive(payment_file("bgmax", [pay(6000, "1001")]))
    assert world.number(FEES, r=receivable) == 0

    register(world, "P", 6000)

    assert world.open_ore(receivable) == 4000
    assert world.number(FEES, r=receivable) == 0
    assert_books_agree(world)


def test_a_fee_of_a_settled_receivable_is_taken_back_only_with_leave_for_a_credit_balance(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")
    world.receive(payment_file("bgmax", [pay(16000, "1001")]))
    with pytest.raises(RuleViolation, match="allow_credit_balance"):
        register(world, "P", 6000)

    register(world, "P", 6000, allow_credit_balance=True)

    assert world.open_ore(receivable) == -6000


def test_a_printed_fee_that_was_paid_stands_debited(world: World) -> None:
    world.owe("1001", 10000)
    tell(world, "note_printed_charge", "1001", printed_on="2026-11-10", fee_ore=6000)
    world.receive(payment_file("bgmax", [pay(16000, "1001")]))

    register(world, "P", 6000, allow_credit_balance=True)

    with pytest.raises(RuleViolation, match="cannot be lowered by more"):
        register(world, "P", 1, allow_credit_balance=True)


def test_fully_paid_is_the_latest_transaction_date_and_a_later_debit_clears_it(world: World) -> None:
    receivable = world.owe("1001", 10000)
    debit(world, receivable, "fee", 6000, "reminder_fee_debited")
    world.receive(payment_file("bgmax", [pay(6000, "1001"), pay(4000, "1001")]))
    register(world, "1", 2000, transaction_date="2026-11-20")

    def paid_on() -> str | None:
        with world.store.read() as work:
            return work.receivables.fully_paid_on(receivable)

    assert paid_on() is None
    register(world, "P", 4000, transaction_date="2026-11-02")  # dated before the principal was paid
    assert (world.open_ore(receivable), paid_on()) == (0, "2026-11-20")
    register(world, "2", 100, transaction_date="2026-11-21")
    assert paid_on() is None
    assert_books_agree(world)


def test_own_payments_take_no_code_that_raises_or_lowers_a_fee(world: World) -> None:
    world.owe("1001", 10000)

    for code in ("2", "4", "P"):
        with pytest.raises(RuleViolation, match="is no payment"):
            tell(world, "report_own_payment", "1001", amount_ore=1, method=code, transaction_date="2026-11-18")
