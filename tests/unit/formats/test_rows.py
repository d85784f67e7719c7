"""Files of receivables become rows of cells, and nothing but FormatError comes out of a bad one."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.formats.rows.raw_rows import RawRow
from hub.formats.rows.reading import read_rows
from hub.model.source_system import SourceSystem

OCTOBER = datetime.fromisoformat("2026-10-01")


def rows_of(content: bytes, **declared: Any) -> list[RawRow]:
    return list(read_rows(io.BytesIO(content), SourceSystem(name="s", **declared)).rows)


def cells_of(content: bytes, **declared: Any) -> list[dict[str, Any]]:
    return [row.cells for row in rows_of(content, **declared)]


def refusal(content: bytes, **declared: Any) -> FormatError:
    with pytest.raises(FormatError) as caught:
        rows_of(content, **declared)
    return caught.value


def workbook(*rows: Sequence[Any], sheet: str = "Data") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_csv_rows_keep_the_line_they_stand_on() -> None:
    rows = rows_of(b"a;b\r\n1;2\r\n\r\n;;\r\n3;4;\r\n")

    assert [(row.line, row.cells) for row in rows] == [(2, {"a": "1", "b": "2"}), (5, {"a": "3", "b": "4"})]


def test_csv_begins_at_its_declared_heading_and_may_have_a_byte_order_mark() -> None:
    assert cells_of(b"\xef\xbb\xbfReport\nof today\na,b\n1,2\n", header_row=3, delimiter=",", decimal_sign=".") == [
        {"a": "1", "b": "2"}
    ]


def test_quote_that_swallows_lines_gives_a_rejected_row_and_loses_none_in_silence() -> None:
    rows = rows_of(b'a;b;c\n1;"x;2\n2;y;3\n3;z";4\n5;w;6\n')

    assert [(row.line, row.problem and row.problem.code) for row in rows] == [(2, "ROW_SPANS_LINES"), (5, None)]


def test_two_columns_with_one_heading_are_refused() -> None:
    error = refusal(b"a;b;a\n1;2;3\n")

    assert (error.code, error.line, error.field) == ("HEADING_REPEATED", 1, "a")


@pytest.mark.parametrize(
    "content",
    [
        b'[{"a": 1}, {"a": 2}]',
        b'{"made": [1, {"x": 2.5}], "receivables": [{"a": 1}, {"a": 2}], "count": 2}',
        b'{"a": 1}\n{"a": 2}\n',
        b'\n {"a": 1}\r\n\r\n{"a": 2}',
    ],
)
def test_json_is_a_list_an_object_with_the_list_or_a_row_a_line(content: bytes) -> None:
    assert cells_of(content) == [{"a": 1}, {"a": 2}]


def test_json_list_is_found_under_its_declared_key() -> None:
    assert cells_of(b'{"receivables": [], "items": [{"a": 1}]}', format="json", rows_at="items") == [{"a": 1}]
    assert refusal(b'{"other": []}', format="json", rows_at="items").code == "ROWS_MISSING"
    assert refusal(b'[{"a": 1}]', format="json", rows_at="items").code == "NOT_JSON"


def test_json_decimals_are_exact() -> None:
    assert cells_of(b'[{"a": 0.1, "b": 1e2}]') == [{"a": Decimal("0.1"), "b": Decimal("1E+2")}]


def test_json_longer_than_what_is_held_at_a_time_is_read_whole() -> None:
    rows = [{"a": n, "text": "x" * 900} for n in range(500)]

    assert cells_of(json.dumps(rows).encode()) == rows
    assert cells_of(json.dumps({"head": "y" * 100_000, "receivables": rows}).encode()) == rows
    assert cells_of("\n".join(map(json.dumps, rows)).encode()) == rows


def test_json_signs_of_two_bytes_are_read_wherever_a_piece_ends() -> None:
    for shift in ("", "x"):
        rows = [{"a": shift + "å" * 50_000}, {"b": "ö" * 50_000}]
        assert cells_of(b"\xef\xbb\xbf" + json.dumps(rows, ensure_ascii=False).encode()) == rows
    assert refusal('[{"a": "å'.encode()[:-1], format="json").code == "WRONG_ENCODING"


def test_json_leaves_the_stream_to_its_owner() -> None:
    stream = io.BytesIO(b'[{"a": 1}]')
    read = [row.cells for row in read_rows(stream, SourceSystem(name="s", format="json")).rows]

    assert (read, stream.closed) == ([{"a": 1}], False)


def test_bad_line_of_json_lines_is_one_bad_row() -> None:
    rows = rows_of(b'{"a": 1}\n{"a": \n[2]\n{"a": 3, "a": 4}\n{"a": NaN}\n{"a": 5}')

    assert [(row.line, row.problem.code if row.problem else "") for row in rows] == [
        (1, ""),
        (2, "NOT_JSON"),
        (3, "NOT_AN_OBJECT"),
        (4, "NAME_REPEATED"),
        (5, "NOT_JSON"),
        (6, ""),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b'[{"a": 1}',
        b'[{"a": 1},]',
        b'[{"a": 1}] x',
        b'[{"a": 1e99999999999999999999}]',
        b'[{"a": ' + b"9" * 5000 + b"}]",
        b'[{"a": ' + b"[" * 50_000,
        b'[{"a": Infinity}]',
        b'{"receivables": [{"a": 1}]',
        b'{"receivables" [{"a": 1}]}',
        b'[{"a": "\xff"}]',
        b'[{"a": "' + b"x" * 3_000_000,
    ],
)
def test_broken_json_is_refused_with_a_line(content: bytes) -> None:
    assert refusal(content).line == 1


def test_workbook_gives_dates_as_dates_and_numbers_exactly() -> None:
    content = workbook(["number", "date", "amount"], [1001, OCTOBER, 0.1 + 0.2], [None, None, None], ["x"])

    rows = rows_of(content)

    assert [(row.line, row.cells) for row in rows] == [
        (2, {"number": 1001, "date": date(2026, 10, 1), "amount": Decimal("0.3")}),
        (4, {"number": "x", "date": None, "amount": None}),
    ]


def test_workbook_sheet_and_heading_are_found_as_declared() -> None:
    content = workbook(["A report"], [], ["number"], [5], sheet="Fakturor")

    assert cells_of(content, format="xlsx", sheet="Fakturor", header_row=3) == [{"number": 5}]
    assert refusal(content, format="xlsx", sheet="Other").code == "SHEET_MISSING"
    assert refusal(content, format="xlsx", header_row=9).code == "HEADING_MISSING"


def test_workbook_that_would_unpack_to_gigabytes_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    monkeypatch.setattr(openpyxl, "load_workbook", _never)

    assert refusal(out.getvalue()).code == "ZIP_BOMB"


def _never(*_args: object, **_options: object) -> None:
    raise AssertionError("the archive was opened")


def _hostile(part: str, used_for: bytes) -> bytes:
    """A workbook in which entities are declared in one part and stand in the place of a text there."""
    declared = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["number"], ["text"]))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert used_for in data
                body = data[data.index(b"?>") + 2 :] if data.startswith(b"<?xml") else data
                data = declared + body.replace(used_for, b"&b;")
            target.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(("part", "used_for"), [("xl/worksheets/sheet1.xml", b"text"), ("xl/workbook.xml", b"Data")])
def test_workbook_with_entities_is_refused(part: str, used_for: bytes) -> None:
    content = _hostile(part, used_for)

    assert refusal(content, format="xlsx", sheet="Data").code in ("NOT_A_WORKBOOK", "SHEET_MISSING")


def test_format_that_is_declared_must_be_that_of_the_file() -> None:
    assert refusal(workbook(["a"], [1]), format="csv").code == "WRONG_FORMAT"
    assert refusal(b"a;b\n1;2\n", format="xlsx").code == "WRONG_FORMAT"
    assert refusal(b"a;b\n1;2\n", format="json").code == "NOT_JSON"


_BOOK = workbook(["number", "date"], [1, OCTOBER], ["två", 2.5])


@given(cuts=st.lists(st.tuples(st.integers(0, len(_BOOK)), st.integers(0, 30), st.binary(max_size=20)), min_size=1))
@settings(max_examples=120, deadline=None)
def test_damaged_workbook_is_read_or_refused_and_nothing_else(cuts: list[tuple[int, int, bytes]]) -> None:
    damaged = _BOOK
    for at, length, put in cuts:
        damaged = damaged[:at] + put + damaged[at + length :]

    with contextlib.suppress(FormatError):
        rows_of(damaged, format="xlsx")
