"""Files of supplier payments (*Leverantörsbetalningar*): compared with the counts and sums they state."""

from __future__ import annotations

from collections.abc import Iterable

from hub.errors import ControlTotalMismatch, FormatError
from hub_bankgiro.layouts import supplier_payments as layouts
from hub_bankgiro.record_files import Record


def check(records: Iterable[Record]) -> None:
    """Compare each section's last record with those before it.

    Raises:
        FormatError: a section has no first or no last record.
        ControlTotalMismatch: a stated count or sum differs.
    """
    section: _Section | None = None
    for record in records:
        if record.code == "11":
            _refuse_open(section)
            section = _Section(record)
        elif section is None:
            message = "the file does not begin with its opening record"
            raise FormatError(message, code="OPENING_MISSING", line=record.line, record=record.code)
        elif record.code == "29":
            section.end(record)
            section = None
        else:
            section.take(record)
    _refuse_open(section)


class _Section:
    """One sender's payments, or one report, from record 11 to record 29."""

    def __init__(self, opening: Record) -> None:
        is_monitoring = opening.read()["report"] == layouts.MONITORING
        self._counted = layouts.BALANCE_CODES if is_monitoring else layouts.PAYMENT_CODES
        self._count = self._net_ore = 0

    def take(self, record: Record) -> None:
        if record.code in self._counted:
            self._count += 1
        if record.code in layouts.PAYMENT_CODES:
            amount_ore = record.read()["amount"]
            self._net_ore += -amount_ore if record.code in layouts.DEDUCTED_CODES else amount_ore

    def end(self, record: Record) -> None:
        stated = record.read()
        signed_ore = -self._net_ore if stated["sign"] == "-" else self._net_ore
        for field, computed in (("count", self._count), ("amount", signed_ore)):
            if stated[field] is not None and stated[field] != computed:
                message = f"the {field} of the last record does not agree with those before it"
                raise ControlTotalMismatch(
                    message, stated=stated[field], computed=computed, line=record.line, record="29", field=field
                )


def _refuse_open(section: _Section | None) -> None:
    if section is not None:
        raise FormatError("the file ends before its last record; fetch it again", code="TRUNCATED")
