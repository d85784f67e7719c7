"""Showing a sheet: as a table, as JSON line by line, or in a file that only its owner may read."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from hub.cli.showing import Column as Heading
from hub.cli.showing import kronor, read_or_not, say, show, show_title, table, words
from hub.errors import DataError
from hub.formats.sheets.choice import Choice
from hub.formats.sheets.csv_sheet import write_csv
from hub.formats.sheets.headings import head, headings, label
from hub.model.counting import counted
from hub.model.sheets import Cell, CellKind, Column, Line, LineKind, Sheet

MOST_SHOWN = 200


class Output(NamedTuple):
    """Where a sheet goes."""

    as_json: bool
    to: Path | None
    choice: Choice
    limit: int = MOST_SHOWN


def put_out(sheet: Sheet, output: Output) -> None:
    """Write a sheet where it is to go. Raises DataError for a file that is there already or has another ending."""
    if output.to is not None:
        written = write_file(sheet, output.to, output.choice)
        say(f"{output.to}: {counted(written, 'line')}")
    elif output.as_json:
        _write_json(sheet, output.choice)
    else:
        _show(sheet, output)


def write_file(sheet: Sheet, to: Path, choice: Choice) -> int:
    """Write a sheet to a new file; return how many lines it has."""
    write = _writer(to)
    with new_private_file(to) as file:
        return write(sheet, file, choice)


def _writer(to: Path) -> Callable[[Sheet, BinaryIO, Choice], int]:
    if to.suffix.lower() == ".csv":
        return write_csv
    if to.suffix.lower() == ".xlsx":
        from hub.formats.sheets.xlsx_sheet import write_xlsx  # here: it loads what writes Excel

        return write_xlsx
    raise DataError(f"--to: {to.name} must end in .csv or .xlsx")


@contextmanager
def new_private_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for its owner's eyes alone; where writing fails it is taken away again, on disk when it is kept.

    Raises:
        DataError: it is there already.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DataError(f"{path} is there already: give a new name, or take it away") from None
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_json(sheet: Sheet, choice: Choice) -> None:
    """Write one object whose lines are written as they come."""
    with read_or_not(sys.stdout):
        out = sys.stdout
        out.write('{"report": ' + json.dumps(sheet.name) + ', "asked": ')
        out.write(json.dumps(dict(sheet.facts), ensure_ascii=False) + ', "rows": [')
        totals: list[Line] = []
        for number, line in enumerate(_rows_apart(sheet.lines, totals)):
            out.write(("," if number else "") + "\n" + json.dumps(_as_data(sheet.columns, line), ensure_ascii=False))
        shown = [_as_data(sheet.columns, line) for line in totals if choice.shows(line)]
        out.write('\n], "totals": ' + json.dumps(shown, ensure_ascii=False) + "}\n")


def _rows_apart(lines: Iterator[Line], totals: list[Line]) -> Iterator[Line]:
    for line in lines:
        if line.kind is LineKind.ROW:
            yield line
        else:
            totals.append(line)


def _as_data(columns: tuple[Column, ...], line: Line) -> dict[str, Any]:
    named = {_name(column): cell for column, cell in zip(columns, line.cells, strict=True) if cell is not None}
    return {"total": line.label, **named} if line.label else named


def _name(column: Column) -> str:
    if not column.days:
        return column.name
    return f"{column.name}_{'_'.join(str(one) for one in column.days)}_ore"


def _show(sheet: Sheet, output: Output) -> None:
    columns = [_heading(name, column) for name, column in zip(_names(sheet, output), sheet.columns, strict=True)]
    shown, left_out = _first_lines(sheet.lines, output)
    if not shown:
        say(f"{head(sheet, output.choice.language)}: nothing")
        return
    show_title(head(sheet, output.choice.language))
    cells = [_cells(sheet.columns, line, output) for line in shown]
    show(table([*columns, ""] if output.choice.with_totals else columns, cells))
    if left_out:
        say(f"{counted(left_out, 'more row')} not shown: see --limit, or write all to a file by --to")


def _first_lines(lines: Iterator[Line], output: Output) -> tuple[list[Line], int]:
    """Return the first rows with all totals that are shown, and how many rows were left out."""
    shown, rows, left_out = [], 0, 0
    for line in lines:
        if line.kind is LineKind.ROW:
            rows += 1
            if rows > output.limit:
                left_out += 1
                continue
        elif left_out and line.kind is LineKind.SUBTOTAL and not line.label.startswith("total_of_c"):
            continue
        if output.choice.shows(line):
            shown.append(line)
    return shown, left_out


def _names(sheet: Sheet, output: Output) -> list[str]:
    return headings(sheet.columns, output.choice.language)


def _heading(name: str, column: Column) -> Heading:
    is_number = column.kind in (CellKind.AMOUNT, CellKind.COUNT, CellKind.SHARE)
    return (name, "right") if is_number else (name, "keep") if column.kind is CellKind.DATE else name


def _cells(columns: tuple[Column, ...], line: Line, output: Output) -> list[str]:
    cells = [_text(column, cell) for column, cell in zip(columns, line.cells, strict=True)]
    return [*cells, label(line, output.choice.language)] if output.choice.with_totals else cells


def _text(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell) if column.kind is CellKind.COUNT else kronor(cell)  # a share is in hundredths too
    return words(cell) if column.name in ("what", "step", "state", "reason") else cell
