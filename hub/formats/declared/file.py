"""One kind of file of a layout: written from a message, known by its beginning, read into items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from hub.errors import DataError
from hub.formats.declared.assembling import Assembler, Item
from hub.formats.declared.compiled import CompiledFile, RawRow, Record, Row, Slot, unwritable
from hub.formats.declared.conversions import DatePattern
from hub.formats.declared.disassembling import Message, rows_of
from hub.formats.declared.json_form import read_json, written_json
from hub.formats.declared.lettering import Lettering, Loss
from hub.formats.declared.lines import read_lines, record_of, written_lines
from hub.formats.declared.xml_form import read_xml, written_xml
from hub.formats.field_kinds import FieldRefused

HEAD_BYTES = 4096
NAMED_PART = re.compile(r"\{([a-z_]+)(?::([^}]*))?\}")
_UNSAFE = re.compile(r"[^\w.\-]")


class Written(NamedTuple):
    """A whole file, and what of it stands there in another way than it was given, as the layout allows."""

    content: bytes
    losses: tuple[Loss, ...]


class DeclaredFile:
    """One kind of file, compiled."""

    def __init__(self, compiled: CompiledFile) -> None:
        self._compiled = compiled
        self._form = compiled.form

    @property
    def name(self) -> str:
        """Its name within the layout."""
        return self._compiled.name

    @property
    def content(self) -> str:
        """The kind of message that it carries."""
        return self._form.content

    def file_name(self, values: Mapping[str, Any]) -> str:
        """Return what a file is called, by the fields of the whole message. Raises DataError."""
        return NAMED_PART.sub(lambda found: self._part(found, values), self._form.name)

    def write(self, message: Message) -> Written:
        """Return a message as a file: the same message gives the same bytes.

        Raises:
            DataError: a value is missing, too long, of another kind, or has letters that the encoding has not.
        """
        losses: list[Loss] = []
        lettering = Lettering(self._form, losses.append)
        rows = rows_of(self._compiled, message)
        said = [(row, _texts(row, number, lettering)) for number, row in enumerate(rows, 1)]
        if self._form.format == "xml":
            return Written(written_xml(self._compiled, said), tuple(losses))
        if self._form.format == "json":
            return Written(written_json(said).encode(self._form.encoding), tuple(losses))
        lines = written_lines(self._compiled, [(row.record, texts) for row, texts in said])
        return Written(lines.encode(self._form.encoding), tuple(losses))

    def read(self, stream: BinaryIO) -> Iterator[Item]:
        """Yield what a file says, in its order; what it says as a whole has a blank group.

        Raises:
            FormatError: at the first contradiction, ControlTotalMismatch for a count or total that differs.
        """
        assembler = Assembler(self._compiled)
        for row in self._raw_rows(stream):
            yield from assembler.take(row)
        yield from assembler.finish()

    def recognises(self, head: bytes) -> bool:
        """Say by the first 4 KiB whether a file is of this kind; takes any bytes, never raises."""
        beginning = head[:HEAD_BYTES].decode(self._form.encoding, "replace").lstrip("\ufeff")
        if self._form.recognised_by:
            return self._form.recognised_by in beginning
        if self._form.format == "xml":
            return re.search(rf"<(?:\w+:)?{re.escape(self._form.root or 'file')}[\s>/]", beginning) is not None
        if self._form.format == "json":
            return all(f'"{one}"' in beginning for one in self._first_names())
        return self._begins(beginning)

    def _begins(self, beginning: str) -> bool:
        first = next((line for line in beginning.splitlines() if line.strip()), "")
        if self._form.header:
            return [name.strip() for name in first.split(self._form.delimiter)] == [
                slot.column for slot in self._compiled.records[0].slots
            ]
        found = record_of(self._compiled, first)
        return found is not None and bool(found.code) and found in self._first_records()

    def _first_records(self) -> list[Record]:
        """Return the records that may be the first of a file."""
        first: list[Record] = []
        for record in self._compiled.records:
            first.append(record)
            if record.must_stand:
                break
        return first

    def _first_names(self) -> list[str]:
        record = self._compiled.records[0]
        return [record.at[0]] if record.at else [slot.path[0] for slot in record.slots if slot.is_required]

    def _raw_rows(self, stream: BinaryIO) -> Iterator[RawRow]:
        if self._form.format == "xml":
            return read_xml(self._compiled, stream)
        if self._form.format == "json":
            return read_json(self._compiled, stream)
        return read_lines(self._compiled, stream)

    def _part(self, found: re.Match[str], values: Mapping[str, Any]) -> str:
        name, how = found[1], found[2] or ""
        value = values.get(name)
        if value is None or value == "":
            raise DataError(f"the name of the file needs {name}, which is not given")
        if how.isdigit():
            return f"{value:0>{how}}"
        text = DatePattern(how).write(value) if how else str(value)
        return _UNSAFE.sub("_", text)


def _texts(row: Row, number: int, lettering: Lettering) -> list[str]:
    return [
        _text(row.record, slot, value, number, lettering)
        for slot, value in zip(row.record.slots, row.values, strict=True)
    ]


def _text(record: Record, slot: Slot, value: Any, number: int, lettering: Lettering) -> str:
    try:
        return lettering.text(slot.said(value), number, record, slot)
    except FieldRefused as refused:
        raise unwritable(refused, record, slot) from None
