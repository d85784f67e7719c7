"""`hub reports`, on what the demonstration left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from test_cli_demo import answer, run

if TYPE_CHECKING:
    from demonstration import Demonstration


@pytest.fixture(scope="module")
def home(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration's folder, which tests only read."""
    return demonstration.copied_to(tmp_path_factory.mktemp("reports") / "home")


def refused(home: Path, *words: object) -> str:
    result = run("reports", *words, home=home)
    assert result.exit_code != 0, result.output
    return result.output


def test_balance_list_adds_up_to_the_receivable_accounts(home: Path) -> None:
    listed = answer("reports", "balances", home=home)
    accounts = {row["account"]: row["amount_ore"] for row in answer("balances", home=home)}

    (whole,) = (total for total in listed["totals"] if total["total"] == "total")
    assert whole["balance_ore"] == sum(row["balance_ore"] for row in listed["rows"])
    assert whole["balance_ore"] == sum(ore for account, ore in accounts.items() if account.startswith("15"))


@pytest.mark.parametrize("report", ["balances", "receivables", "ageing", "payments --from 2026-01-01"])
def test_identities_are_shown_only_when_they_are_asked_for(home: Path, report: str) -> None:
    assert "identity" not in answer("reports", *report.split(), home=home)["rows"][0]
    assert "identity" in answer("reports", *report.split(), "--identity", home=home)["rows"][0]


def test_workbook_has_numbers_and_days_as_such(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"

    assert run("reports", "balances", "--to", file, "--language", "sv", home=home).exit_code == 0

    rows = list(openpyxl.load_workbook(file).active.values)
    assert rows[0][0].startswith("Saldolista, per 20")
    named = dict(zip(rows[1], rows[2], strict=True))
    assert (named["Fakturanr"], named["Saldo"]) == ("010000107", 300)
    assert named["Förfallodag"].isoformat() == "2026-11-20T00:00:00"
    assert file.stat().st_mode & 0o777 == 0o600


def test_csv_without_headings_and_totals_has_rows_alone(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"

    run("reports", "balances", "--to", file, "--no-headings", "--no-totals", home=home)

    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(answer("reports", "balances", home=home)["rows"])
    assert lines[0].endswith(",780.00,0.00,-480.00,300.00,SEK")


def test_a_file_that_is_there_is_not_written_over(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("kept")

    assert "is there already" in refused(home, "balances", "--to", file)
    assert file.read_text() == "kept"


def test_screen_shows_the_first_rows_and_the_totals_of_all(home: Path) -> None:
    shown = run("reports", "balances", "--limit", 1, home=home).output

    assert "5 more rows not shown" in shown
    assert "010000107" in shown
    assert "040000207" not in shown
    assert "22 495,75" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("balances --as-of 2026-02-30", "--as-of: write a day that there is"),
        ("balances --as-of 2999-01-01", "--as-of: write a day from 1900-01-01 to 2199-12-31"),
        ("balances --sort colour", "--sort: write invoice, person"),
        ("balances --number-from 9 --number-to 10 --due-from 2026-02-01 --due-to 2026-01-01", "--due-from is beyond"),
        ("balances --by guess", "--by: write booked, transaction"),
        ("balances --to list.pdf", ".csv or .xlsx"),
        ("balances --language fi", "--language: write sv, en"),
        ("balances --registered-by 2026-11-01 --through-event 3", "give one"),
        ("ageing --periods 30,60", "periods must begin with 0"),
        ("payments --from 2026-02-01 --until 2026-01-01", "the first day is beyond the last"),
        ("later --as-of 2026-10-31", "say when the list was made"),
        ("statement --from 2026-01-01", "say whose account"),
        ("send-statement --sender 001", "say whose account"),
        ("send-statement --sender 001 --debtor-number nobody", "nothing is open"),
        ("purge 1", "say which list is kept"),
        ("purge 99 --no-kept-list", "no purge plan 99"),
        ("purge-plan --paid-before 2199-01-01", "a day that has come"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_the_option_s_name(home: Path, words: str, said: str) -> None:
    assert said in refused(home, *words.split())


def test_a_purge_goes_from_plan_to_kept_list_to_names_gone(demonstration: Demonstration, tmp_path: Path) -> None:
    home = demonstration.copied_to(tmp_path / "home")
    before = answer("reports", "balances", "--all", home=home)["totals"]
    plan = answer("reports", "purge-plan", "--paid-before", "2026-11-21", home=home)
    assert plan["planned"] > 0

    kept = tmp_path / "kept.csv"
    done = answer("reports", "purge", plan["plan_no"], "--kept-by-name", kept, home=home)

    assert (done["purged"], done["state"]) == (plan["planned"], "executed")
    assert "Anna Björk" in kept.read_text(encoding="utf-8-sig")
    after = answer("reports", "balances", "--all", home=home)
    assert after["totals"] == before
    assert "Anna Björk" not in json.dumps(after, ensure_ascii=False)
    assert run("verify", home=home).exit_code == 0

    again = tmp_path / "again.csv"
    assert "was carried out" in refused(home, "purge", plan["plan_no"], "--kept-by-name", again)
    assert not again.exists()
