"""Amili's own way of writing: JSON without floats, dates by RFC 1123."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from hub.errors import FormatError
from hub.formats.json_writing import Bare
from hub.money import ore_from_decimal, plain_kronor

Values = dict[str, Any]


def rfc_date(iso: str) -> str:
    """Return a day, or a time, as Amili writes it: `Fri, 04 Jul 2025 13:43:19 GMT`."""
    moment = datetime.fromisoformat(iso)
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return format_datetime(aware, usegmt=True)


def day_of(said: Any) -> str:
    """Return the day of a date as Amili writes it, as ISO text; blank for none. Raises FormatError."""
    if said in (None, ""):
        return ""
    try:
        return _moment(str(said)).date().isoformat()
    except (TypeError, ValueError):
        raise FormatError("is no date by RFC 1123 or ISO 8601", code="DATE_UNREADABLE", field="date") from None


def kronor(amount_ore: int) -> Bare:
    """Return an amount as a number of JSON."""
    return Bare(plain_kronor(amount_ore))


def ore(said: Any, field: str) -> int:
    """Return an amount in öre; nothing is zero. Raises FormatError."""
    if said is None:
        return 0
    if not isinstance(said, Decimal):
        raise FormatError("must be a number", code="AMOUNT_UNREADABLE", field=field)
    return ore_from_decimal(said)


def object_in(content: bytes) -> Values:
    """Return an object of JSON, numbers as Decimal. Raises FormatError."""
    try:
        said = json.loads(content, parse_float=Decimal, parse_int=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError, ArithmeticError):
        raise FormatError("is no JSON", code="NOT_JSON") from None
    if not isinstance(said, dict):
        raise FormatError("is no object of JSON", code="ROOT_DIFFERS")
    return said


def items_in(page: Any) -> list[Values]:
    """Return what a list's page holds. Raises FormatError for what is no page."""
    items = page.get("_items") if isinstance(page, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FormatError("is no page of Amili's", code="NOT_A_PAGE", field="_items")
    return items


def text_of(values: Any, *path: str) -> str:
    """Return a text by its path, blank where there is none."""
    for name in path:
        values = values.get(name) if isinstance(values, dict) else None
    return values if isinstance(values, str) else ""


def days_between(first_iso: str, last_iso: str) -> int:
    """Return how many days the last day is after the first."""
    return (date.fromisoformat(last_iso) - date.fromisoformat(first_iso)).days


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said) if said[:1].isdigit() else parsedate_to_datetime(said)


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")
