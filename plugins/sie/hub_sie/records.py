"""Lines of a SIE file as records: a label, its fields, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hub.errors import FormatError
from hub_sie.fields import Fields, split
from hub_sie.pc8 import PC8

LONGEST_LINE = 64 * 1024  # bytes; a voucher's text has a few hundred at the most
OPEN, CLOSE = "{", "}"
_END_OF_FILE = b"\x1a"  # DOS programs put it behind the last line
_OF_UTF8 = re.compile(rb"\xef\xbb\xbf|\xc3[\x80-\xbf]")  # its mark, or a letter such as ä
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PC8_NAMED = "pc8"


class Record(NamedTuple):
    """One record; the braces around the lines of a voucher are records of their own."""

    line: int
    label: str  # without #, in capitals; `{` and `}` as they are
    fields: Fields

    def error(self, message: str, code: str, field: str = "") -> FormatError:
        """Return the error of this record."""
        return FormatError(message, code=code, line=self.line, record=f"#{self.label}", field=field)

    def text(self, place: int, field: str) -> str:
        """Return a field that must be there. Raises FormatError."""
        value = self.fields[place] if place < len(self.fields) else None
        if not isinstance(value, str):
            raise self.error("the field is missing, or is a list of objects", "FIELD_MISSING", field)
        return value

    def text_if_given(self, place: int) -> str:
        """Return a field that may be left out; '' when it is."""
        value = self.fields[place] if place < len(self.fields) else ""
        return value if isinstance(value, str) else ""

    def objects(self, place: int) -> tuple[str, ...]:
        """Return the list of objects. Raises FormatError when there is none."""
        value = self.fields[place] if place < len(self.fields) else None
        if not isinstance(value, tuple):
            raise self.error("the braces of the objects are missing: write {} where there are none", "OBJECTS_MISSING")
        return value


def records(stream: BinaryIO, encoding: str) -> Iterator[Record]:
    """Yield the records of a file. Raises FormatError with the line."""
    number = 0
    while content := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(content) > LONGEST_LINE:
            raise FormatError("the line is longer than any of SIE", code="LINE_TOO_LONG", line=number)
        text = _decoded(content.rstrip(b"\r\n"), number, encoding)
        if text:
            yield _record(text, number)


def _decoded(content: bytes, line: int, encoding: str) -> str:
    if encoding == _PC8_NAMED and _OF_UTF8.search(content):
        message = "the line is written in UTF-8, and SIE is written in PC8: see the setting encoding"
        raise FormatError(message, code="ENCODING", line=line)
    try:
        text = content.decode(PC8 if encoding == _PC8_NAMED else encoding)
    except UnicodeDecodeError:
        raise FormatError(f"the line is not written in {encoding}", code="ENCODING", line=line) from None
    if content == _END_OF_FILE:
        return ""
    if _CONTROL.search(text):
        raise FormatError("the line holds control characters", code="CONTROL_CHARACTER", line=line)
    return text.strip(" \t")


def _record(text: str, line: int) -> Record:
    if text in (OPEN, CLOSE):
        return Record(line, text, [])
    label, _, rest = text.partition(" ") if "\t" not in text.split(" ")[0] else text.partition("\t")
    if not label.startswith("#") or not label[1:].isalnum() or not label.isascii():
        raise FormatError("the line begins with no label, such as #VER", code="LABEL_MISSING", line=line)
    return Record(line, label[1:].upper(), split(rest.strip(" \t"), line))
