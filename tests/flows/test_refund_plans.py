"""Refunds that nobody has asked for: which are planned, which are withheld and why, what is set off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from payment_world import pay, payment_file
from refund_world import PAYER, RefundWorld
from sqlalchemy import Engine, text

from hub.loopback.counterparty import Counterparty
from hub.services.refunds.planning import control_list
from hub.store.database import writing

OWN = {"debtor_identity": PAYER.identity}


@pytest.fixture
def make(engine: Engine, tmp_path: Path) -> Iterator[Any]:
    log = tmp_path / "accepted.jsonl"
    made: list[RefundWorld] = []
    with Counterparty(log) as counterparty:

        def world(**planning: Any) -> RefundWorld:
            given = {"suspended_after_days": 0, "credit_after_days": 0, **planning}
            made.append(RefundWorld(engine, counterparty, log, planning=given))
            return made[-1]

        yield world
        assert [one.found() for one in made] == [[]]


def owes(world: RefundWorld, number: str, amount_ore: int, **more: Any) -> int:
    """Let the payer owe the company."""
    receivable = world.owe(number, amount_ore, **OWN, **more)
    with writing(world.engine) as connection:
        key = {"t": world.store.tenant, "id": receivable, "key": "1212121212"}
        connection.execute(
            text("UPDATE receivable SET debtor_key = :key WHERE tenant = :t AND receivable_id = :id"), key
        )
        connection.execute(text("UPDATE payment SET payer_key = :key WHERE tenant = :t AND payer_identity <> ''"), key)
    return receivable


def shown(world: RefundWorld) -> list[tuple[str, int, int, str]]:
    return [
        (one.source, one.amount_ore, one.netted_ore, one.withheld) for one in control_list(world.store, world.tenant)
    ]


def test_what_has_stood_long_enough_is_asked_for_and_waits_for_approval(make):
    world = make(suspended_after_days=5)
    world.suspended(100_00, day=date(2026, 11, 17))
    world.suspended(200_00, day=date(2026, 11, 18))
    before = shown(world)

    assert world.plan() == {"refunds": 1, "refunded_ore": 100_00, "netted_ore": 0}
    assert before == [("payment", 100_00, 0, "")]
    one = world.refund(1)
    assert (one.state, one.asked_by, one.amount_ore, one.payee_account) == (
        "asked",
        "hub",
        100_00,
        "iban:SE3550000000054910000003",
    )
    assert world.plan() == {"refunds": 0, "refunded_ore": 0, "netted_ore": 0, "withheld_asked_already": 1}
    world.approve(1)
    assert world.order()["refunds"] == 1


def test_the_control_list_writes_nothing(make):
    world = make()
    world.suspended(100_00)
    rows = world.sql("SELECT count(*) FROM refund")
    shown(world)

    assert world.sql("SELECT count(*) FROM refund") == rows == [(0,)]


def test_only_what_the_settings_name_is_planned(make):
    world = make(suspended_after_days=None, credit_after_days=None)
    world.suspended(100_00)

    assert (shown(world), world.plan()) == ([], {})


@pytest.mark.parametrize(
    ("planning", "amount_ore", "why"),
    [({"smallest": "50.00"}, 49_99, "too_small"), ({"largest": "50.00"}, 50_01, "too_large")],
)
def test_amounts_outside_the_limits_are_withheld(make, planning, amount_ore, why):
    world = make(**planning)
    world.suspended(amount_ore, 50_00)

    assert [one[3] for one in shown(world)] == [why, ""]
    assert world.plan()["refunds"] == 1


def test_without_an_account_nobody_is_looked_up(make):
    world = make()
    world.suspended(100_00, payer=None)

    assert shown(world) == [("payment", 100_00, 0, "no_account")]


@pytest.mark.parametrize("key", ["1212121212", "1/77"])
@pytest.mark.parametrize("source", ["payment", "receivable"])
def test_a_protected_identity_without_an_account_is_told_apart(make, key, source):
    """Protected by either key; the money waits in suspense, or is a credit on the receivable."""
    world = make()
    owed_ore = 1_00 if source == "payment" else 100_00
    owes(world, "100", owed_ore, debtor_number="77")
    world.receive(payment_file("camt.054", [pay(100_00, "100", payer=PAYER._replace(account=""))]))
    if source == "receivable":
        about = {"company": "1", "number": "100"}
        world.tell("credit_receivable", receivable=about, amount_ore=99_00, allow_credit_balance=True)
    with writing(world.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO recipient (tenant, recipient_key, is_protected, changed_at) "
                "VALUES (:t, :key, 1, '2026-11-22T09:00:00+00:00')"
            ),
            {"t": world.store.tenant, "key": key},
        )
    assert shown(world) == [(source, 99_00, 0, "protected_identity")]


def test_money_of_who_owes_the_company_is_left_to_a_person(make):
    world = make()
    world.suspended(100_00)
    owes(world, "100", 30_00)

    assert shown(world) == [("payment", 100_00, 0, "other_debts")]
    assert world.plan()["refunds"] == 0


def test_debts_may_be_paid_first_and_the_rest_is_refunded(make):
    world = make(open_debts="net")
    world.suspended(100_00)
    debts = [owes(world, "100", 30_00, due_date="2026-10-01"), owes(world, "101", 20_00)]

    assert shown(world) == [("payment", 50_00, 50_00, "")]
    assert world.plan() == {"refunds": 1, "refunded_ore": 50_00, "netted_ore": 50_00}
    assert [world.open_ore(one) for one in debts] == [0, 0]
    assert world.refund(1).amount_ore == 50_00


def test_money_that_only_pays_debts_is_no_refund(make):
    world = make(open_debts="net", smallest="10.00")
    world.suspended(100_00)
    old, new = owes(world, "100", 80_00, due_date="2026-10-01"), owes(world, "101", 70_00)

    assert world.plan() == {"refunds": 0, "refunded_ore": 0, "netted_ore": 100_00}
    assert (world.open_ore(old), world.open_ore(new)) == (0, 50_00)


def test_what_is_not_due_yet_is_neither_set_off_nor_in_the_way(make):
    world = make(open_debts="net")
    world.suspended(100_00)
    today, later = owes(world, "100", 30_00, due_date="2026-11-22"), owes(world, "101", 400_00, due_date="2026-11-23")

    assert world.plan() == {"refunds": 1, "refunded_ore": 70_00, "netted_ore": 30_00}
    assert (world.open_ore(today), world.open_ore(later)) == (0, 400_00)


def test_debts_may_be_left_out_of_account(make):
    world = make(open_debts="refund")
    world.suspended(100_00)
    owes(world, "100", 30_00)

    assert world.plan()["refunded_ore"] == 100_00


def test_a_hold_on_a_debt_keeps_the_money(make):
    world = make(open_debts="refund")
    world.suspended(100_00)
    owes(world, "100", 30_00)
    about = {"company": "1", "number": "100"}
    world.tell("set_hold", receivable=about, code="TVIST", source="anna")

    assert shown(world)[0][3] == "hold"
    world.tell("end_hold", receivable=about, code="TVIST")
    assert shown(world)[0][3] == ""


def test_a_credit_balance_is_planned_to_the_account_that_paid(make):
    world = make()
    world.owe("100", 500_00)
    world.receive(payment_file("camt.054", [pay(500_00, "100", payer=PAYER)]))
    world.tell(
        "credit_receivable",
        receivable={"company": "1", "number": "100"},
        amount_ore=200_00,
        allow_credit_balance=True,
    )

    assert shown(world) == [("receivable", 200_00, 0, "")]
    assert world.plan()["refunds"] == 1
    assert world.refund(1).payee_account == "iban:SE3550000000054910000003"


def test_what_came_back_is_not_planned_again(make):
    world = make()
    [payment_id] = world.suspended(100_00)
    world.plan()
    world.approve(1)
    world.order()
    world.tell("decide_refund", refund_no=1, verdict="not_paid", reason="kontot finns inte")

    assert shown(world) == [("payment", 100_00, 0, "came_back")]
    assert world.ask(payment_id, payee_account="bban:9150-1234567") == 2


def test_a_plan_of_many_goes_chunk_by_chunk(make, monkeypatch):
    monkeypatch.setattr("hub.services.refunds.planning.AT_ONCE", 3)
    world = make()
    world.suspended(*([10_00] * 8))

    assert world.plan()["refunds"] == 8
    assert len(shown(world)) == 8
