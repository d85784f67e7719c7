"""The list of rejected rows can be read again, and does no harm in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from hub.model.import_rows import RejectedRow, RowProblem
from hub.services.receivables import rejected_csv, rejected_name

WRONG = RowProblem("amount", "AMOUNT_UNREADABLE", "the amount is not a number")


def listed(*rows: RejectedRow) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rejected_csv(rows), newline=""), delimiter=";"))


def test_rows_with_different_columns_stand_in_one_list() -> None:
    rows = listed(RejectedRow(2, (WRONG,), {"a": "1;2"}), RejectedRow(3, (WRONG, WRONG), {"b": "x\ny"}))

    assert rows[0] == {
        "line": "2",
        "field": "amount",
        "code": "AMOUNT_UNREADABLE",
        "reason": "the amount is not a number",
        "a": "1;2",
        "b": "",
    }
    assert (rows[1]["b"], rows[1]["field"]) == ("x\ny", "amount | amount")


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+x", "-x", "-1+1"])
def test_what_a_spreadsheet_would_run_is_kept_as_text(cell: str) -> None:
    assert listed(RejectedRow(2, (WRONG,), {"a": cell}))[0]["a"] == f"'{cell}"


@pytest.mark.parametrize("cell", ["-100,50", "+46", "-1 000"])
def test_a_number_keeps_its_sign(cell: str) -> None:
    assert listed(RejectedRow(2, (WRONG,), {"a": cell}))[0]["a"] == cell


def test_half_a_sign_cannot_keep_the_list_from_being_written() -> None:
    assert rejected_csv([RejectedRow(2, (WRONG,), {"a": "\ud800"})]).encode()


def test_the_list_is_named_after_its_file() -> None:
    assert rejected_name("in/invoices.csv") == "invoices.csv.rejected.csv"
