"""The reader: bytes into rows, rows into events, in constant memory; balances and counts must agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from hub.contracts import Recognition
from hub.errors import ControlTotalMismatch, FormatError
from hub.model.payment_file import FileClosed, FileEvent, FileOpened, Payment, Reversal, SectionClosed
from hub_fjordbanken.settings import FjordbankenSettings
from hub_fjordbanken.translate import Row, balance_of, count_of, entry_of, row_of, section_of

BEGINNING = b"FJORDBANKEN;KONTOUTDRAG;"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK_BYTES = 1 << 14
LONGEST_LINE_BYTES = (
    2000  # the bank's longest record is far shorter; without a limit a file of one line fills the memory
)


class FjordbankenReader:
    """Reads account statements of Fjordbanken (*kontoutdrag*)."""

    name = "fjordbanken"

    def __init__(self, settings: FjordbankenSettings | None = None) -> None:
        self._settings = settings or FjordbankenSettings()

    def recognises(self, head: bytes) -> Recognition:
        """Say whether the file begins with the bank's own words; never raises."""
        start = head.removeprefix(BYTE_ORDER_MARK)
        return Recognition.YES if start.startswith(BEGINNING) else Recognition.NO

    def content_key(self, stream: BinaryIO) -> str:
        """Return SHA-256 over all values, without line ends and blanks around values. Raises FormatError."""
        digest = hashlib.sha256()
        for _, values in _lines(stream):
            digest.update(";".join(values).encode() + b"\n")
        return digest.hexdigest()

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        """Yield what the file says, in file order and in constant memory.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        return _Statement(self._settings).events(row_of(line, values) for line, values in _lines(stream))


class _Statement:
    """Knows which record may follow which, and what must add up."""

    def __init__(self, settings: FjordbankenSettings) -> None:
        self._settings = settings
        self._awaited: tuple[str, ...] = ("FJORDBANKEN",)
        self._currency = ""
        self._entry = 0  # rows of this account
        self._rows = 0  # rows of the file
        self._payments = 0
        self._balance_ore = 0  # opening balance and all rows so far
        self._opening_ore = 0

    def events(self, rows: Iterator[Row]) -> Iterator[FileEvent]:
        for row in rows:
            if row.record not in self._awaited:
                due = " or ".join(self._awaited) or "nothing"
                raise row.refusal("record", "RECORD_MISPLACED", f"{due} must follow here")
            yield from getattr(self, f"_read_{row.record.lower()}")(row)
        if self._awaited:
            raise FormatError("the file ends without its record SLUT; fetch it again", code="TRUNCATED")

    def _read_fjordbanken(self, row: Row) -> Iterator[FileEvent]:
        if (row.fields["kind"], row.fields["version"]) != ("KONTOUTDRAG", "1"):
            raise row.refusal("version", "VERSION_UNKNOWN", "only account statements of version 1 are read")
        self._awaited = ("KONTO",)
        yield FileOpened("fjordbanken", "fjordbanken", "", row.fields["created_at"])

    def _read_konto(self, row: Row) -> Iterator[FileEvent]:
        section = section_of(row)
        self._currency, self._entry = section.currency, 0
        self._awaited = ("IN",)
        yield section

    def _read_in(self, row: Row) -> Iterator[FileEvent]:
        balance = balance_of(row, self._currency)
        self._balance_ore = self._opening_ore = balance.amount_ore
        self._awaited = ("RAD", "UT")
        yield balance

    def _read_rad(self, row: Row) -> Iterator[FileEvent]:
        self._entry += 1
        self._rows += 1
        event = entry_of(row, self._entry, self._currency, keep_message=self._settings.keep_messages)
        self._payments += isinstance(event, Payment)
        self._balance_ore += -event.amount_ore if isinstance(event, Reversal) else event.amount_ore
        yield event

    def _read_ut(self, row: Row) -> Iterator[FileEvent]:
        balance = balance_of(row, self._currency)
        if balance.amount_ore != self._balance_ore:
            raise ControlTotalMismatch(
                "the closing balance does not follow from the opening balance and the rows",
                stated=balance.amount_ore,
                computed=self._balance_ore,
                line=row.line,
                record=row.record,
                field="amount",
            )
        self._awaited = ("KONTO", "SLUT")
        yield balance
        yield SectionClosed(row.line, self._balance_ore - self._opening_ore, self._entry, balance.on_date)

    def _read_slut(self, row: Row) -> Iterator[FileEvent]:
        stated = count_of(row)
        if stated != self._rows:
            raise ControlTotalMismatch(
                "the number of rows differs", stated=stated, computed=self._rows, line=row.line, record=row.record
            )
        self._awaited = ()
        yield FileClosed(row.line, self._payments, 0)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the values of every line that is not blank. Raises FormatError for what is no UTF-8 text."""
    for number, line in enumerate(_raw_lines(stream), start=1):
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            raise FormatError("the line is not UTF-8; ask for the original", code="ENCODING", line=number) from None
        if not text.replace("\t", "").rstrip("\r").isprintable():
            raise FormatError("the line holds control characters", code="CONTROL_CHARACTER", line=number)
        if text.strip():
            yield number, [value.strip() for value in text.split(";")]


def _raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
        if len(rest) > LONGEST_LINE_BYTES:
            raise FormatError("a line has no end; this is no statement", code="LINE_TOO_LONG")
    if rest:
        yield rest
