"""Rows of a CSV file, by the delimiter and the character encoding that its source system declares."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from hub.errors import FormatError
from hub.formats.rows.raw_rows import LARGEST_ROW, RawRow, RowStream, heading, row_of
from hub.model.import_rows import RowProblem
from hub.model.source_system import FileFormat, SourceSystem


def read_csv(stream: BinaryIO, system: SourceSystem) -> RowStream:
    """Read the heading now and the rows as they are asked for.

    Raises:
        FormatError: wrong encoding, no heading, or quotes that do not pair; the latter while rows are read.
    """
    lines = _Lines(stream, _encoding(system.encoding))
    try:
        for _ in range(system.header_row - 1):
            next(lines, None)
        reader = csv.reader(lines, delimiter=system.delimiter, strict=True)
        columns = heading(next(reader, []), lines.number)
    except csv.Error as error:
        lines.let_go()
        raise _unreadable(error, lines.number) from None
    except FormatError:
        lines.let_go()
        raise
    return RowStream(FileFormat.CSV, columns, _rows(reader, lines, columns))


def _rows(reader: Iterator[list[str]], lines: _Lines, columns: tuple[str, ...]) -> Iterator[RawRow]:
    try:
        yield from _rows_of(reader, lines, columns)
    finally:
        lines.let_go()


def _rows_of(reader: Iterator[list[str]], lines: _Lines, columns: tuple[str, ...]) -> Iterator[RawRow]:
    while True:
        before = lines.number
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _unreadable(error, lines.number) from None
        if cells is None:
            return
        if lines.number > before + 1:
            yield _spanning(columns, cells, before + 1, lines.number)
        elif any(cells):
            yield row_of(columns, cells, lines.number)


def _spanning(columns: tuple[str, ...], cells: list[str], first: int, last: int) -> RawRow:
    """A quote that was never meant to open a text swallows rows: what spans lines is never taken as one row."""
    message = f"a quoted text runs from line {first} to {last}; take line breaks out of texts and check the quotes"
    return row_of(columns, cells, first)._replace(problem=RowProblem("", "ROW_SPANS_LINES", message))


class _Lines:
    """Lines of text, counted, none of them longer than a row may be."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.number = 0
        self._encoding = encoding
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline="")

    def let_go(self) -> None:
        """Leave the stream to whoever opened it, to be closed there."""
        self._text.detach()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            line = self._text.readline(LARGEST_ROW + 1)
        except UnicodeError:
            name = self._encoding.removesuffix("-sig")  # Python's word for a mark at the beginning that may be there
            raise FormatError(
                f"the file is not {name}; set the encoding of the source system, such as cp1252",
                code="WRONG_ENCODING",
                line=self.number + 1,
            ) from None
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > LARGEST_ROW:
            raise FormatError("the line is too long for a receivable", code="LINE_TOO_LONG", line=self.number)
        return line


def _encoding(name: str) -> str:
    return "utf-8-sig" if name.lower().replace("_", "-") in ("utf-8", "utf8") else name


def _unreadable(error: csv.Error, line: int) -> FormatError:
    return FormatError(
        f"the row cannot be parted into columns ({error}); check quotes and delimiter", code="ROW_UNREADABLE", line=line
    )
