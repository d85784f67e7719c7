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
    """Counts and sums of rows by the code of their direction; rows without one are not counted."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(PREFIXES, 0)
        self.amounts_ore = dict.fromkeys(PREFIXES, 0)

    def add(self, code: str, amount_ore: int) -> None:
        if code in PREFIXES:
            self.counts[code] += 1
            self.amounts_ore[code] += amount_ore

    def agree(self, record: Record) -> None:
        stated = record.read()
        for code, prefix in PREFIXES.items():
            agree(record, f"{prefix}_count", stated, self.counts[code])
            agree(record, f"{prefix}_amount", stated, self.amounts_ore[code])


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
        self._done = _Sums()

    def take(self, record: Record) -> Iterator[RequestChanged]:
        """Yield the change of a row. Raises FormatError."""
        values = record.read()
        outcome = CHANGE_OUTCOMES.get(values["comment"], ChangeOutcome.NOT_DONE)
        if outcome != ChangeOutcome.NOT_DONE:
            self._done.add(values["direction"], values["amount"] or 0)
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
            _affected(record.code, values),
        )

    def end(self, record: Record) -> Iterator[RequestChanged]:
        """Compare the sums: of what was done, where rows say in or out. Raises ControlTotalMismatch.

        Rows of several requests together say neither, and the file's last record does not count them; read so from
        Bankgirot's examples.
        """
        self._done.agree(record)
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
