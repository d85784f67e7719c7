"""Fields of SIE into ours: amounts, dates, months and objects."""

from __future__ import annotations

import re
from datetime import date

from hub.errors import FormatError
from hub.model.bookkeeping import LedgerLine, ObjectOfLedger
from hub.money import parse_kronor
from hub_sie.records import Record

_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
_DAY, _MONTH = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{6}")
_NUMBER = re.compile(r"-?[0-9]{1,4}")
_OURS = re.compile(r"RH([0-9]{1,18})(?![0-9])")


def amount(record: Record, place: int) -> int:
    """Return öre of an amount: point, at most two decimals, minus in front. Raises FormatError."""
    text = record.text(place, "amount")
    if not _AMOUNT.fullmatch(text):
        raise record.error(
            "the amount is no number with a point and at most two decimals", "AMOUNT_UNREADABLE", "amount"
        )
    try:
        return parse_kronor(text, decimal_sign=".")
    except FormatError as error:
        raise record.error(error.message, error.code, "amount") from None


def day(record: Record, place: int, field: str) -> str:
    """Return an ISO date of one written as 20261123. Raises FormatError."""
    text = record.text(place, field)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        raise record.error("the date is none: it is written as 20261123", "DATE_UNREADABLE", field) from None


def month(record: Record, place: int) -> str:
    """Return a month such as 2026-11 of one written as 202611. Raises FormatError."""
    text = record.text(place, "period")
    if not _MONTH.fullmatch(text) or not "01" <= text[4:] <= "12":
        raise record.error("the period is no month: it is written as 202611", "PERIOD_UNREADABLE", "period")
    return f"{text[:4]}-{text[4:]}"


def whole_number(record: Record, place: int, field: str) -> int:
    """Return a small whole number. Raises FormatError."""
    text = record.text(place, field)
    if not _NUMBER.fullmatch(text):
        raise record.error("the field is no whole number", "NUMBER_UNREADABLE", field)
    return int(text)


def objects(record: Record, place: int) -> tuple[ObjectOfLedger, ...]:
    """Return the objects of a line, pairs of dimension and code. Raises FormatError."""
    given = record.objects(place)
    if len(given) % 2 or not all(_NUMBER.fullmatch(one) for one in given[::2]):
        message = "the objects are no pairs of a dimension's number and a code"
        raise record.error(message, "OBJECTS_UNREADABLE", "objects")
    return tuple(ObjectOfLedger(int(number), code) for number, code in zip(given[::2], given[1::2], strict=True))


def line(record: Record) -> LedgerLine:
    """Return the line of a voucher. Raises FormatError."""
    account = record.text(0, "account")
    return LedgerLine(account, amount(record, 2), objects(record, 1), record.text_if_given(4))


def our_number(text: str) -> int:
    """Return our number of a voucher by the beginning of its text; 0 when it is none of ours."""
    found = _OURS.match(text)
    return int(found[1]) if found else 0


def marked(voucher_no: int, text: str) -> str:
    """Write our number before a voucher's text: in front, since ledgers cut long texts behind."""
    return f"RH{voucher_no} {text}".rstrip()
