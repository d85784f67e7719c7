"""The records of a file, whatever stands above and around them: titles, a seal, blank lines, TABs, trimmed lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

from hub.errors import FormatError, UnrecognisedFile
from hub.formats.fixed_width import RECORD_WIDTH, RecordLayout
from hub.formats.record_lines import RecordLine, record_lines
from hub.formats.record_stream import BYTE_ORDER_MARK
from hub_bankgiro.forms import MOST_TITLE_LINES, FileForm, first_form, form_of
from hub_bankgiro.layouts.autogiro_from_bankgirot import ROW
from hub_bankgiro.oddities import Oddities

_LINES_LOOKED_AT = MOST_TITLE_LINES + 2


class Record(NamedTuple):
    """One record of a known code, as wide as its layout."""

    line: int
    layout: RecordLayout
    text: str

    @property
    def code(self) -> str:
        """The record code; `row` where records have none."""
        return self.layout.code or ROW

    def read(self) -> dict[str, Any]:
        """Return the values by field name. Raises FormatError."""
        return self.layout.read(self.text, self.line)


class RecordFile:
    """One file: its form is known when it is made, its records come one by one."""

    def __init__(self, stream: BinaryIO, oddities: Oddities) -> None:
        """Look at the first lines.

        Raises:
            UnrecognisedFile: it is of no known form.
            FormatError: titles stand above its records and the reader is strict, or the bytes are no lines.
        """
        lines = record_lines(stream)
        first = list(islice(lines, _LINES_LOOKED_AT))
        titles, form = first_form(line.text.ljust(RECORD_WIDTH) for line in first)
        if form is None:
            raise UnrecognisedFile("no record that a file of Bankgirot or Plusgirot begins with is found")
        self.form: FileForm = form
        self.titles = first[:titles]
        self.oddities = oddities
        self._is_told = False
        self.lines: Iterator[RecordLine] = chain(first[titles:], lines)
        _tell_titles(self.titles, oddities)

    def __iter__(self) -> Iterator[Record]:
        """Yield the records in file order. Raises FormatError for a code that the form does not have."""
        for line in self.lines:
            if not line.is_blank:
                yield self.record_of(line)

    def record_of(self, line: RecordLine) -> Record:
        """Return the record of a line that is not blank. Raises FormatError."""
        self._tell_encoding(line)
        text = fitted(line, self.oddities)
        layout = self.form.layout_of(text)
        if layout is None:
            message = f"a file of {self.form.format} has no such record; ask the sender for the original"
            raise FormatError(message, code="RECORD_UNKNOWN", line=line.number, record=text[:2])
        record = Record(line.number, layout, text)
        for name in layout.stray_fields(text):
            self.oddities.note("SPARE_NOT_BLANK", "reserved positions are not blank", line.number, record.code, name)
        return record

    def _tell_encoding(self, line: RecordLine) -> None:
        if line.encoding == "utf-8" and not self._is_told and not line.is_damaged:
            self._is_told = True
            self.oddities.note("ENCODING_DIFFERS", "the file is UTF-8 where latin-1 is due; read as that", line.number)


def form_of_head(head: bytes) -> FileForm | None:
    """Return the form of a file that begins with `head`, None when it is none of Bankgirot's; never raises."""
    lines = _lines_of(head)[:_LINES_LOOKED_AT]
    return first_form(line[:RECORD_WIDTH].ljust(RECORD_WIDTH) for line in lines)[1]


def form_below_titles(head: bytes) -> FileForm | None:
    """Return the form of a file whose opening record stands anywhere in `head`; never raises."""
    return next((form for line in _lines_of(head) if (form := form_of(line[:RECORD_WIDTH].ljust(RECORD_WIDTH)))), None)


def _lines_of(head: bytes) -> list[str]:
    text = head.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")
    if "\ufffd" in text[:-4]:
        text = head.decode("latin-1")
    lines = text.splitlines()
    if len(lines) == 1:  # records without line ends
        lines = [text[start : start + RECORD_WIDTH] for start in (0, RECORD_WIDTH)]
    return lines


def fitted(line: RecordLine, oddities: Oddities) -> str:
    """Return a line as wide as a record, and note what was damaged. Raises FormatError."""
    text = line.text.rstrip("\x1a")
    if line.is_damaged:
        oddities.note("DAMAGED_TEXT", "letters were lost or encoded twice", line.number, text[:2])
    if "\t" in text:
        text = _without_tab(text, line.number, oddities)
    if text[RECORD_WIDTH:].strip(" "):
        message = f"the record goes on after position {RECORD_WIDTH}; ask the sender for the original"
        raise FormatError(message, code="LINE_TOO_LONG", line=line.number, record=text[:2])
    return text[:RECORD_WIDTH].ljust(RECORD_WIDTH)


def _without_tab(text: str, line: int, oddities: Oddities) -> str:
    """Take TABs behind the last letter for blanks; any other hides where fields stand."""
    oddities.note("TAB", "TABs stand in place of blanks", line, text[:2])
    if text.rstrip(" \t").count("\t"):
        message = "a TAB hides where the fields stand; ask the sender for the original file"
        raise FormatError(message, code="TAB", line=line, record=text[:2])
    return text.rstrip(" \t")


def _tell_titles(titles: list[RecordLine], oddities: Oddities) -> None:
    written = [line.number for line in titles if not line.is_blank]
    if written:
        oddities.note("TITLE_LINES", f"lines above the first record are no records: {len(written)}", written[0])
