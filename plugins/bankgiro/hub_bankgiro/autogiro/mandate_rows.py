"""Rows about mandates: advice of what became of them, and the register of all that stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.formats.code_tables import CodeTable
from hub.model.direct_debits import AdviceOutcome, MandateAdvice, RegisteredMandate, SchemeCode
from hub_bankgiro.autogiro.controls import agree
from hub_bankgiro.autogiro.payee import PayeeOfFile
from hub_bankgiro.autogiro.wording import ADVICE_OUTCOMES, code_of, iso, number_of, payer_number_of, short_date
from hub_bankgiro.codes import MANDATE_COMMENTS, MANDATE_INFORMATION
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record

ORE_PER_KRONA = 100
BY_INTERNET_BANK = "2"
UNDER_QUESTION = "2"


def known_code(table: CodeTable, field: str, values: dict[str, Any], record: Record, oddities: Oddities) -> SchemeCode:
    """Return a code with its meaning, and note one that the manual does not name."""
    code = code_of(table, values[field])
    if not code.name:
        oddities.note("CODE_UNKNOWN", "the manual does not name this code", record.line, record.code, field)
    return code


class MandateAdvices:
    """Takes the rows of a mandate advice (*medgivandeavisering*)."""

    def __init__(self, payee: PayeeOfFile, oddities: Oddities) -> None:
        self._payee = payee
        self._oddities = oddities
        self._count = 0

    def take(self, record: Record) -> Iterator[MandateAdvice]:
        """Yield the advice of a row. Raises FormatError."""
        values = record.read()
        self._count += 1
        yield MandateAdvice(
            record.line,
            self._payee.of(record, values["bankgiro"]),
            payer_number_of(values["payer"]),
            ADVICE_OUTCOMES.get(values["comment"], AdviceOutcome.REFUSED),
            known_code(MANDATE_INFORMATION, "information", values, record, self._oddities),
            known_code(MANDATE_COMMENTS, "comment", values, record, self._oddities),
            iso(values["date"]),
            number_of(values["account"]),
            number_of(values["identity"]),
            short_date(values["valid_from"]),
        )

    def end(self, record: Record) -> Iterator[MandateAdvice]:
        """Compare the count. Raises ControlTotalMismatch."""
        agree(record, "count", record.read(), self._count)
        return iter(())


class MandateRegister:
    """Takes the rows of a mandate register, which has neither first nor last record."""

    def __init__(self, payee: PayeeOfFile, oddities: Oddities) -> None:  # noqa: ARG002  made like the others
        self._payee = payee

    def take(self, record: Record) -> Iterator[RegisteredMandate]:
        """Yield the mandate of a row. Raises FormatError."""
        values = record.read()
        yield RegisteredMandate(
            record.line,
            self._payee.of(record, values["bankgiro"]),
            payer_number_of(values["payer"]),
            number_of(values["account"]),
            number_of(values["identity"]),
            values["state"] == UNDER_QUESTION,
            values["origin"] == BY_INTERNET_BANK,
            iso(values["created"]),
            iso(values["changed"]),
            values["active_year"],
            int(values.get("max_amount") or 0) * ORE_PER_KRONA,
        )

    def end(self, record: Record) -> Iterator[RegisteredMandate]:  # noqa: ARG002  no row is the last record
        """Never comes."""
        return iter(())
