"""The order of records in a BgMax file, and the totals they must agree with.

Two roads lead to the same payments. Most payments are *plain*: one expression made of the declared layouts takes the
payment record and what follows it in one go. Every other record is read field by field. A test holds both to the
same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from hub.errors import ControlTotalMismatch, FormatError
from hub.formats.record_stream import Grid
from hub.identifiers.luhn import has_check_digit, is_digits
from hub.model.payment_file import (
    FileClosed,
    FileEvent,
    FileOpened,
    Level,
    SectionClosed,
    SectionOpened,
)
from hub_bankgiro.codes import DEPOSIT_TYPES
from hub_bankgiro.entry import Entry, note_check_digit, note_reserved_codes
from hub_bankgiro.layouts.bgmax import ANY_RECORD, LAYOUTS, PLAIN_PAYMENT
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.repair import repaired
from hub_bankgiro.section import Section
from hub_bankgiro.translate import account_of, iso_timestamp, plain_payment

FORMAT = "BgMax"
FAMILY = "bgmax"
BLANKS = " \x1a"
DEPOSIT_MARKS = ("", *DEPOSIT_TYPES.codes)
TILES = re.compile(f"{PLAIN_PAYMENT}|{ANY_RECORD}", re.DOTALL)  # line feeds stand between records only
REFERENCE_CODE = 3  # groups of a tile, in the order the layouts declare them
RECORD = 16

Handler = Callable[[str, dict[str, Any], int], None]


class RecordSequence:
    """Turns the records of one file into events; knows what may follow what."""

    def __init__(self, oddities: Oddities) -> None:
        self._waiting: list[FileEvent] = []
        self._oddities = oddities
        self._is_open = False
        self._section: Section | None = None
        self._entry: Entry | None = None
        self._end: FileClosed | None = None
        self._counts = {"payments": 0, "deductions": 0, "extra_references": 0, "deposits": 0}
        self._without_amount = {"20": 0, "21": 0}
        self._last_line = 0
        self._handlers: dict[str, Handler] = {
            "01": self._start,
            "05": self._open_section,
            "20": self._start_entry,
            "21": self._start_entry,
            "15": self._close_section,
            "70": self._finish_file,
        }

    def events(self, grid: Grid) -> Iterator[FileEvent]:
        """Yield what these records say. Raises FormatError at the first contradiction."""
        line = grid.first_line
        section = self._idle_section()
        for tile in TILES.findall(repaired(grid, self._oddities)):
            if tile[RECORD]:
                yield from self._record(tile[RECORD], line)
                section = self._idle_section()
                line += 1
                continue
            if section is None:
                section = self._section_for_entry(line, "20")
                yield from self._taken()
            payment = plain_payment(tile, line, section.currency)
            section.payments += 1
            section.credit_ore += payment.amount_ore
            if tile[REFERENCE_CODE] == "2" and not has_check_digit(payment.reference):
                note_check_digit(line, "20", self._oddities)
                yield from self._oddities.taken()
            yield payment
            # One line for the payment and one for each record after it that is there, told by its first field.
            line += 1 + (tile[7] != "") + (tile[8] != "") + (tile[10] != "") + (tile[12] != "") + (tile[15] != "")
        self._last_line = line - 1

    def finish(self) -> Iterator[FileEvent]:
        """Yield the last events. Raises FormatError when the file ends too early."""
        if not self._is_open:
            raise FormatError("the file holds no records", code="EMPTY")
        if self._end is None:
            raise _refusal(
                "the file ends without its end record 70; ask the sender for the whole file",
                "TRUNCATED",
                self._last_line,
            )
        yield from self._oddities.taken()
        yield from self._oddities.summaries()
        yield self._end

    def _taken(self) -> list[FileEvent]:
        """Return what the last record gave."""
        events, self._waiting = self._waiting, []
        return events

    def _emit_warnings(self) -> None:
        """Hand on what is odd; not before the file is opened, which is its first event."""
        if self._oddities.waiting and self._is_open:
            self._waiting += self._oddities.taken()

    def _idle_section(self) -> Section | None:
        """The open section, when no payment in it waits for more records."""
        return self._section if self._entry is None else None

    def _section_for_entry(self, line: int, code: str) -> Section:
        """Finish the payment before and return the open section. Raises FormatError when there is none."""
        self._finish_entry()
        if self._section is None:
            raise _refusal("a payment stands outside a section", "OUTSIDE_SECTION", line, code)
        return self._section

    def _record(self, record: str, line: int) -> Iterator[FileEvent]:
        """Yield what one record says; before an error, what it said until then."""
        try:
            self._read_record(record, line)
        except FormatError:
            yield from self._taken()
            raise
        yield from self._taken()

    def _read_record(self, record: str, line: int) -> None:
        code = record[:2]
        if self._end is not None or not record.strip(BLANKS):
            self._pass_blank(record, line)
            return
        if not self._is_open and code != "01":
            raise _refusal("a BgMax file begins with record 01", "START_MISSING", line)
        layout = LAYOUTS.get(code)
        if layout is None:
            self._pass_unknown(code, line)
        else:
            values = layout.read(record, line)
            for field in layout.stray_fields(record):
                self._oddities.note("SPARE_NOT_BLANK", "reserved positions are not blank", line, code, field)
            self._handlers.get(code, self._add_to_entry)(code, values, line)
        self._emit_warnings()

    def _pass_blank(self, record: str, line: int) -> None:
        if record.strip(BLANKS):
            raise _refusal("something stands after the end record 70", "AFTER_END", line)
        if self._end is None and self._is_open:
            self._oddities.note("BLANK_LINE", "a blank line stands between records", line)

    def _pass_unknown(self, code: str, line: int) -> None:
        """Records of unknown types are to be ignored by the manual; the exchange keeps their bytes."""
        if not is_digits(code):
            raise _refusal("the record code is no number", "RECORD_CODE_UNREADABLE", line)
        self._oddities.note("UNKNOWN_RECORD", "the manual does not name this record type; not read", line, code)

    def _start(self, code: str, values: dict[str, Any], line: int) -> None:
        if self._is_open:
            raise _refusal("a second file begins inside the first", "START_REPEATED", line, code)
        self._is_open = True
        created_at = iso_timestamp(values["timestamp"])
        if not created_at:
            self._oddities.note("TIMESTAMP_IMPOSSIBLE", "there is no such moment", line, code, "timestamp")
        is_test = values["test_mark"] == "T"
        self._waiting.append(FileOpened(FORMAT, FAMILY, values["timestamp"], created_at, is_test))

    def _open_section(self, code: str, values: dict[str, Any], line: int) -> None:
        if self._section is not None:
            raise _refusal("the section before is not closed", "SECTION_NOT_CLOSED", line, code)
        account, alternative = account_of(values["bankgiro"], values["plusgiro"])
        if account is None:
            raise _refusal("no payee account is given", "PAYEE_MISSING", line, code, "bankgiro")
        if not has_check_digit(account.number):
            self._oddities.note("PAYEE_CHECK_DIGIT", "the check digit is wrong", line, code, account.scheme)
        self._section = Section(line, values["currency"])
        self._waiting.append(
            SectionOpened(account, Level.SPECIFICATION, values["currency"], alternative_account=alternative)
        )

    def _start_entry(self, code: str, values: dict[str, Any], line: int) -> None:
        section = self._section_for_entry(line, code)
        note_reserved_codes(values, line, code, self._oddities)
        self._entry = Entry(code, values, line, section.currency, self._oddities)
        if code == "20":
            section.payments += 1
            section.credit_ore += values["amount"]
        else:
            section.deductions += 1
            section.debit_ore += values["amount"]
        if values["amount"] == 0:
            section.without_amount += 1
            self._without_amount[code] += 1

    def _add_to_entry(self, code: str, values: dict[str, Any], line: int) -> None:
        if code in ("22", "23"):
            self._counts["extra_references"] += 1
        if self._entry is None:
            self._oddities.note("ORPHAN", "no payment precedes this record", line, code)
        else:
            self._entry.add(code, values, line)

    def _finish_entry(self) -> None:
        if self._entry is not None:
            entry, self._entry = self._entry, None
            event = entry.finish()
            self._emit_warnings()
            self._waiting.append(event)

    def _close_section(self, code: str, values: dict[str, Any], line: int) -> None:
        self._finish_entry()
        section, self._section = self._section, None
        if section is None:
            raise _refusal("a deposit stands outside a section", "OUTSIDE_SECTION", line, code)
        section.check(values, line)
        self._counts["payments"] += section.payments
        self._counts["deductions"] += section.deductions
        self._counts["deposits"] += 1
        self._note_deposit(values, line)
        self._waiting.append(
            SectionClosed(
                line,
                section.net_ore,
                section.count - section.without_amount,
                values["date"],
                values["serial"] if values["serial"].strip("0") else "",
                values["bank_account"].lstrip("0"),
            )
        )

    def _note_deposit(self, values: dict[str, Any], line: int) -> None:
        account = values["bank_account"]
        if account and not is_digits(account):
            self._oddities.note("BANK_ACCOUNT_UNUSUAL", "is not digits only", line, "15", "bank_account")
        if values["deposit_type"] not in DEPOSIT_MARKS:
            self._oddities.note(
                "RESERVED_CODE",
                "the manual does not name this code yet",
                line,
                "15",
                "deposit_type",
            )

    def _finish_file(self, code: str, values: dict[str, Any], line: int) -> None:
        if self._section is not None:
            raise _refusal("the last section is not closed", "SECTION_NOT_CLOSED", line, code)
        for field, computed in self._counts.items():
            if values[field] != computed:
                raise ControlTotalMismatch(
                    f"the number of {field.replace('_', ' ')} does not agree with the records",
                    stated=values[field],
                    computed=computed,
                    line=line,
                    record=code,
                    field=field,
                )
        if not self._counts["deposits"]:
            raise _refusal("the file holds no section", "NO_SECTION", line, code)
        self._end = FileClosed(
            line,
            self._counts["payments"] - self._without_amount["20"],
            self._counts["deductions"] - self._without_amount["21"],
        )


def _refusal(message: str, code: str, line: int, record: str = "", field: str = "") -> FormatError:
    return FormatError(message, code=code, line=line, record=record, field=field)
