"""Lumps that stand alone: taken as payments by a person or by the bank's profile, or told as tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payment_world import World, lump, pay, payment_file, statement
from sqlalchemy import Engine
from telling import accounts, assert_books_agree, entries, tell

from hub.errors import DataError, RuleViolation
from hub.services.payments.lone_sides import watch_clearing


def test_a_lone_lump_becomes_a_payment_found_by_the_banks_text(world: World) -> None:
    receivable = world.owe("1001", 10000, reference="10017")
    world.receive(statement(lump(10000, "invoice 10017")))
    assert accounts(world) == {"1510": 10000, "1930": 10000, "1940": -10000, "3000": -10000}

    tell(world, "make_lump_payment", lump_no=1)

    assert world.open_ore(receivable) == 0
    assert accounts(world) == {"1930": 10000, "3000": -10000}
    assert entries(world, receivable)[-1] == ("lump_payment", "principal", -10000)
    with pytest.raises(RuleViolation, match="is payment"):
        tell(world, "make_lump_payment", lump_no=1)
    assert_books_agree(world)


def test_a_lump_without_any_word_waits_in_suspense_until_its_reference_comes(world: World) -> None:
    world.receive(statement(lump(10000)))
    tell(world, "make_lump_payment", lump_no=1, reference="1001")
    assert world.waiting() == [("suspended", "unknown_reference", 10000)]

    receivable = world.owe("1001", 10000)

    assert (world.open_ore(receivable), world.waiting()) == (0, [])
    assert_books_agree(world)


def test_a_lump_that_is_paired_or_took_money_away_is_no_payment(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(10000, "1001")]))
    world.receive(statement(lump(10000), lump(-300, entry=2)))

    with pytest.raises(RuleViolation, match="is paired"):
        tell(world, "make_lump_payment", lump_no=1)
    with pytest.raises(RuleViolation, match="took money"):
        tell(world, "make_lump_payment", lump_no=2)
    with pytest.raises(DataError, match="no lump 3"):
        tell(world, "make_lump_payment", lump_no=3)


def look(world: World) -> dict[str, Any]:
    with world.store.write() as work:
        return watch_clearing(work, world.tenant)


def test_what_stands_alone_too_long_becomes_one_task_and_the_task_ends_when_its_twin_comes(world: World) -> None:
    world.receive(statement(lump(10000)))
    world.receive(payment_file("bgmax", [pay(7000, "1001")]))

    assert [look(world)["tasks"], look(world)["tasks"]] == [2, 2]

    def kinds() -> list[str]:
        with world.store.read() as work:
            return [task["kind"] for task in work.commands.open_tasks()]

    assert kinds() == ["deposit_alone", "lump_alone"] or kinds() == ["lump_alone", "deposit_alone"]
    world.receive(statement(lump(7000, entry=1), identity="next"))
    look(world)
    assert kinds() == ["lump_alone"]


def test_fresh_lumps_and_accounts_without_statements_are_left_in_peace(world: World) -> None:
    world.clock.advance(timedelta(days=-4))
    world.receive(payment_file("bgmax", [pay(7000, "1001")]))
    assert look(world)["tasks"] == 0
    world.receive(statement(lump(10000)))

    assert look(world)["tasks"] == 0


def test_by_the_banks_profile_a_lone_lump_becomes_a_payment_after_the_days(engine: Engine) -> None:
    account = {"bankgiro": "991-2346", "lumps_are_payments": True, "lump_alone_after_banking_days": 5}
    world = World(engine, payee_accounts=[account])
    receivable = world.owe("1001", 10000)
    world.receive(statement(lump(10000, "1001"), lump(-100, entry=2)))
    assert look(world) == {"tasks": 0, "payments": 0}

    world.clock.advance(timedelta(days=1))

    assert look(world) == {"tasks": 1, "payments": 1}
    assert world.open_ore(receivable) == 0
    assert_books_agree(world)
