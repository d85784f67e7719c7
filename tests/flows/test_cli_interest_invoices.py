"""`hub interest-invoices` and `hub carry`, as a clerk and a source system use them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import lay_out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out(tmp_path_factory.mktemp("late") / "home").home
    settings = folder / "tenants" / "nordvik.toml"
    text = settings.read_text(encoding="utf-8")
    invoiced = text.replace('name = "Elnät"', 'name = "Elnät"\ninterest_is_invoiced = true')
    settings.write_text(invoiced, encoding="utf-8")
    rows = [
        {"number": f"{routine}0000101", "routine": routine, "invoice_date": "2026-01-28", "due_date": "2026-02-27"}
        for routine in ("01", "04")
    ]
    file = folder.parent / "receivables.json"
    file.write_text(json.dumps([{**row, "amount": "10000.00", "debtor_name": "Anna Björk"} for row in rows]))
    assert run("import", file, "--source-system", "billing", home=folder).exit_code == 0
    for row in rows:
        paid = ("--amount", "10000", "--method", "1", "--date", "2026-04-28")
        assert run("receivables", "own-payment", row["number"], *paid, home=folder).exit_code == 0
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """Two receivables, two months late: the interest of one is invoiced, that of the other is carried."""
    return Path(shutil.copytree(made, tmp_path / "home"))


@pytest.mark.parametrize("command", [("interest-invoices", "plan"), ("carry", "list")])
def test_a_range_that_ends_before_it_begins_is_refused(home: Path, command: tuple[str, str]) -> None:
    refused = run(*command, "--number", "010000101..010000001", home=home)

    assert (refused.exit_code, "before it begins" in refused.stderr) == (1, True)


def test_a_plan_is_shown_carried_out_and_undone(home: Path) -> None:
    shown = answer("interest-invoices", "plan", home=home)
    assert [(item["verdict"], item["interest_ore"], item["reason"]) for item in shown["items"]] == [
        ("take", 16438, "60 days to 2026-04-28"),
        ("leave", 16438, "routine_invoices_no_interest"),
    ]
    plan_no = shown["plan"]["plan_no"]
    assert "60 days" in run("interest-invoices", "show", plan_no, home=home).stdout

    done = answer("interest-invoices", "run", plan_no, home=home)

    assert [item["outcome"] for item in done["items"]] == ["done", ""]
    invoice = answer("receivables", "show", "510000101", home=home)
    assert (invoice["receivable"]["kind"], invoice["open_ore"]) == ("interest_invoice", 16438)
    of_original = answer("receivables", "interest", "010000101", home=home)
    assert (of_original["invoiced_or_carried"], of_original["left"]) == ("164.38", "0.00")
    assert run("interest-invoices", "run", plan_no, home=home).exit_code == 1
    assert answer("interest-invoices", home=home)[0]["state"] == "executed"
    assert answer("interest-invoices", "undo", plan_no, home=home)["taken_back"] == ["510000101"]


def test_what_is_left_is_listed_offered_and_answered(home: Path) -> None:
    assert [(one["number"], one["kind"], one["amount_ore"]) for one in answer("carry", home=home)] == [
        ("040000101", "interest", 16438)
    ]
    assert answer("carry", "offer", home=home) == {"new": 1, "again": 0}
    offered = answer("carry", "offered", home=home)
    answered = run("carry", "answer", offered[0]["carry_no"], "040000199", home=home)
    assert (answered.exit_code, "040000199 is not in the books" in answered.stderr) == (0, True)
    assert "answered" in run("carry", "offered", home=home).stderr
    assert run("carry", "answer", 99, "040000199", home=home).exit_code == 1
