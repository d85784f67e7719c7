"""`hub demo`, and the tenant it leaves to explore."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
import typer
from hub_processes import Process
from typer.testing import CliRunner, Result

from hub.cli.main import build_app
from hub.testing.killing.nursery import Nursery

if TYPE_CHECKING:
    from demonstration import Demonstration

DEBT = {"principal", "fee", "interest"}


@cache
def command() -> Any:
    """The whole command, put together once: that takes longer than most commands do."""
    return typer.main.get_command(build_app())


def run(*words: object, home: Path | None = None, given: bytes | None = None) -> Result:
    arguments = [str(word) for word in words] + (["--home", str(home)] if home else [])
    with patch("typer.testing._get_command", lambda _app: command()):
        return CliRunner().invoke(typer.Typer(), arguments, input=given)


def answer(*words: object, home: Path) -> Any:
    result = run(*words, "--json", home=home)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def told(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demonstration's folder, which tests only read, and what it told."""
    home = demonstration.copied_to(tmp_path_factory.mktemp("demo") / "home")
    return home, demonstration.told.replace(str(demonstration.home), str(home))


@pytest.fixture
def own(demonstration: Demonstration, tmp_path: Path) -> Path:
    """A demonstration's folder that a test may change."""
    return demonstration.copied_to(tmp_path / "demo")


def test_demo_tells_what_was_matched_suspended_and_recognised_and_why(told: tuple[Path, str]) -> None:
    for sentence in (
        "the OCR reference is an open receivable's",
        "an OCR number stood in the free text",
        "the invoice number stood in place of the reference",
        "the payer owes exactly this amount, once",
        "the payer said how much goes to which receivable",
        "within the company's limit: that is written off",
        "more than is owed, and above the limit",
        "no open receivable has this reference",
        "same account, day, amount and reference",
        "equal to one in BgMax, but without a reference nothing proves it",
        "Clearing is zero",
        "no cover",
        "842,50 kr is open still, and is dunned",
        "The printer took 2 letters. 5 420,00 kr is owed, with costs; interest runs on.",
        "Try next",
    ):
        assert sentence in told[1]


def test_nothing_of_the_overlapping_day_is_booked_twice(told: tuple[Path, str]) -> None:
    journey = answer("exchanges", "show", 3, home=told[0])
    found = {(row["what"], row["why"]): row["payments"] for row in journey["outcome"]}
    assert found == {
        ("posted", "exact_reference"): 4,
        ("held", "equal_without_reference"): 1,
        ("duplicate", "same_day"): 18,
    }


def test_bank_account_and_clearing_agree_with_the_statement(told: tuple[Path, str]) -> None:
    balances = {row["account"]: row["amount_ore"] for row in answer("balances", home=told[0])}
    statement = answer("inspect", told[0] / "files" / "camt053_2026-11-20.xml", home=told[0])
    assert balances["1690"] == 0
    assert balances["1930"] == statement["credit_ore"]["SEK"]
    assert balances["2890"] == -sum(
        row["remaining_ore"] for row in answer("payments", "--state", "suspended", home=told[0])
    )
    assert sum(balances.values()) == 0


def test_every_balance_of_the_demo_is_rebuilt_from_the_feed_alone(told: tuple[Path, str]) -> None:
    rebuilt: dict[int, int] = defaultdict(int)
    cursor, batch = 0, [None]
    while batch:  # in small pieces, as a core ledger would fetch it
        batch = answer("feed", "--after", cursor, "--limit", 17, home=told[0])
        for event in batch:
            assert event["number"] == cursor + 1, "the feed has a gap"
            cursor = event["number"]
            if event["data"].get("bucket") in DEBT:
                rebuilt[event["data"]["receivable_id"]] += event["data"]["amount_ore"]
    known = answer("receivables", "--all", "--limit", 1000, home=told[0])
    assert len(known) == 25
    assert rebuilt == {row["receivable_id"]: row["open_ore"] for row in known}
    assert any(rebuilt.values())


def test_every_command_that_demo_says_to_try_works(
    demonstration: Demonstration, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # one of them writes a file
    told = demonstration.told.replace(str(demonstration.home), str(own))
    lines = [line.strip() for line in told.splitlines() if line.strip().startswith("hub ")]
    assert len(lines) >= 8
    for line in lines:
        if line.startswith("hub sandbox"):
            continue  # it serves until it is stopped: the next test
        tried = run(*line.split()[1:])
        assert tried.exit_code == 0, f"{line}: {tried.output}"


def test_invoices_go_out_again_to_the_other_sides_that_demo_says_to_start(
    demonstration: Demonstration, own: Path, nursery: Nursery
) -> None:
    before = {row["number"]: (row["state"], row["channel"]) for row in answer("documents", home=own)}
    told = demonstration.told.replace(str(demonstration.home), str(own))
    [line] = [line for line in told.splitlines() if line.strip().startswith("hub sandbox")]
    serving = Process(nursery, line.split()[1:])
    serving.wait_for("serving until")
    more = own / "more.json"
    handed_over = (own / "files" / "documents.json").read_text(encoding="utf-8")
    more.write_text(re.sub(r'("number": ")04(\d{7}")', r"\g<1>09\g<2>", handed_over), encoding="utf-8")

    run("deliver", more, home=own)
    run("documents", "follow", home=own)

    after = {row["number"]: (row["state"], row["channel"]) for row in answer("documents", home=own)}
    serving.close()
    assert {number: after[f"09{number[2:]}"] for number in before} == before


def test_receivable_that_comes_late_finds_the_payment_that_waits(own: Path) -> None:
    late = own / "files" / "late_receivable.json"
    assert answer("import", late, "--source-system", "billing", home=own)["suspended_payments"] == 1
    story = answer("receivables", "show", "010000117", home=own)
    assert story["open_ore"] == 0
    assert [entry["rule"] for entry in story["entries"] if entry["payment_id"]] == ["exact_reference"]


def test_suggestion_for_a_mistyped_reference_can_be_followed(own: Path) -> None:
    waiting = {row["payer_name"]: row["payment_id"] for row in answer("payments", "--state", "suspended", home=own)}
    suggested = answer("payments", "suggest", waiting["Greta Mo"], home=own)
    assert suggested[0]["number"] == "040000207"
    answer("payments", "move", waiting["Greta Mo"], "040000207", "--key", "k", home=own)
    again = answer("payments", "move", waiting["Greta Mo"], "040000207", "--key", "k", home=own)
    assert again["remaining_ore"] == 0
    assert answer("receivables", "show", "040000207", home=own)["open_ore"] == 0


def test_the_month_of_direct_debits_stands_in_a_home_of_its_own(told: tuple[Path, str]) -> None:
    month = told[0] / "month"
    states = {row["state"]: row["amount_ore"] for row in answer("payment-requests", home=month)}
    assert states == {"failed": 842_50, "paid": 1129_00}
    assert {row["state"] for row in answer("mandates", home=month)} == {"active"}
    assert [row["open_ore"] for row in answer("receivables", home=month)] == [842_50]
    assert run("verify", home=month).exit_code == 0


def test_the_overdue_receivable_goes_from_its_due_date_to_the_decision_on_both_sides(told: tuple[Path, str]) -> None:
    home = told[0] / "overdue"
    [order] = answer("orders-to-pay", home=home)
    desk = json.loads((home / "sandbox" / "kronofogden" / "desk.json").read_text(encoding="utf-8"))
    [case] = desk["cases"].values()
    assert (order["state"], case["state"]) == ("decided", "decided")
    assert (order["case_no"], order["decided_on"]) == (case["case_no"], "2026-03-15")
    assert case["total_ore"] == 4_500_00 + 60_00 + 180_00 + 44_38 + 680_00  # interest: 36 days at ref + 8, 10 per cent
    assert [row["open_ore"] for row in answer("receivables", home=home)] == [5_420_00]
    assert run("verify", home=home).exit_code == 0


def test_a_verdict_and_an_undo_say_what_they_did_and_what_comes_next(own: Path) -> None:
    [held] = answer("payments", "--state", "held", home=own)
    assert "2 bank movements booked, 2 paired with payments" in run("exchanges", "show", 4, home=own).stdout

    released = run("payments", "release", held["payment_id"], home=own)
    undone = run("exchanges", "undo", 4, "--reason", "wrong day", home=own)

    assert released.stdout == "1 payment: 1 suspended (see: hub payments list --state suspended)\n"
    assert f"hub payments show {held['payment_id']}" in released.stderr
    assert undone.stdout == "exchange 4 is undone: 2 bank movements taken back (109 351,75 SEK)\n"
    assert "hub exchanges retry 4" in undone.stderr


def test_demo_says_that_it_starts_over(told: tuple[Path, str]) -> None:
    assert "has been taken away" in told[1]


def test_demo_as_json_holds_every_payment_and_its_fate(demonstration: Demonstration) -> None:
    told = json.loads(demonstration.as_json)

    assert len(told["bgmax"]["payments"]) == 19
    assert all(payment["fates"] for payment in told["bgmax"]["payments"] + told["camt054"]["payments"])
    way = [one["what"] for one in told["overdue"]]
    assert way[:4] == ["due", "reminder_1", "demand", "filed"]
    assert way[-1] == "decided"


def test_demo_starts_over_in_its_own_folder(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = answer("receivables", "--all", "--limit", 1000, home=own)
    answer("receivables", "credit", "010000108", home=own)
    assert answer("receivables", "--all", "--limit", 1000, home=own) != before
    for module in ("outgoing", "month", "overdue"):
        monkeypatch.setattr(f"hub.demo.{module}.installed_makers", list)  # no plugin has another side

    told = answer("demo", home=own)

    assert answer("receivables", "--all", "--limit", 1000, home=own) == before
    assert (told["documents"], told["month"], told["overdue"]) == ([], [], [])
    assert [name for name in ("sandbox", "secrets", "month", "overdue") if (own / name).exists()] == []


def test_demo_leaves_a_folder_that_holds_something_else_alone(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("mine", encoding="utf-8")
    result = run("demo", home=tmp_path)
    assert result.exit_code == 3
    assert "holds something else" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["hub.toml"]
