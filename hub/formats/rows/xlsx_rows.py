"""Rows of an Excel workbook (.xlsx), read as a stream, after a look at what its zip archive would unpack to."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from hub.errors import FormatError, HubError
from hub.formats.rows.raw_rows import MOST_COLUMNS, RawRow, RowStream, heading, row_of
from hub.model.source_system import FileFormat, SourceSystem

LARGEST_UNPACKED = 512 * 1024 * 1024  # a million rows of twenty columns unpack to less
LARGEST_SHARED_TEXTS = 128 * 1024 * 1024  # they are held in memory
HIGHEST_RATIO = 200  # sheets of numbers shrink to a tenth or a fiftieth; bombs to a thousandth
RATIO_MATTERS_ABOVE = 16 * 1024 * 1024
MOST_PARTS = 2_000
MOST_ROWS = 1_048_576  # what Excel itself can hold
SIGNIFICANT_DIGITS = ".15g"  # what Excel calculates with; the rest of a float is noise


def read_xlsx(stream: BinaryIO, system: SourceSystem) -> RowStream:
    """Read the heading of the declared sheet now and its rows as they are asked for.

    Numbers come as int or Decimal, dates as date.

    Raises:
        FormatError: no workbook, a hostile archive, no such sheet, no heading.
    """
    _refuse_hostile_archive(stream)
    rows = _sheet_rows(stream, system.sheet)
    for line, cells in rows:
        if line == system.header_row:
            columns = heading(cells, line)
            return RowStream(FileFormat.XLSX, columns, _rows(rows, columns))
    raise FormatError("the sheet ends before its row of column headings; see header_row", code="HEADING_MISSING")


def _rows(rows: Iterator[tuple[int, tuple[Any, ...]]], columns: tuple[str, ...]) -> Iterator[RawRow]:
    width = len(columns)
    for line, values in rows:
        if any(value is not None for value in values):
            padded = values + (None,) * (width - len(values))
            yield row_of(columns, [_cell(value) for value in padded], line)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    return Decimal(format(value, SIGNIFICANT_DIGITS)) if isinstance(value, float) else value


def _sheet_rows(stream: BinaryIO, sheet: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield row number and values."""
    rows = _quietly(lambda: _chosen(stream, sheet).iter_rows(values_only=True))
    for line in range(1, MOST_ROWS + 2):
        values = _quietly(lambda: next(rows, None))
        if values is None:
            return
        if line > MOST_ROWS or len(values) > MOST_COLUMNS:
            raise FormatError("more rows or columns than a sheet can have", code="SHEET_TOO_LARGE", line=line)
        yield line, values


def _quietly(read: Callable[[], Any]) -> Any:
    """Let the library read, without its warnings of styles and extensions; its many ways to say no become one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except HubError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library meets in a damaged or hostile workbook
        raise FormatError(
            f"the workbook cannot be read ({type(error).__name__}); open it in Excel and save it again",
            code="NOT_A_WORKBOOK",
        ) from None


def _chosen(stream: BinaryIO, sheet: str) -> Any:
    import openpyxl  # here: it takes a third of a second that no other file needs

    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    if sheet and sheet not in book.sheetnames:
        raise FormatError("the workbook has no sheet of the declared name; see sheet", code="SHEET_MISSING")
    worksheet: Any = book[sheet] if sheet else book.worksheets[0]
    worksheet.reset_dimensions()  # what the file says of its own size need not be true
    return worksheet


def _refuse_hostile_archive(stream: BinaryIO) -> None:
    """Refuse what would fill the memory, by the directory of the archive; unpacking stops at the sizes it states."""
    try:
        parts = zipfile.ZipFile(stream).infolist()
    except Exception as error:  # noqa: BLE001 - zipfile raises several kinds for damaged archives
        raise FormatError(
            f"the workbook is no whole zip archive ({type(error).__name__})", code="NOT_A_WORKBOOK"
        ) from None
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    texts = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    is_bomb = unpacked > RATIO_MATTERS_ABOVE and unpacked > HIGHEST_RATIO * max(packed, 1)
    if unpacked > LARGEST_UNPACKED or texts > LARGEST_SHARED_TEXTS or len(parts) > MOST_PARTS or is_bomb:
        raise FormatError(
            "the workbook would unpack to more than any real one; refuse it and ask who sent it", code="ZIP_BOMB"
        )
    stream.seek(0)
