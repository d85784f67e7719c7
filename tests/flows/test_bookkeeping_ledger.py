"""The ledger's own file: its numbers for our vouchers, its accounts and balances; and where the two books differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bookkeeping_world import BookkeepingWorld
from sqlalchemy import Engine

from hub.model.books import Contra
from hub_sie.sandbox import LedgerOnFolder


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[BookkeepingWorld]:
    with LedgerOnFolder(tmp_path) as ledger:
        yield BookkeepingWorld(engine, ledger)


def reasons(world: BookkeepingWorld, account: str = "1510", month: str = "2026-11") -> dict[str, tuple[int, int]]:
    return {one.reason: (one.amount_ore, one.vouchers) for one in world.compare(month)[account].explanations}


def test_the_ledgers_numbers_are_taken_back(world):
    world.invoice(1)
    world.pay(1)
    world.export()
    report = world.receive()

    assert (report.state, report.company, report.numbers, report.others) == ("posted", "1", 2, 0)
    assert world.stands() == [(1, "booked", "H", "1"), (2, "booked", "K", "1")]
    assert world.tasks() == {}


def test_the_same_file_again_is_a_duplicate(world):
    world.invoice(1)
    world.export()
    content = world.ledger.file()

    assert world.receive(content).state == "posted"
    assert world.receive(content).state == "duplicate"


def test_a_file_that_cannot_be_read_goes_to_quarantine_and_nothing_of_it_counts(world):
    world.invoice(1)
    world.export()
    report = world.receive(world.ledger.file()[:-3])

    assert report.state == "quarantined"
    assert "the file ends within the voucher" in report.problem
    assert world.stands() == [(1, "exported", "", "")]
    assert world.sql("SELECT count(*) FROM ledger_account") == [(0,)]
    assert world.events("file_quarantined")[0]["problem"]["record"] == "#VER"


@pytest.mark.parametrize(("organisation", "company"), [("556000-0001", ""), ("556000-0001", "1"), ("", "7")])
def test_a_file_of_another_company_is_not_taken_in(world, organisation, company):
    report = world.receive(world.ledger.file(company=organisation or "556677-8899"), company)

    assert report.state == "quarantined"
    assert "give --company" in report.problem


def test_a_later_file_takes_the_place_of_the_earlier_one(world):
    world.invoice(1)
    world.receive()
    world.export()
    del world.ledger.chart["8313"]
    world.receive()

    assert world.sql("SELECT count(*) FROM ledger_file") == [(1,)]
    assert world.sql("SELECT count(DISTINCT exchange_no) FROM ledger_balance") == [(1,)]
    assert "8313" not in [row[0] for row in world.sql("SELECT account FROM ledger_account")]
    assert world.compare()["1510"].ledger_ore == 100_000


def test_books_that_agree_differ_by_nothing(world):
    world.invoice(1)
    world.pay(1, 40_000)
    world.export()
    world.receive()
    compared = world.compare()

    assert all(one.agrees for one in compared.values())
    one = compared["1510"]
    assert (one.subledger_ore, one.vouchers_ore, one.ledger_ore, one.difference_ore) == (60_000, 60_000, 60_000, 0)
    assert (one.subledger_balance_ore, one.ledger_balance_ore, one.ledger_until) == (60_000, 60_000, "2026-11-30")
    assert compared["1940"].subledger_ore is None
    assert compared["1940"].ledger_ore == 40_000


def test_without_a_file_of_the_ledgers_nothing_is_compared_with_it(world):
    world.invoice(1)
    one = world.compare()["1510"]

    assert (one.subledger_ore, one.vouchers_ore, one.ledger_ore, one.difference_ore) == (100_000, 100_000, None, None)
    assert one.explanations == []


def test_a_voucher_that_has_not_gone_explains_the_difference(world):
    world.invoice(1)
    world.export()
    world.receive()
    world.invoice(2, 5_000)

    assert reasons(world) == {"not_exported": (-5_000, 1)}
    assert world.compare()["1510"].unexplained_ore == 0


def test_a_voucher_that_the_ledger_refused_explains_the_difference(world):
    world.ledger.order("refuse")
    world.invoice(1)
    world.export()
    world.receive()

    assert reasons(world) == {"not_booked": (-100_000, 1)}
    assert world.compare()["1510"].explanations[0].named[0].voucher_no == 1


def test_what_others_booked_in_the_ledger_explains_the_difference(world):
    world.invoice(1)
    world.export()
    world.ledger.book("A", "20261122", ("1510", 700), ("3000", -700))
    world.receive()
    (one,) = world.compare()["1510"].explanations

    assert (one.reason, one.amount_ore) == ("ledger_only", 700)
    assert (one.named[0].ledger_series, one.named[0].ledger_number) == ("A", "1")


def test_a_voucher_in_another_month_of_the_ledger_explains_both_months(world):
    world.set(closed_period="first_open_day")
    world.invoice(1, day="2026-10-31")
    with world.store.write() as work:
        work.exporting.close_month("1", "2026-10", "anna")
    world.export()
    world.receive()

    assert reasons(world, month="2026-10") == {"other_period": (-100_000, 1)}
    assert reasons(world, month="2026-11") == {"other_period": (100_000, 1)}
    assert world.compare()["1510"].ledger_balance_ore == world.compare()["1510"].vouchers_balance_ore


def test_a_voucher_that_was_changed_in_the_ledger_is_told_and_explains_the_difference(world):
    world.ledger.order("change_amount")
    world.invoice(1)
    world.export()
    report = world.receive()

    assert report.changed == (1,)
    assert "1 of our vouchers" in world.tasks()["changed_in_ledger"]
    assert reasons(world) == {"changed": (100, 1)}


def test_a_voucher_that_the_ledger_booked_twice_is_told(world):
    world.invoice(1)
    world.export()
    world.ledger.booked.append({**world.ledger.booked[0], "number": "2"})
    report = world.receive()

    assert report.changed == (1,)
    assert reasons(world) == {"changed": (100_000, 1)}


def test_what_stands_on_the_error_account_is_explained(world):
    world.set(account_register="settings", valid_accounts=["1930-3999"])
    world.invoice(1)
    world.export()
    world.receive()

    assert reasons(world) == {"on_error_account": (-100_000, 1)}
    assert reasons(world, "2999") == {"on_error_account": (100_000, 1)}


def test_a_ledger_that_loses_our_number_shows_vouchers_of_its_own_and_ours_as_not_booked(world):
    world.ledger.order("lose_text")
    world.invoice(1)
    world.export()
    report = world.receive()

    assert (report.numbers, report.others) == (0, 1)
    assert reasons(world) == {"not_booked": (-100_000, 1), "ledger_only": (100_000, 1)}
    assert world.compare()["1510"].difference_ore == 0


def test_a_number_of_ours_that_was_never_exported_is_told_and_counts_as_of_others(world):
    world.ledger.book("A", "20261122", ("1510", 700), ("3000", -700), text="RH999 okänd")
    report = world.receive()

    assert report.unknown == (999,)
    assert reasons(world) == {"ledger_only": (700, 1)}


def test_balances_taken_over_are_named_with_their_receivables(world):
    world.invoice(1, 30_000, contra=Contra.NONE)
    world.ledger.openings["1510"] = 30_000
    world.receive()
    one = world.compare()["1510"]

    assert (one.opening_ore, one.vouchers_ore, one.subledger_rest_ore) == (30_000, 0, 0)
    assert one.openings == [(1, "1001", 30_000)]
    assert (one.subledger_balance_ore, one.ledger_balance_ore) == (30_000, 30_000)
    assert one.agrees


def test_a_ledger_whose_balance_is_not_the_sum_of_its_vouchers_is_not_explained(world):
    world.invoice(1)
    world.export()
    content = world.ledger.file().replace(b"#PSALDO 0 202611 1510 {} 1000.00", b"#PSALDO 0 202611 1510 {} 1007.00")
    world.receive(content)

    assert world.compare()["1510"].unexplained_ore == 700


def test_a_file_without_changes_of_months_is_compared_by_its_vouchers(world):
    world.ledger.openings["1510"] = 30_000
    world.invoice(1)
    world.export()
    lines = world.ledger.file().split(b"\r\n")
    world.receive(b"\r\n".join(line for line in lines if not line.startswith(b"#PSALDO")))
    one = world.compare()["1510"]

    assert (one.ledger_ore, one.ledger_balance_ore) == (100_000, 130_000)


def test_months_do_not_mix(world):
    world.invoice(1, day="2026-10-31")
    world.invoice(2, 5_000, day="2026-11-01")
    world.export()
    world.receive()

    assert [world.compare(month)["1510"].ledger_ore for month in ("2026-10", "2026-11")] == [100_000, 5_000]
    assert world.compare("2026-11")["1510"].ledger_balance_ore == 105_000
    assert world.compare("2027-01")["1510"].ledger_ore is None
