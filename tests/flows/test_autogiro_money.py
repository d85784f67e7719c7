"""Payments by Autogiro are posted from the payment specification, and refunds open what they paid, however late."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from payment_world import EventReader, World, pay, payment_file

from hub.model.exchanges import ExchangeState
from hub.runtime.carrying import Body
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub_bankgiro.readers import readers
from hub_bankgiro.settings import BankgiroSettings

CLEARING = "1940"
FOLDER = Path(__file__).parents[2] / "plugins" / "bankgiro" / "tests"


def _files() -> Any:
    specification = importlib.util.spec_from_file_location("autogiro_files_of_flows", FOLDER / "autogiro_files.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


files = _files()


@pytest.fixture
def bank(world: World) -> World:
    """The small world with the plugin's own readers."""
    named = [("bankgiro", reader) for reader in readers(BankgiroSettings())] + [("test", EventReader("camt.054"))]
    body: Body = PaymentFileRun(world.store, world.tenant, named, ChunkPoster(world.tenant))
    world.bodies["ingest"] = body
    return world


def refund_of(amount_ore: int, paid_on: date, reference: str) -> Iterator[str]:
    yield files.opening("specification")
    yield files.section("17", amount_ore, 1)
    yield files.refund(amount_ore, date=paid_on, reference=reference)
    yield files.specification_end(refund_sections=1, refund_count=1)


def specification(*rows: str, approved: int, count: int) -> bytes:
    records = [files.opening("specification"), files.section("15", approved, count), *rows]
    return bytes(files.as_file([*records, files.specification_end(in_sections=1, in_count=count)]))


def test_only_what_was_paid_settles_receivables(bank: World) -> None:
    paid, failed, waits = (bank.owe(number, 10000) for number in ("1001", "1002", "1003"))
    rows = [
        files.outcome("82", 10000, "0", reference="1001"),
        files.outcome("82", 10000, "1", payer="103", reference="1002"),
        files.outcome("82", 10000, "9", payer="104", reference="1003"),
    ]
    exchange = bank.receive(specification(*rows, approved=10000, count=1))

    assert exchange.state == ExchangeState.POSTED
    assert [bank.open_ore(one) for one in (paid, failed, waits)] == [0, 10000, 10000]
    assert bank.account_balance(CLEARING) == 10000


def test_a_refund_finds_its_payment_months_later(bank: World) -> None:
    owed = bank.owe("1001", 10000)
    other = bank.owe("1002", 10000)
    long_ago = date(2026, 8, 20)
    rows = [
        files.outcome("82", 10000, date=long_ago, reference="1001"),
        files.outcome("82", 10000, date=long_ago, reference="1002"),
    ]
    old = specification(*rows, approved=20000, count=2).replace(b"20261120", b"20260820")
    bank.receive(old)
    assert (bank.open_ore(owed), bank.open_ore(other)) == (0, 0)

    bank.receive(files.as_file(refund_of(10000, long_ago, "1001")))

    assert (bank.open_ore(owed), bank.open_ore(other)) == (10000, 0)
    assert bank.account_balance(CLEARING) == 10000


def test_a_refund_that_two_payments_may_be_meant_by_is_for_a_person(bank: World) -> None:
    owed = bank.owe("1001", 20000)
    rows = [files.outcome("82", 10000, reference="1001")] * 2
    bank.receive(specification(*rows, approved=20000, count=2))
    bank.receive(files.as_file(refund_of(10000, files.DAY, "1001")))

    with bank.store.read() as work:
        assert [task["kind"] for task in work.commands.open_tasks()] == ["reversal"]
    assert bank.open_ore(owed) <= 20000


def test_money_whose_row_names_another_payees_bankgiro_is_held_though_its_reference_is_ours(bank: World) -> None:
    ours, other = bank.owe("1001", 10000), bank.owe("1002", 10000)
    rows = [
        files.outcome("82", 10000, reference="1001"),
        files.outcome("82", 10000, payer="103", reference="1002", bankgiro="50501055"),
    ]
    bank.receive(specification(*rows, approved=20000, count=2))

    assert (bank.open_ore(ours), bank.open_ore(other)) == (0, 10000)
    assert bank.waiting() == [("held", "unknown_payee_account", 10000)]
    assert bank.account_balance(CLEARING) == 10000


@pytest.mark.parametrize("number", ["1001", "7412"])
def test_a_reference_that_comes_back_filled_with_zeros_finds_its_receivable(bank: World, number: str) -> None:
    owed = bank.owe(number, 10000)
    bank.receive(specification(files.outcome("82", 10000, reference=number.zfill(16)), approved=10000, count=1))

    assert (bank.open_ore(owed), bank.waiting()) == (0, [])


@pytest.mark.parametrize("is_first", [True, False])
def test_the_same_money_told_by_the_bank_too_is_booked_once(bank: World, is_first: bool) -> None:
    owed, other = bank.owe("1001", 10000), bank.owe("1002", 10000)
    rows = [
        files.outcome("82", 10000, payer=payer, reference=number) for payer, number in (("1", "1001"), ("2", "1002"))
    ]
    told = [
        specification(*rows, approved=20000, count=2),
        payment_file("camt.054", [pay(10000, number, booked_date=files.DAY) for number in ("1001", "1002")]),
    ]
    for content in told if is_first else reversed(told):
        bank.receive(content)

    assert (bank.open_ore(owed), bank.open_ore(other)) == (0, 0)
    assert (bank.account_balance(CLEARING), bank.waiting()) == (20000, [])


def test_the_same_section_with_other_content_is_held(bank: World) -> None:
    bank.owe("1001", 10000)
    bank.receive(specification(files.outcome("82", 10000, reference="1001"), approved=10000, count=1))
    exchange = bank.receive(specification(files.outcome("82", 10100, reference="1001"), approved=10100, count=1))

    assert exchange.state == ExchangeState.HELD
    assert bank.account_balance(CLEARING) == 10000


def test_a_file_of_total_in_is_posted_to_its_plusgiro(bank: World) -> None:
    records = list(files.total_in_payments([12500]))
    exchange = bank.receive(files.as_file(files.whole_total_in(records)))

    assert exchange.state == ExchangeState.POSTED
    assert [(state, reason) for state, reason, _ in bank.waiting()] == [("held", "unknown_payee_account")]
