"""Bankgirot's words into the hub's and back: payer numbers, dates, periods, directions, codes."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.formats.code_tables import CodeTable
from hub.model.direct_debits import AdviceOutcome, ChangeOutcome, Direction, PaymentRequest, Recurrence, SchemeCode
from hub.model.payment_file import PayeeAccount

PERIODS: dict[str, Recurrence] = dict(zip("012345678", Recurrence, strict=True))
PERIOD_CODES = {recurrence: code for code, recurrence in PERIODS.items()}
DIRECTIONS = {"82": Direction.COLLECT, "32": Direction.PAY}
DIRECTION_CODES = {direction: code for code, direction in DIRECTIONS.items()}
ADVICE_OUTCOMES = {
    "32": AdviceOutcome.CREATED,
    **dict.fromkeys(("01", "02", "06", "07", "33", "98"), AdviceOutcome.ENDED),
    "11": AdviceOutcome.STOPPED,
    "12": AdviceOutcome.RESUMED,
}
"""By comment code; any other says why nothing was done."""
CHANGE_OUTCOMES = {"12": ChangeOutcome.CANCELLED, "14": ChangeOutcome.MOVED, "18": ChangeOutcome.MOVED}


def payee_of(bankgiro: str) -> PayeeAccount:
    """Return the payee's account."""
    return PayeeAccount("bankgiro", bankgiro.lstrip("0"))


def payer_number_of(digits: str | None) -> str:
    """Return a payer number without the zeros that fill it up; blank when there is none."""
    return (digits or "").lstrip("0")


def number_of(digits: str) -> str:
    """Return an account or identity as it stands; blank when it is zeros."""
    return digits if digits.strip("0") else ""


def iso(day: date | None) -> str:
    """Return a date as text; blank when there is none."""
    return day.isoformat() if day else ""


def short_date(digits: str, century: int = 20) -> str:
    """Return YYMMDD as an ISO date; blank when it is blank, zeros or no day."""
    try:
        return date(century * 100 + int(digits[:2]), int(digits[2:4]), int(digits[4:])).isoformat()
    except ValueError:
        return ""


def code_of(table: CodeTable, code: str) -> SchemeCode:
    """Return a code with its meaning; without one when the manual does not name it."""
    meaning = table.codes.get(code)
    return SchemeCode(code, meaning.name, meaning.swedish, meaning.english) if meaning else SchemeCode(code, "", "", "")


def request_of(code: str, values: dict[str, Any]) -> PaymentRequest:
    """Return the request of a record 82, 32 or 77; what was echoed and cannot be read is blank or zero."""
    return PaymentRequest(
        payer_number_of(values["payer"]),
        values["amount"] or 0,
        iso(values["date"]),
        values["reference"],
        DIRECTIONS.get(code, Direction.COLLECT),
        PERIODS.get(values["period"], ""),
        int(values["times"] or 0),
    )
