"""Rows about requests that were rejected, cancelled or moved, or that wait for their day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.model.direct_debits import ChangeOutcome, RegisteredRequest, RequestChanged, RequestRejected
from hub_bankgiro.autogiro.controls import agree
from hub_bankgiro.autogiro.mandate_rows import known_code
from hub_bankgiro.autogiro.payee import PayeeOfFile
from hub_bankgiro.autogiro.wording import CHANGE_OUTCOMES, DIRECTIONS, iso, payer_number_of, request_of
from hub_bankgiro.codes import CHANGE_CAUSES, CHANGE_COMMENTS, REJECTIONS
from hub_bankgiro.layouts.autogiro_from_bankgirot import CHANGES_OF_SEVERAL
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record

PREFIXES = {"82": "in", "32": "out"}


class _Sums:
    """Counts and sums of rows by the code of their direction."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(PREFIXES, 0)
        self.amounts_ore = dict.fromkeys(PREFIXES, 0)

    def add(self, code: str, amount_ore: int, count: int = 1) -> None:
        if code in PREFIXES:
            self.counts[code] += count
            self.amounts_ore[code] += amount_ore

    def agree(self, record: Record) -> None:
        stated = record.read()
        for code, prefix in PREFIXES.items():
            agree(record, f"{prefix}_count", stated, self.counts[code])
            agree(record, f"{prefix}_amount", stated, self.amounts_ore[code])

    def is_stated_by(self, stated: dict[str, Any]) -> bool:
        return all(
            (stated[f"{prefix}_count"], stated[f"{prefix}_amount"]) == (self.counts[code], self.amounts_ore[code])
            for code, prefix in PREFIXES.items()
        )


class RejectedRequests:
    """Takes the rows of rejected requests (*avvisade betalningsuppdrag*), which come back as they were sent."""

    def __init__(self, payee: PayeeOfFile, oddities: Oddities) -> None:
        self._payee = payee
        self._oddities = oddities
        self._sums = _Sums()

    def take(self, record: Record) -> Iterator[RequestRejected]:
        """Yield the rejection of a row. Raises FormatError."""
        values = record.read()
        request = request_of(record.code, values)
        self._sums.add(record.code, request.amount_ore)
        reason = known_code(REJECTIONS, "comment", values, record, self._oddities)
        yield RequestRejected(record.line, self._payee.stated, request, reason)

    def end(self, record: Record) -> Iterator[RequestRejected]:
        """Compare the sums. Raises ControlTotalMismatch."""
        self._sums.agree(record)
        return iter(())


class ChangedRequests:
    """Takes the rows of cancellations and changes (*makuleringar och ändringar*)."""

    def __init__(self, payee: PayeeOfFile, oddities: Oddities) -> None:
        self._payee = payee
        self._oddities = oddities
        self._rows, self._done, self._affected = _Sums(), _Sums(), _Sums()
        self._is_told_apart = True

    def take(self, record: Record) -> Iterator[RequestChanged]:
        """Yield the change of a row. Raises FormatError."""
        values = record.read()
        outcome = CHANGE_OUTCOMES.get(values["comment"], ChangeOutcome.NOT_DONE)
        affected = _affected(record.code, values)
        self._count(values, outcome, affected)
        yield RequestChanged(
            record.line,
            self._payee.stated,
            outcome,
            known_code(CHANGE_CAUSES, "code", {"code": record.code}, record, self._oddities),
            known_code(CHANGE_COMMENTS, "comment", values, record, self._oddities),
            payer_number_of(values["payer"]),
            iso(values["date"]),
            values["amount"] or 0,
            DIRECTIONS.get(values["direction"], ""),
            _reference(values["reference"]),
            iso(values["new_date"]),
            affected,
        )

    def _count(self, values: dict[str, Any], outcome: ChangeOutcome, affected: int) -> None:
        code, amount_ore = values["direction"], values["amount"] or 0
        self._is_told_apart &= code in PREFIXES
        self._rows.add(code, amount_ore)
        if outcome != ChangeOutcome.NOT_DONE:
            self._done.add(code, amount_ore)
            self._affected.add(code, amount_ore, affected or 1)

    def end(self, record: Record) -> Iterator[RequestChanged]:
        """Compare the sums: of all rows, of what was done, or of each request that was. Raises ControlTotalMismatch.

        The manual's description at hand does not say which; all three are true to the file. Rows that say neither in
        nor out cannot be compared.
        """
        stated = record.read()
        if not self._is_told_apart:
            message = "rows about both directions cannot be compared with the sums of the file"
            self._oddities.note("CONTROL_NOT_COMPARED", message, record.line, record.code)
        elif not any(sums.is_stated_by(stated) for sums in (self._done, self._affected)):
            self._rows.agree(record)
        return iter(())


class RequestRegister:
    """Takes the rows of the payment register (*bevakningsregister*)."""

    def __init__(self, payee: PayeeOfFile, oddities: Oddities) -> None:  # noqa: ARG002  made like the others
        self._payee = payee
        self._sums = _Sums()

    def take(self, record: Record) -> Iterator[RegisteredRequest]:
        """Yield the request of a row. Raises FormatError."""
        request = request_of(record.code, record.read())
        self._sums.add(record.code, request.amount_ore)
        assert self._payee.stated is not None  # its opening record states it
        yield RegisteredRequest(record.line, self._payee.stated, request)

    def end(self, record: Record) -> Iterator[RegisteredRequest]:
        """Compare the sums. Raises ControlTotalMismatch."""
        self._sums.agree(record)
        return iter(())


def _affected(code: str, values: dict[str, Any]) -> int:
    """Return how many requests a row is about together, 0 for one; read so from Bankgirot's example."""
    label = values["label"]
    return int(label) if code in CHANGES_OF_SEVERAL and label.isascii() and label.isdigit() else 0


def _reference(text: str) -> str:
    return text if text.strip("0") else ""
