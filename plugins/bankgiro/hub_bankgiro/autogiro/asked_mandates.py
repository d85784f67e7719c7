"""Mandates that payers ask for in the internet bank (*medgivanden via internetbank*), with their name and address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.errors import FormatError
from hub.model.direct_debits import InternetBankMandate
from hub_bankgiro.autogiro.controls import agree
from hub_bankgiro.autogiro.payee import PayeeOfFile
from hub_bankgiro.autogiro.wording import number_of, payer_number_of
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record

_FIELDS_OF = {"54": ("name", "care_of"), "55": ("street", "second_street")}


class AskedMandates:
    """Takes records 52 to 56: each 52 begins a mandate, the others say more of it."""

    def __init__(self, payee: PayeeOfFile, oddities: Oddities) -> None:  # noqa: ARG002  made like the others
        self._payee = payee
        self._first: Record | None = None
        self._values: dict[str, Any] = {}
        self._count = 0

    def take(self, record: Record) -> Iterator[InternetBankMandate]:
        """Yield the mandate that a record ends. Raises FormatError."""
        values = record.read()
        self._count += 1
        if record.code == "52":
            yield from self._finished()
            self._first, self._values = record, values
            return
        if self._first is None or record.code in self._values:
            message = "the record does not belong to a mandate, or repeats one; ask for the file again"
            raise FormatError(message, code="RECORD_MISPLACED", line=record.line, record=record.code)
        names = _FIELDS_OF.get(record.code)
        said = dict(zip(names, (values["first"], values["second"]), strict=True)) if names else values
        self._values |= {**said, record.code: True}

    def end(self, record: Record) -> Iterator[InternetBankMandate]:
        """Yield the last mandate and compare how many records there are. Raises ControlTotalMismatch."""
        yield from self._finished()
        agree(record, "count", record.read(), self._count)

    def _finished(self) -> Iterator[InternetBankMandate]:
        if self._first is None:
            return
        values = self._values
        town = f"{values.get('postcode', '')} {values.get('town', '')}".strip()
        lines = [values.get(name, "") for name in ("care_of", "street", "second_street")]
        yield InternetBankMandate(
            self._first.line,
            self._payee.of(self._first, values["bankgiro"]),
            payer_number_of(values["payer"]),
            number_of(values["account"]),
            number_of(values["identity"]),
            int(values["reminder"]),
            values.get("text", ""),
            values.get("name", ""),
            tuple(line for line in (*lines, town) if line),
        )
