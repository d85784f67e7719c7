"""Holds come by file: bad rows are told by line and reason, the others are set, and the same file changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from imported_ledger import Ledger
from sqlalchemy import Engine

from hub.errors import DataError
from hub.model.tenant import Tenant
from hub.services.receivables.hold_import import HoldReport, import_holds
from hub.testing.example_tenant import company_settings, tenant_settings

CODES = {"1": {"text": "Anstånd", "stops": ["demand"]}, "dispute": {"text": "Tvist", "stops": ["demand"]}}
CODES["deferral"] = {"text": "Anstånd", "stops": ["interest_if_deferral_kept"]}
ONE = company_settings(dunning={"hold_codes": CODES}, routines=[{"number": "01", "name": "Sundry"}])
TWO = company_settings(number="2", name="North Rent AB", payee_accounts=[])
SUNDRY = {"name": "sundry", "company": "1", "routines": ["01"]}
TENANT = Tenant.model_validate(tenant_settings(ONE, TWO, source_systems=[SUNDRY]))


@pytest.fixture
def books(engine: Engine) -> Ledger:
    ledger = Ledger(engine)
    ledger.rows({"number": "1001"}, {"number": "1002"}, tenant=TENANT)
    return ledger


def take(books: Ledger, folder: Path, text: str, name: str = "holds.csv") -> HoldReport:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return import_holds(books.store, TENANT, file)


def holds(books: Ledger, number: str) -> list[tuple[int, str, str, str | None, str]]:
    with books.store.read() as work:
        found = work.receivables.active_holds([books.one(number).receivable_id], work.today)
    return [(hold.hold_no, hold.code, hold.source, hold.until_date, hold.reason) for hold in found]


def test_rows_are_set_and_the_same_file_again_changes_nothing(books, tmp_path):
    text = "company;number;code;until;text\n1;1001;1;2026-12-31;väntar\n1;1001;dispute;;\n001;1002;1;;\n"
    first, again = take(books, tmp_path, text), take(books, tmp_path, text)

    assert (first.kept, first.known, first.rejected, first.warnings) == (3, 0, 0, ())
    assert (again.kept, again.known) == (0, 3)
    assert holds(books, "1001") == [
        (1, "1", "import", "2026-12-31", "väntar"),
        (2, "dispute", "import", None, ""),
    ]
    assert books.sql("SELECT count(*) FROM event WHERE kind = 'hold_set'") == [(3,)]


def test_a_bad_row_says_its_line_and_why_and_holds_no_other(books, tmp_path):
    report = take(
        books,
        tmp_path,
        "company;number;code;until\n"
        "1;1001;1;2026-11-21\n"
        "1;9999;1;\n"
        "7;1001;1;\n"
        ";1001;1;\n"
        "1;1001;a b;\n"
        "1;1001;1;soon\n"
        "1;;1;\n"
        "1;1002;1;2026-11-22\n",
    )

    assert [(one.line, one.field) for one in sorted(report.problems)] == [
        (2, "until"), (3, "number"), (4, "company"), (5, "company"), (6, "code"), (7, "until"), (8, "number"),
    ]  # fmt: skip
    assert "ended already" in next(one.message for one in report.problems if one.line == 2)
    assert (report.kept, report.rejected) == (1, 7)
    assert [code for _, code, *_ in holds(books, "1002")] == ["1"]


def test_a_deferral_that_has_ended_is_set_once_and_other_holds_are_told_what_may_be(books, tmp_path):
    text = (
        "number;company;code;until\n1001;1;deferral;2026-11-10\n1001;1;dispute;2026-11-10\n1002;1;deferral;2026-10-01\n"
    )
    first, again = take(books, tmp_path, text), take(books, tmp_path, text)

    assert (first.kept, again.kept, again.known) == (1, 0, 1)
    told = {one.line: one.message for one in first.problems}
    assert "afterwards only a code is set that stops interest_if_deferral_kept" in told[3]
    assert "before the due date 2026-10-31" in told[4]


def test_a_code_that_the_settings_do_not_have_is_set_with_a_warning_that_it_stops_everything(books, tmp_path):
    report = take(books, tmp_path, "company;number;code\n1;1001;8\n1;1002;8\n")

    assert (report.kept, len(report.warnings)) == (2, 1)
    assert report.warnings[0].startswith("line 2: code 8 is not among the hold codes of company 1: it stops every step")


def test_json_is_taken_too_and_its_source_is_kept(books, tmp_path):
    rows = [{"company": "1", "number": 1001, "code": 1, "source": "kfm"}]
    assert take(books, tmp_path, json.dumps(rows), "holds.json").kept == 1
    assert holds(books, "1001")[0][:3] == (1, "1", "kfm")


def test_another_heading_is_refused_whole(books, tmp_path):
    with pytest.raises(DataError, match="no field of a hold"):
        take(books, tmp_path, "company;invoice;code\n1;1001;1\n")
    with pytest.raises(DataError, match="cannot be opened"):
        import_holds(books.store, TENANT, tmp_path / "none.csv")


def test_many_rows_are_taken_in_parts(books, tmp_path, monkeypatch):
    monkeypatch.setattr("hub.services.receivables.hold_import.ROWS_AT_ONCE", 2)
    lines = [f"1;{number};{code}" for number in ("1001", "1002") for code in ("1", "dispute", "8")]
    report = take(books, tmp_path, "\n".join(["company;number;code", *lines]))

    assert report.kept == 6
    assert [hold[0] for hold in holds(books, "1002")] == [1, 2, 3]
