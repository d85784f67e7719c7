"""Text of single elements ⇄ our values: amounts in öre, dates, indicators, counts. Exact or refused."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from hub.formats.xml_layout import Amount, Values
from hub_autopay.refusals import refused

_DECIMAL = re.compile(r"\+?(\d{0,18})(?:\.(\d{0,5}))?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?![\d])", re.ASCII)
MOST_DIGITS = 18  # in öre, as the schema allows digits in an amount; more fits no database
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def ore(text: str, *, line: int, record: str, field: str = "Amt") -> int:
    """Return an unsigned decimal text as whole öre.

    Up to five decimals are allowed as the schema does, but those beyond two must be zero.

    Raises:
        FormatError: empty, signed, not a number, finer than an öre, or of more than 18 digits in öre.
    """
    if text[-3:-2] == "." and text.isascii():
        digits = text[:-3] + text[-2:]
        if digits.isdigit() and len(digits) <= MOST_DIGITS:
            return int(digits)
    return _uncommon_ore(text, line, record, field)


def _uncommon_ore(text: str, line: int, record: str, field: str) -> int:
    if not text:
        raise refused("AMOUNT_MISSING", line=line, record=record, field=field)
    found = _DECIMAL.fullmatch(text)
    whole, decimals = (found[1], found[2] or "") if found else ("", "")
    if not whole and not decimals:
        raise refused("AMOUNT_UNREADABLE", line=line, record=record, field=field, value=text)
    if decimals[2:].strip("0"):
        raise refused("AMOUNT_TOO_FINE", line=line, record=record, field=field, value=text)
    digits = (whole + decimals[:2].ljust(2, "0")).lstrip("0")
    if len(digits) > MOST_DIGITS:
        raise refused("AMOUNT_TOO_LARGE", line=line, record=record, field=field, value=text)
    return int(digits or "0")


def money(stated: Amount | None, *, line: int, record: str, field: str = "Amt") -> tuple[int, str]:
    """Return (öre, currency) of an amount element. Raises FormatError when either is missing or unreadable."""
    if stated is None:
        raise refused("AMOUNT_MISSING", line=line, record=record, field=field)
    whole = ore(stated.text, line=line, record=record, field=field)
    if not _CURRENCY.fullmatch(stated.currency):
        raise refused("CURRENCY_MISSING", line=line, record=record, field=f"{field}@Ccy", value=stated.currency)
    return whole, stated.currency


def sign(values: Values, *, line: int, record: str) -> int:
    """Return 1 for a credit, -1 for a debit. Raises FormatError when it is not stated."""
    indicator = values.get("indicator", "")
    if indicator == "CRDT":
        return 1
    if indicator == "DBIT":
        return -1
    code = "INDICATOR_UNREADABLE" if indicator else "INDICATOR_MISSING"
    raise refused(code, line=line, record=record, field="CdtDbtInd", value=indicator)


def is_true(text: str, *, line: int, record: str) -> bool:
    """Return an XML boolean; empty is false. Raises FormatError for anything else."""
    if text not in ("true", "false", "1", "0", ""):
        raise refused("REVERSAL_UNREADABLE", line=line, record=record, field="RvslInd", value=text)
    return text in ("true", "1")


def day(text: str, *, line: int, record: str, field: str) -> date | None:
    """Return the date of a date or date-time as the bank wrote it, None when empty. Raises FormatError."""
    if not text:
        return None
    found = _parsed_day(text)
    if found is None:
        raise refused("DATE_UNREADABLE", line=line, record=record, field=field, value=text)
    return found


@lru_cache(maxsize=1000)  # a file names few days, in as many texts as it has times of the day
def _parsed_day(text: str) -> date | None:
    found = _DATE.match(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def count(text: str, *, line: int, record: str, field: str) -> int | None:
    """Return a stated number of entries, None when it is not stated. Raises FormatError."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise refused("COUNT_UNREADABLE", line=line, record=record, field=field, value=text)
    return int(text)
