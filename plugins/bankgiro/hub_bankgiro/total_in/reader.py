"""The Total IN reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from hub.contracts import Recognition
from hub.errors import ControlTotalMismatch, FormatError
from hub.model.payment_file import (
    FileClosed,
    FileEvent,
    FileOpened,
    Level,
    OtherEntry,
    PayeeAccount,
    Payment,
    SectionClosed,
    SectionOpened,
)
from hub_bankgiro.content_keys import content_key_of
from hub_bankgiro.forms import TOTAL_IN
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile, form_of_head
from hub_bankgiro.total_in.entry import Entry
from hub_bankgiro.translate import iso_timestamp

TEST_SERVICE = "TOTALIN-T"
_FOLLOWING = ("30", "40", "50", "51", "52", "60", "61", "62", "63", "70")


class TotalInReader:
    """Reads incoming payments to Plusgirot (*Total IN, Total IN Bas*) with several accounts and currencies.

    Source: Total IN, Total IN Basic, Record Descriptions, version 1.10, October 2013.
    """

    name = "total_in"

    def __init__(self, *, strict: bool = False, warnings_per_code: int = 20) -> None:
        self._strict = strict
        self._warnings_per_code = warnings_per_code

    def recognises(self, head: bytes) -> Recognition:
        """Say whether the file begins with Total IN's file header; never raises."""
        return Recognition.YES if form_of_head(head) is TOTAL_IN else Recognition.NO

    def content_key(self, stream: BinaryIO) -> str:
        """Return a digest of the records, without titles and line ends. Raises FormatError."""
        return content_key_of(stream)

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        """Yield what the file says, account by account, in file order and in constant memory.

        Payments carry no booked date; the account's is said when its section closes.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        file = RecordFile(stream, Oddities(strict=self._strict, per_code=self._warnings_per_code))
        if file.form is not TOTAL_IN:
            raise FormatError(f"{file.form.format}: no file of Total IN", code="OTHER_FORMAT")
        reading = _Reading()
        for record in file:
            yield from reading.take(record)
            yield from file.oddities.taken()
        yield from file.oddities.summaries()
        yield reading.closed()


class _Reading:
    """One file while it is read."""

    def __init__(self) -> None:
        self._records = 0
        self._account: dict[str, Any] | None = None
        self._entry: Entry | None = None
        self._is_ended = False
        self._line = 0
        self._count = self._net_ore = self._told = 0
        self._totals = {"20": 0, "25": 0}

    def take(self, record: Record) -> Iterator[FileEvent]:
        self._records += 1
        self._line = record.line
        self._check_place(record)
        if record.code in _FOLLOWING:
            assert self._entry is not None  # as its place was checked
            self._entry.add(record)
            return
        yield from self._finished()
        if record.code == "00":
            yield _opened(record.read())
        elif record.code == "10":
            yield self._account_opened(record)
        elif record.code == "90":
            yield self._account_closed(record)
        elif record.code == "99":
            self._end(record)
        else:
            self._begin_entry(record)

    def _check_place(self, record: Record) -> None:
        places = {
            "00": self._records == 1,
            "10": self._records > 1 and self._account is None,
            "99": self._records > 1 and self._account is None,
            **dict.fromkeys(("20", "25", "90"), self._account is not None),
        }
        if self._is_ended or not places.get(record.code, self._entry is not None):
            message = "the record stands where none of its kind may; ask for the file again"
            raise FormatError(message, code="RECORD_MISPLACED", line=record.line, record=record.code)

    def _account_opened(self, record: Record) -> SectionOpened:
        self._account = record.read()
        self._count = self._net_ore = self._told = 0
        account = PayeeAccount("plusgiro", self._account["account"].lstrip("0"))
        return SectionOpened(account, Level.SPECIFICATION, self._account["currency"])

    def _begin_entry(self, record: Record) -> None:
        assert self._account is not None  # as its place was checked
        self._entry = Entry(record, self._account["currency"])
        self._count += 1
        self._net_ore += self._entry.amount_ore if record.code == "20" else -self._entry.amount_ore

    def _finished(self) -> Iterator[FileEvent]:
        if self._entry is None:
            return
        event = self._entry.finish()
        self._entry = None
        if not isinstance(event, OtherEntry):
            self._told += 1
            self._totals["20" if isinstance(event, Payment) else "25"] += 1
        yield event

    def _account_closed(self, record: Record) -> SectionClosed:
        stated = record.read()
        _agree(record, "count", stated["count"], self._count)
        _agree(record, "amount", stated["amount"], self._net_ore)
        assert self._account is not None  # as its place was checked
        day, self._account = self._account["date"], None
        return SectionClosed(record.line, self._net_ore, self._told, day, stated["statement"])

    def _end(self, record: Record) -> None:
        _agree(record, "records", record.read()["records"], self._records)
        self._is_ended = True

    def closed(self) -> FileClosed:
        if not self._is_ended:
            raise FormatError("the file ends before its last record; fetch it again", code="TRUNCATED")
        return FileClosed(self._line, self._totals["20"], self._totals["25"])


def _opened(values: dict[str, Any]) -> FileOpened:
    created = iso_timestamp(values["timestamp"])
    identity = f"{values['timestamp']}-{values['delivery']}"
    return FileOpened(TOTAL_IN.format, "total_in", identity, created, values["service"] == TEST_SERVICE)


def _agree(record: Record, field: str, stated: int, computed: int) -> None:
    if stated != computed:
        raise ControlTotalMismatch(
            f"the {field} of the last record does not agree with those before it",
            stated=stated,
            computed=computed,
            line=record.line,
            record=record.code,
            field=field,
        )
