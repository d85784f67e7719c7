"""A file of receivables as rows, whichever of the three kinds it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from hub.errors import FormatError
from hub.formats.rows.csv_rows import read_csv
from hub.formats.rows.json_rows import read_json
from hub.formats.rows.raw_rows import RowStream
from hub.formats.rows.xlsx_rows import read_xlsx
from hub.model.source_system import FileFormat, SourceSystem

HEAD_BYTES = 4096
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_READERS: dict[FileFormat, Callable[[BinaryIO, SourceSystem], RowStream]] = {
    FileFormat.CSV: read_csv,
    FileFormat.JSON: read_json,
    FileFormat.XLSX: read_xlsx,
}


def read_rows(stream: BinaryIO, system: SourceSystem) -> RowStream:
    """Read a file by what its source system declares; a format that is not declared is seen from the first bytes.

    `stream` can be rewound, and is read while the rows are asked for.

    Raises:
        FormatError: now or while rows are read: the file as a whole cannot be read.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    found = _format_of(head)
    declared = system.format if "format" in system.model_fields_set else found
    if FileFormat.XLSX in (declared, found) and declared is not found:
        raise FormatError(f"the source system declares {declared}, the file looks like {found}", code="WRONG_FORMAT")
    return _READERS[declared](stream, system)


def _format_of(head: bytes) -> FileFormat:
    if not head:
        raise FormatError("the file is empty", code="EMPTY")
    if head.startswith(_ZIP):
        return FileFormat.XLSX
    if head.startswith(_OLD_EXCEL):
        raise FormatError("the old Excel format .xls is not read; save the workbook as .xlsx", code="OLD_EXCEL")
    begins = head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    return FileFormat.JSON if begins in (b"[", b"{") else FileFormat.CSV
