"""Days in commands and receivables: how they are written, and which cannot be."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from hub.errors import DataError

FARTHEST_DAYS = 3652  # ten years: what lies farther from today is a slip of the hand

_HAPPENED = frozenset({"transaction_date"})  # days that cannot be to come
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_date(value: Any) -> Any:
    if type(value) is date:
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):  # pydantic alone would take 20261122 for seconds
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("must be a day that there is, written as 2026-11-22")


IsoDate = Annotated[date, BeforeValidator(_iso_date)]


def plausible_days(today: date) -> tuple[date, date]:
    """Return the first and the last day that are not too far from today to be meant."""
    span = timedelta(days=FARTHEST_DAYS)
    return today - span, today + span


def refuse_far_dates(command: BaseModel, today: date) -> None:
    """Refuse days that are more than ten years from today, and days to come for what has happened already.

    Raises:
        DataError: which field, and which days are taken.
    """
    earliest, farthest = plausible_days(today)
    for name in type(command).model_fields:
        day = getattr(command, name)
        latest = today if name in _HAPPENED else farthest
        if isinstance(day, date) and not earliest <= day <= latest:
            raise DataError(f"{name}: {day} cannot be right: give a day from {earliest} to {latest}")
