"""A sheet as an Excel workbook: rows go to disk as they come, so that its size does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from hub.errors import DataError
from hub.formats.sheets.choice import Choice
from hub.formats.sheets.headings import head, headings, label, title
from hub.model.sheets import Cell, CellKind, Column, Line, LineKind, Sheet

MOST_ROWS = 1_048_576  # of one worksheet; the next one goes on
LONGEST_TEXT = 32_767
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FORMATS = {
    CellKind.AMOUNT: {"num_format": "#,##0.00"},
    CellKind.DATE: {"num_format": "yyyy-mm-dd"},
    CellKind.SHARE: {"num_format": "0.00"},
    CellKind.COUNT: {"num_format": "0"},
    CellKind.TEXT: {},
}
_WIDTHS = {CellKind.AMOUNT: 14, CellKind.DATE: 12, CellKind.SHARE: 10, CellKind.COUNT: 10, CellKind.TEXT: 16}


def write_xlsx(sheet: Sheet, file: BinaryIO, choice: Choice = Choice()) -> int:  # noqa: B008 - a tuple, never changed
    """Write a workbook; return how many lines were written."""
    with closing(xlsxwriter.Workbook(file, dict(_OPTIONS))) as book:
        return _Book(book, sheet, choice).write()


class _Book:
    """Worksheets of one sheet, each with the headings."""

    def __init__(self, book: Any, sheet: Sheet, choice: Choice) -> None:
        self._book, self._sheet, self._choice = book, sheet, choice
        self._columns = (*sheet.columns, *((Column("", CellKind.TEXT),) if choice.with_totals else ()))
        self._formats = {
            (kind, is_bold): book.add_format({**declared, "bold": is_bold})
            for kind, declared in _FORMATS.items()
            for is_bold in (False, True)
        }

    def write(self) -> int:
        """Write all lines."""
        page, row, written = self._new_page(1)
        for line in self._shown():
            if row == MOST_ROWS:
                page, row, _ = self._new_page(written // MOST_ROWS + 2)
            self._write_line(page, row, line)
            row, written = row + 1, written + 1
        return written

    def _shown(self) -> Iterator[Line]:
        return (line for line in self._sheet.lines if self._choice.shows(line))

    def _new_page(self, number: int) -> tuple[Any, int, int]:
        name = title(self._sheet, self._choice.language)
        page = self._book.add_worksheet(name if number == 1 else f"{name} {number}")
        for at, column in enumerate(self._columns):
            page.set_column(at, at, _WIDTHS[column.kind])
        if not self._choice.with_headings:
            return page, 0, 0
        bold = self._formats[CellKind.TEXT, True]
        page.write_string(0, 0, head(self._sheet, self._choice.language))
        for at, heading in enumerate(headings(self._sheet.columns, self._choice.language)):
            page.write_string(1, at, heading, bold)
        page.freeze_panes(2, 0)
        return page, 2, 0

    def _write_line(self, page: Any, row: int, line: Line) -> None:
        is_bold = line.kind is not LineKind.ROW
        cells = (*line.cells, *((label(line, self._choice.language),) if self._choice.with_totals else ()))
        for at, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            if cell is not None and cell != "":
                self._write_cell(page, row, at, column.kind, cell, self._formats[column.kind, is_bold])

    def _write_cell(self, page: Any, row: int, at: int, kind: CellKind, cell: Cell, form: Any) -> None:
        if isinstance(cell, int):
            page.write_number(row, at, cell if kind is CellKind.COUNT else Decimal(cell).scaleb(-2), form)
        elif kind is CellKind.DATE:
            page.write_datetime(row, at, date.fromisoformat(str(cell)), form)
        else:
            page.write_string(row, at, _fitting(str(cell)), form)


def _fitting(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise DataError(f"a text is longer than the {LONGEST_TEXT} signs of an Excel cell; write CSV instead")
    return text
