"""Files of lines: fixed width and CSV, record by record and in constant memory."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from hub.errors import FormatError
from hub.formats.declared.compiled import CompiledFile, RawRow, Record, Says
from hub.formats.declared.document import FileForm
from hub.formats.declared.lettering import bare, filled

LONGEST_LINE = 8192  # characters; more without a line end is no record
LINE_ENDS = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}
_UNDECODED = re.compile("[\udc80-\udcff]")
_END_OF_FILE = "\x1a"  # left by old file transfers


def written_lines(file: CompiledFile, rows: Iterable[tuple[Record, Sequence[str]]]) -> str:
    """Return the whole file as text."""
    end = LINE_ENDS[file.form.line_end]
    if file.form.format == "csv":
        return _csv(file, rows, end)
    return "".join(f"{_fixed(record, texts)}{end}" for record, texts in rows)


def read_lines(file: CompiledFile, stream: BinaryIO) -> Iterator[RawRow]:
    """Yield the records of a file. Raises FormatError."""
    lines = _decoded(stream, file.form)
    if file.form.format == "csv":
        yield from _csv_rows(file, lines)
        return
    for number, line in lines:
        record = record_of(file, line)
        if record is None:
            raise _unknown(number, line)
        yield RawRow(record, list(_cut(record, line, number)), number)


def record_of(file: CompiledFile, line: str) -> Record | None:
    """Return the record that a line is by what it begins with, the longest code first."""
    by_length = sorted(file.records, key=lambda record: -len(record.code))
    return next((record for record in by_length if line.startswith(record.code)), None)


def _fixed(record: Record, texts: Sequence[str]) -> str:
    if record.separator:
        return record.separator.join([record.code, *texts] if record.code else texts) + record.ending
    line = record.code + "".join(filled(text, slot) for slot, text in zip(record.slots, texts, strict=True))
    return line.ljust(record.width)


def _cut(record: Record, line: str, number: int) -> Iterator[str]:
    """Yield the text of each field."""
    if record.separator:
        yield from _parted(record, line, number)
        return
    end = len(record.code)
    for slot in record.slots:
        end = slot.start + slot.width if slot.width else len(line)
        raw = line[slot.start : end]
        if slot.up_to and not slot.width and len(raw.rstrip(" ")) > slot.up_to:
            raise FormatError(
                "the field is too long", code="LINE_TOO_LONG", line=number, record=record.name, field=slot.name
            )
        yield raw if slot.says is Says.CONSTANT else bare(raw, slot)
    if line[end:].strip(" "):
        raise FormatError(
            "the record goes on behind its last field", code="LINE_TOO_LONG", line=number, record=record.name
        )


def _parted(record: Record, line: str, number: int) -> Iterator[str]:
    whole = line.rstrip(" ")
    if not whole.endswith(record.ending):
        raise FormatError(f"must end with {record.ending}", code="LINE_CUT", line=number, record=record.name)
    parts = whole.removesuffix(record.ending).split(record.separator)
    if record.code:
        parts = parts[1:]
    if len(parts) != len(record.slots):
        raise FormatError(
            f"has {len(parts)} fields, not {len(record.slots)}", code="FIELD_COUNT", line=number, record=record.name
        )
    yield from parts


def _csv(file: CompiledFile, rows: Iterable[tuple[Record, Sequence[str]]], end: str) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=file.form.delimiter, lineterminator=end)
    if file.form.header:
        writer.writerow(slot.column for slot in _headed(file).slots)
    for record, texts in rows:
        writer.writerow([record.code, *texts] if record.code else texts)
    return written.getvalue()


def _csv_rows(file: CompiledFile, lines: Iterator[tuple[int, str]]) -> Iterator[RawRow]:
    counted = _Counted(lines)
    reader = csv.reader(counted, delimiter=file.form.delimiter, strict=True)
    try:
        if file.form.header:
            _require_heading(next(reader, []), _headed(file))
        for cells in reader:
            if any(cells):
                yield _csv_row(file, cells, counted.number)
    except csv.Error as error:
        raise FormatError(
            f"the row cannot be parted into columns ({error})", code="ROW_UNREADABLE", line=counted.number
        ) from None


def _csv_row(file: CompiledFile, cells: list[str], number: int) -> RawRow:
    record = next((one for one in file.records if not one.code or one.code == cells[0]), None)
    if record is None:
        raise _unknown(number, cells[0])
    texts = cells[1:] if record.code else cells
    if len(texts) != len(record.slots):
        raise FormatError(
            f"has {len(texts)} columns, not {len(record.slots)}", code="FIELD_COUNT", line=number, record=record.name
        )
    return RawRow(record, texts, number)


def _headed(file: CompiledFile) -> Record:
    """Return the record that the heading is of: a file with a heading has one alone."""
    return file.records[0]


def _require_heading(found: list[str], record: Record) -> None:
    wanted = [slot.column for slot in record.slots]
    if [name.strip() for name in found] != wanted:
        missing = next((name for name in wanted if name not in found), "")
        hint = f"the column {missing} is missing" if missing else "they stand in another order"
        raise FormatError(f"the heading names other columns than the layout: {hint}", code="HEADING", line=1)


class _Counted:
    """Lines without their numbers, for the library; the number of the latest is kept."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self.number = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        return f"{line}\n"


def _decoded(stream: BinaryIO, form: FileForm) -> Iterator[tuple[int, str]]:
    """Yield lines that are not blank, with their numbers."""
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    lines = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline=None)
    try:
        yield from _numbered(lines, form)
    finally:
        with suppress(ValueError):  # it is closed already
            lines.detach()  # whoever opened the stream closes it


def _numbered(lines: io.TextIOWrapper, form: FileForm) -> Iterator[tuple[int, str]]:
    number = 0
    while True:
        number += 1
        line = lines.readline(LONGEST_LINE + 1)
        if not line:
            return
        if len(line) > LONGEST_LINE:
            raise FormatError("the line is too long for a record", code="LINE_TOO_LONG", line=number)
        text = line.rstrip("\n").rstrip(_END_OF_FILE)
        if _UNDECODED.search(text):
            raise FormatError(f"the file is not {form.encoding}", code="WRONG_ENCODING", line=number)
        if "\x00" in text:
            raise FormatError("the file holds NUL characters", code="NUL", line=number)
        if text.strip(" "):
            yield number, text


def _unknown(number: int, said: str) -> FormatError:
    return FormatError(
        "the layout has no such record; add it, or ask the sender what it is",
        code="RECORD_UNKNOWN",
        line=number,
        value=said[:8],
    )
