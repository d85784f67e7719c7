"""Reading one cell of a file of receivables: text, date, amount, whole number, kind, account coding.

A cell of CSV is text; one of JSON or Excel may also be a number or a truth value. What cannot be read is refused with a
code, and a number that has lost digits on its way is never taken for a text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hub.errors import FormatError
from hub.model.receivables import ReceivableKind
from hub.model.source_system import SourceSystem
from hub.money import parse_amount

CellReader = Callable[[Any], Any]

FIRST_YEAR, LAST_YEAR = 1950, 2199  # outside them a date has been read by the wrong format
LONGEST_EXACT_NUMBER = 15  # digits; spreadsheets put zeros in place of further ones
LONGEST_DATE = 40
MOST_CODING_LINES = 200
DATES_KEPT = 4096
_BROKEN_FORMULAS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_SWEDISH_KINDS = {
    "faktura": ReceivableKind.INVOICE,
    "kreditfaktura": ReceivableKind.CREDIT_NOTE,
    "kreditnota": ReceivableKind.CREDIT_NOTE,
    "räntefaktura": ReceivableKind.INTEREST_INVOICE,
    "avgiftsfaktura": ReceivableKind.FEE_INVOICE,
    "intern": ReceivableKind.INTERNAL,
    "internfaktura": ReceivableKind.INTERNAL,
}
_LANGUAGES = {"svenska": "sv", "swedish": "sv", "engelska": "en", "english": "en"}
_KINDS = {kind.value: kind for kind in ReceivableKind} | _SWEDISH_KINDS


class Cells:
    """Reads cells by the date format and decimal sign of a source system. Blank gives ''."""

    def __init__(self, system: SourceSystem) -> None:
        # A sign that nobody has declared may be either: what is read has one meaning only, so nothing is guessed.
        self._decimal_sign = str(system.decimal_sign) if "decimal_sign" in system.model_fields_set else ""
        self._date_format = system.date_format

    def text(self, cell: Any) -> str:
        """Read a text; a whole number is its digits. Raises FormatError."""
        if isinstance(cell, str):
            stripped = cell.strip()
            if stripped.startswith("#") and stripped in _BROKEN_FORMULAS:
                raise FormatError("the cell holds a formula that has failed", code="FORMULA_FAILED")
            return stripped
        return _digits(cell)

    def whole(self, cell: Any) -> int | str:
        """Read a whole number. Raises FormatError."""
        text = self.text(cell)
        if not text:
            return ""
        if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_EXACT_NUMBER:
            raise FormatError("not a whole number", code="NUMBER_UNREADABLE")
        return int(text)

    def amount(self, cell: Any) -> int | str:
        """Read an amount in kronor as öre. Raises FormatError."""
        if isinstance(cell, str) and not cell.strip():
            return ""
        return parse_amount(cell, decimal_sign=self._decimal_sign)

    def date(self, cell: Any) -> str:
        """Read a date by the declared format, or one that the workbook itself marks as a date, as ISO text."""
        if isinstance(cell, date):
            return _within_years(cell)
        text = self.text(cell)
        return _iso_date(text, self._date_format) if text else ""

    def kind(self, cell: Any) -> str:
        """Read a kind of receivable, by our name or the Swedish one; others are refused where rows are checked."""
        text = self.text(cell)
        return _KINDS.get(text.casefold(), text)

    def language(self, cell: Any) -> str:
        """Read a language by its code or name; others are refused where rows are checked."""
        text = self.text(cell).casefold()
        return _LANGUAGES.get(text, text)

    def coding(self, cell: Any) -> list[dict[str, Any]]:
        """Read a list of account coding lines, each an object of account, amount and text. Raises FormatError."""
        if not isinstance(cell, list) or len(cell) > MOST_CODING_LINES:
            raise FormatError(f"account coding is a list of at most {MOST_CODING_LINES} objects", code="CODING_SHAPE")
        return [self._coding_line(line) for line in cell]

    def _coding_line(self, line: Any) -> dict[str, Any]:
        if not isinstance(line, dict) or not {"account", "amount"} <= line.keys() <= {"account", "amount", "text"}:
            raise FormatError("a coding line has account and amount, and may have text", code="CODING_SHAPE")
        text = line.get("text")
        return {
            "account": self.text(line["account"]),
            "amount_ore": parse_amount(line["amount"], decimal_sign=self._decimal_sign),
            "text": "" if text is None else self.text(text),
        }


def _digits(cell: Any) -> str:
    if isinstance(cell, Decimal) and cell.is_finite() and cell.adjusted() < LONGEST_EXACT_NUMBER:
        cell = int(cell) if cell == cell.to_integral_value() else cell
    if not isinstance(cell, int) or isinstance(cell, bool):
        raise FormatError("neither a text nor a whole number", code="TEXT_UNREADABLE")
    if abs(cell) >= 10**LONGEST_EXACT_NUMBER:
        raise FormatError(
            f"a number of more than {LONGEST_EXACT_NUMBER} digits may have lost some; write it as text",
            code="NUMBER_TOO_LONG",
        )
    return str(cell)


@lru_cache(maxsize=DATES_KEPT)
def _iso_date(text: str, date_format: str) -> str:
    try:
        if len(text) > LONGEST_DATE or not text.isascii():
            raise ValueError
        day = _read_date(text, date_format)
    except (ValueError, OverflowError):
        raise FormatError(f"not a date as declared ({date_format})", code="DATE_UNREADABLE") from None
    return _within_years(day)


def _within_years(day: date) -> str:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise FormatError(f"the year is not between {FIRST_YEAR} and {LAST_YEAR}", code="DATE_OUT_OF_RANGE")
    return day.isoformat()


def _read_date(text: str, date_format: str) -> date:
    return datetime.strptime(text, date_format).date()  # noqa: DTZ007 - a date has no time zone
