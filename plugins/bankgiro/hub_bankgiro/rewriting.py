"""A file that was read is written back byte for byte: every record by its layout, with what of it was not regular.

What a layout would write otherwise than it stood there (`spelled`), where a line was trimmed or padded, its end and its
encoding are remembered beside the values. Titles and blank lines come back as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from hub.errors import FormatError
from hub.formats.fixed_width import RecordLayout
from hub.formats.record_lines import RecordLine
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile


class KeptRecord(NamedTuple):
    """One record with everything that its bytes are made of again."""

    layout: RecordLayout
    values: dict[str, Any]
    spelled: tuple[tuple[int, str], ...]  # from which position what stood there, where the layout writes otherwise
    line: RecordLine

    def written(self) -> bytes:
        """Return the record's bytes, as values and layout give them."""
        text = self.layout.write(**self.values)
        for start, raw in self.spelled:
            text = text[:start] + raw + text[start + len(raw) :]
        return self.line.encoded(text[: len(self.line.verbatim)])


def kept(record: Record, line: RecordLine) -> KeptRecord:
    """Return what a record is written again by. Raises FormatError when it cannot be read."""
    values = record.read()
    written = record.layout.write(**_writable(values))
    return KeptRecord(record.layout, _writable(values), tuple(_differences(record.layout, written, line)), line)


def write_back(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a file again, line by line. Raises FormatError where it cannot be read."""
    file = RecordFile(stream, Oddities(strict=False, per_code=0))
    for line in file.titles:
        yield line.encoded(line.verbatim)
    for line in file.lines:
        yield line.encoded(line.verbatim) if line.is_blank else kept(file.record_of(line), line).written()


def _differences(layout: RecordLayout, written: str, line: RecordLine) -> Iterator[tuple[int, str]]:
    """Yield where the line differs from what is written of it, field by field, and what goes beyond the record."""
    stood = line.verbatim
    if stood[: len(layout.code)] != layout.code:
        raise FormatError("the record has another code than its layout", code="CODE_DIFFERS", line=line.number)
    for field in layout.fields:
        raw = stood[field.span]
        if raw != written[field.span][: len(raw)]:
            yield field.first - 1, raw
    if len(stood) > layout.width:
        yield layout.width, stood[layout.width :]


def _writable(values: dict[str, Any]) -> dict[str, Any]:
    """Return values that any layout writes: a letter that was lost stands in `spelled`."""
    return {name: _without_marks(value) for name, value in values.items()}


def _without_marks(value: Any) -> Any:
    if not isinstance(value, str) or (value.isprintable() and "\ufffd" not in value):
        return value
    return "".join("?" if letter == "\ufffd" or not letter.isprintable() else letter for letter in value)
