"""The payment specification (*betalningsspecifikation*): what became of requests on their day, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from hub.errors import ControlTotalMismatch, FormatError
from hub.model.direct_debits import Refund, RequestOutcome, RequestStatus
from hub_bankgiro.autogiro.controls import agree
from hub_bankgiro.autogiro.payee import PayeeOfFile
from hub_bankgiro.autogiro.wording import code_of, iso, request_of
from hub_bankgiro.codes import REFUND_REASONS
from hub_bankgiro.record_files import Record

STATUSES = {
    "": RequestStatus.PAID,
    "0": RequestStatus.PAID,
    "1": RequestStatus.NO_COVER,
    "2": RequestStatus.NO_ACCOUNT,
    "9": RequestStatus.RETRIED,
}
ROWS_OF = {"15": "82", "16": "32", "17": "77"}
WHOLE_FILE = ""  # the one section of the old layout, which has no records for sections


class SectionBegun(NamedTuple):
    """Rows of one kind and one deposit or withdrawal follow."""

    line: int
    code: str  # 15, 16 or 17; blank: of both kinds
    date: date | None  # None: each row has its own
    serial: str
    account: str


class SectionEnded(NamedTuple):
    """The section's totals have agreed."""

    line: int


SpecificationEvent = SectionBegun | RequestOutcome | Refund | SectionEnded


@dataclass(slots=True)
class _Totals:
    """What has been approved, by record code."""

    count: int = 0
    amount_ore: int = 0
    all_count: int = 0
    all_amount_ore: int = 0

    def add(self, amount_ore: int, *, is_approved: bool) -> None:
        self.all_count += 1
        self.all_amount_ore += amount_ore
        if is_approved:
            self.count += 1
            self.amount_ore += amount_ore


class Specification:
    """Takes the records between the first and the last of a payment specification."""

    def __init__(self, payee: PayeeOfFile, *, has_sections: bool) -> None:
        self._payee = payee
        self._has_sections = has_sections
        self._stated: dict[str, Any] = {}
        self._section = WHOLE_FILE
        self._is_open = False
        self._totals = _Totals()
        self._approved = {code: _Totals() for code in ROWS_OF.values()}
        self._sections = dict.fromkeys(ROWS_OF, 0)

    def begin(self, line: int) -> Iterator[SpecificationEvent]:
        """Open the one section of the old layout."""
        if not self._has_sections:
            self._is_open = True
            yield SectionBegun(line, WHOLE_FILE, None, "", "")

    def take(self, record: Record) -> Iterator[SpecificationEvent]:
        """Yield what a record says. Raises FormatError."""
        values = record.read()
        if record.code in ROWS_OF:
            yield from self._close(record.line)
            yield self._open(record, values)
        else:
            yield self._row(record, values)

    def end(self, record: Record) -> Iterator[SpecificationEvent]:
        """Compare the totals of the file. Raises ControlTotalMismatch."""
        yield from self._close(record.line)
        check = self._check_counts if self._has_sections else self._check_sums
        check(record, record.read())

    def _open(self, record: Record, values: dict[str, Any]) -> SectionBegun:
        self._section, self._stated, self._totals = record.code, values, _Totals()
        self._is_open = True
        self._sections[record.code] += 1
        return SectionBegun(record.line, record.code, values["date"], values["serial"], values["account"])

    def _close(self, line: int) -> Iterator[SpecificationEvent]:
        if not self._is_open:
            return
        for field, computed in (("amount", self._totals.amount_ore), ("count", self._totals.count)):
            if self._section and self._stated[field] != computed:
                raise ControlTotalMismatch(
                    f"the {field} of a section does not agree with its approved rows",
                    stated=self._stated[field],
                    computed=computed,
                    line=line,
                    record=self._section,
                    field=field,
                )
        self._is_open = False
        yield SectionEnded(line)

    def _row(self, record: Record, values: dict[str, Any]) -> SpecificationEvent:
        if not self._is_open or ROWS_OF.get(self._section, record.code) != record.code:
            message = "the record stands outside its section; ask for the file again"
            raise FormatError(message, code="RECORD_MISPLACED", line=record.line, record=record.code)
        payee = self._payee.of(record, values["bankgiro"])
        request = request_of(record.code, values)
        deposit = self._stated.get("serial", "")
        if record.code == "77":
            self._add(record.code, request.amount_ore, is_approved=True)
            reason = code_of(REFUND_REASONS, values["refund_code"])
            return Refund(record.line, payee, request, iso(values["refund_date"]), reason, deposit)
        status = STATUSES[values["status"]]
        self._add(record.code, request.amount_ore, is_approved=status == RequestStatus.PAID)
        return RequestOutcome(record.line, payee, status, request, deposit)

    def _add(self, code: str, amount_ore: int, *, is_approved: bool) -> None:
        self._totals.add(amount_ore, is_approved=is_approved)
        self._approved[code].add(amount_ore, is_approved=is_approved)

    def _check_counts(self, record: Record, stated: dict[str, Any]) -> None:
        """Of Bankgirot's two examples one counts what was approved, the other all rows: both are true to the file."""
        for prefix, section, row in (("in", "15", "82"), ("out", "16", "32"), ("refund", "17", "77")):
            agree(record, f"{prefix}_sections", stated, self._sections[section])
            if stated[f"{prefix}_count"] != self._approved[row].all_count:
                agree(record, f"{prefix}_count", stated, self._approved[row].count)

    def _check_sums(self, record: Record, stated: dict[str, Any]) -> None:
        """The old layout's description does not say whether rows that failed count: both are true to the file."""
        for prefix, row in (("in", "82"), ("out", "32")):
            totals = self._approved[row]
            pair = (stated[f"{prefix}_amount"], stated[f"{prefix}_count"])
            if pair != (totals.all_amount_ore, totals.all_count):
                agree(record, f"{prefix}_amount", stated, totals.amount_ore)
                agree(record, f"{prefix}_count", stated, totals.count)
