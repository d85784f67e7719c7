"""What the readers of the three kinds of files have in common: rows of cells by column name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hub.errors import FormatError
from hub.model.import_rows import RowProblem
from hub.model.source_system import FileFormat

MOST_COLUMNS = 500
LARGEST_ROW = 1024 * 1024  # characters: a thousand times a long receivable; more is damage or an attack on memory


class RawRow(NamedTuple):
    """One row as it stands in its file.

    `line` is the line of a CSV file or of JSON Lines, the row of an Excel sheet, or the place in a JSON list, from 1.
    `beyond` are the cells of a row that is too long, which no heading names.
    """

    line: int
    cells: dict[str, Any]
    problem: RowProblem | None = None
    beyond: tuple[Any, ...] = ()


@dataclass
class RowStream:
    """The rows of a file, read as they are asked for, and the columns of its heading (None: it has no heading)."""

    format: FileFormat
    columns: tuple[str, ...] | None
    rows: Iterator[RawRow]


def heading(cells: Sequence[Any], line: int) -> tuple[str, ...]:
    """Return the column names of a heading row; blank ones at its end are left out.

    Raises:
        FormatError: HEADING_MISSING, HEADING_REPEATED or TOO_MANY_COLUMNS.
    """
    names = ["" if cell is None else str(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise FormatError("the row of column headings is empty; see header_row", code="HEADING_MISSING", line=line)
    if len(names) > MOST_COLUMNS:
        raise FormatError(f"more than {MOST_COLUMNS} columns", code="TOO_MANY_COLUMNS", line=line)
    twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if twice is not None:
        raise FormatError("two columns have the same heading", code="HEADING_REPEATED", line=line, field=twice[:60])
    return tuple(names)


def row_of(columns: tuple[str, ...], cells: Sequence[Any], line: int) -> RawRow:
    """Put the cells of a row under their headings; a row of another length has a problem."""
    if len(cells) == len(columns):
        return RawRow(line, dict(zip(columns, cells, strict=True)))
    named = dict(zip(columns, cells, strict=False))
    if len(cells) > len(columns) and not any(cell not in (None, "") for cell in cells[len(columns) :]):
        return RawRow(line, named)
    message = f"the row has {len(cells)} columns, the heading {len(columns)}"
    return RawRow(line, named, RowProblem("", "ROW_LENGTH", message), tuple(cells[len(columns) :]))
