"""`hub bookkeeping`: from the plan to books that agree, as a person does it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from demonstration import Demonstration
from test_cli_demo import answer, run
from typer.testing import Result

from hub.cli.bookkeeping_commands import _vouchers
from hub_sie.sandbox import LedgerOnFolder

BOOKKEEPING = """
[companies.bookkeeping]
exporter = "sie"
default_series = "H"
series = { giro_payments = "K" }

[companies.letterhead]
"""
SCHEDULE = """
[[schedules]]
name = "ledger"
job = "bookkeeping"
at = ["05:00"]
"""
CHART = {"1510": "Kundfordringar", "1690": "Avräkning", "1930": "Bank", "1999": "Fel", "2890": "Obs", "3740": "Öre"}


class Day(NamedTuple):
    """A home whose vouchers went to a ledger and came back, and what the commands said."""

    home: Path
    month: str
    plan: Any
    first: Any
    again: Any
    received: Any
    compared: Result


@pytest.fixture(scope="module")
def day(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("bookkeeping")
    home = demonstration.copied_to(folder / "home")
    with LedgerOnFolder(folder / "ledger") as ledger:
        ledger.chart = {**CHART, "3010": "Elnät", "3040": "Fjärrvärme", "3591": "Avgifter", "8313": "Räntor"}
        turn_on(home, ledger)
        booked = max(one["booked_date"] for one in answer("bookkeeping", "vouchers", "--limit", 1000, home=home))
        plan = answer("bookkeeping", "export", "--plan", home=home)
        first = answer("bookkeeping", "export", "--key", "night-1", home=home)
        again = answer("bookkeeping", "export", "--key", "night-1", home=home)
        ledger.work()
        assert ledger.refused == {}
        file = folder / "bok.se"
        file.write_bytes(ledger.file(year=booked[:4], made_on=booked.replace("-", "")))
        received = answer("bookkeeping", "receive", file, home=home)
        compared = run("bookkeeping", "reconcile", "--period", booked[:7], "--json", home=home)
    return Day(home, booked[:7], plan, first, again, received, compared)


def turn_on(home: Path, ledger: LedgerOnFolder) -> None:
    settings = home / "tenants" / "nordvik.toml"
    content = settings.read_text(encoding="utf-8").replace("\n[companies.letterhead]\n", BOOKKEEPING, 1)
    plugin = f'\n[plugins.sie]\nout = {{ folder = "{ledger.settings["out"]["folder"]}" }}\n'
    settings.write_text(content + plugin + SCHEDULE, encoding="utf-8")


def test_what_is_planned_goes_and_a_key_exports_once(day: Day) -> None:
    ((plan,), (file,)) = day.plan, day.first["files"]

    assert plan["vouchers"] == file["vouchers"] > 2
    assert file["exchange"]["state"] == "delivered"
    assert day.again == day.first


def test_every_voucher_has_the_ledgers_number(day: Day) -> None:
    vouchers = answer("bookkeeping", "vouchers", "--limit", 1000, home=day.home)

    assert {one["state"] for one in vouchers} == {"booked"}
    assert {one["ledger_series"] for one in vouchers if one["voucher_type"] == "giro_payments"} == {"K"}
    assert day.received["numbers"] == len(vouchers)
    assert answer("bookkeeping", "--state", "waiting", home=day.home) == []


def test_the_books_agree(day: Day) -> None:
    assert day.compared.exit_code == 0
    accounts = {one["account"]: one for one in json.loads(day.compared.stdout)}

    assert all(one["agrees"] for one in accounts.values())
    assert accounts["1510"]["subledger_balance_ore"] == accounts["1510"]["ledger_balance_ore"] != 0


def test_books_that_differ_end_in_another_exit_code_and_name_the_voucher(day: Day, tmp_path: Path) -> None:
    home = Path(shutil.copytree(day.home, tmp_path / "home"))
    number = next(one["number"] for one in answer("receivables", home=home) if one["principal_ore"] > 10_000)
    done = run("receivables", "write-off", number, "--amount", "1,00", "--reason", "small", home=home)
    assert done.exit_code == 0, done.output
    newest = answer("bookkeeping", "vouchers", home=home)[0]
    shown = run("bookkeeping", "reconcile", "--period", newest["booked_date"][:7], home=home)

    assert shown.exit_code == 6
    assert "1510: not exported, 1 vouchers, 1,00" in shown.stdout
    assert f"\n{newest['voucher_no']:>7}" in shown.stdout


def test_lists_are_for_people_too(day: Day) -> None:
    shown = run("bookkeeping", home=day.home)
    plan = run("bookkeeping", "export", "--plan", home=day.home)
    compared = run("bookkeeping", "reconcile", "--period", day.month, home=day.home)

    assert re.search(r"giro payments .* booked +K 1\n", shown.stdout)
    assert re.search(r"company +001\nvouchers +0", plan.stdout)
    assert re.search(r"001 +1510 .* 0,00 +0,00 ", compared.stdout)
    assert (shown.exit_code, plan.exit_code, compared.exit_code) == (0, 0, 0)


def test_a_voucher_that_the_ledger_has_otherwise_is_told_as_a_voucher() -> None:
    assert _vouchers((2, 7)) == "voucher 2, voucher 7"


def test_a_schedule_exports(day: Day) -> None:
    assert answer("schedule", "run", "ledger", "--key", "k", home=day.home)["state"] == "done"


def test_months_are_closed_and_opened_by_a_person(day: Day) -> None:
    assert answer("bookkeeping", "close", "2025-01", "--user", "Ada", home=day.home) == {"001": ["2025-01"]}
    assert "2025-01" in run("bookkeeping", "months", home=day.home).stdout
    assert answer("bookkeeping", "open", "2025-01", "--user", "Ada", home=day.home) == {"001": []}
    kinds = [event["kind"] for event in answer("feed", "--limit", 5000, home=day.home)]
    assert {"ledger_month_closed", "ledger_month_opened", "vouchers_exported", "ledger_file_taken_in"} <= set(kinds)


def test_a_file_that_is_none_goes_to_quarantine_and_ends_in_one(day: Day, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.se"
    wrong.write_bytes(b"hello\r\n")
    shown = run("bookkeeping", "receive", wrong, home=day.home)

    assert shown.exit_code == 1
    assert "line 1" in shown.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("reconcile", "--period", "2026-13"), 1, "written as 2026-11"),
        (("close", "nonsense"), 1, "written as 2026-11"),
        (("vouchers", "--company", "7"), 1, "there is no company 7"),
        (("export", "--company", "7"), 1, "there is no company 7"),
        (("receive", "nowhere.se"), 1, "nowhere.se"),
        (("refused", "1", "--reason", "x"), 1, "is no file for the ledger"),
    ],
)
def test_what_is_wrong_is_said(day: Day, words: tuple[str, ...], code: int, said: str) -> None:
    shown = run("bookkeeping", *words, home=day.home)

    assert (shown.exit_code, said in shown.stderr) == (code, True), shown.stderr


def test_without_an_exporter_it_says_which_setting_is_missing(demonstration: Demonstration, tmp_path: Path) -> None:
    shown = run("bookkeeping", "export", home=demonstration.copied_to(tmp_path / "home"))

    assert shown.exit_code == 3
    assert "companies.bookkeeping.exporter" in shown.stderr


def test_the_books_are_proven_with_exports_in_them(day: Day) -> None:
    assert run("verify", home=day.home).exit_code == 0
