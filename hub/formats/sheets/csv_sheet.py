"""A sheet as CSV for spreadsheets, in UTF-8 with its mark; Swedish with semicolons and decimal commas."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from hub.formats.sheets.choice import Choice
from hub.formats.sheets.headings import headings, label
from hub.model.documents import Language
from hub.model.sheets import Cell, CellKind, Column, Line, Sheet
from hub.money import plain_kronor

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(sheet: Sheet, file: BinaryIO, choice: Choice = Choice()) -> int:  # noqa: B008 - a tuple, never changed
    """Write a sheet line by line; return how many lines were written.

    The last column says what a total is of; it is there when totals are.
    """
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    is_swedish = choice.language is Language.SV
    writer = csv.writer(out, delimiter=";" if is_swedish else ",", lineterminator="\r\n")
    if choice.with_headings:
        writer.writerow([*headings(sheet.columns, choice.language), *([""] if choice.with_totals else [])])
    written = 0
    for line in sheet.lines:
        if choice.shows(line):
            writer.writerow(_cells(sheet.columns, line, choice))
            written += 1
    out.detach()
    return written


def _cells(columns: tuple[Column, ...], line: Line, choice: Choice) -> list[str]:
    is_swedish = choice.language is Language.SV
    cells = [_text(column, cell, is_swedish) for column, cell in zip(columns, line.cells, strict=True)]
    return [*cells, label(line, choice.language)] if choice.with_totals else cells


def _text(column: Column, cell: Cell, is_swedish: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        if column.kind is CellKind.COUNT:
            return str(cell)
        written = plain_kronor(cell)
        return written.replace(".", ",") if is_swedish else written
    return _no_formula(cell)


def _no_formula(text: str) -> str:
    """Keep a spreadsheet from taking a name or a note for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
