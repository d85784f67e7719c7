"""Days as people type them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from hub.errors import FormatError

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199  # a day outside is a slip of the hand

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(option: str, text: str) -> date:
    """Read the day that an option gives. Raises FormatError when there is no such day, or it is out of range."""
    with suppress(ValueError):
        if _ISO_DATE.fullmatch(text):
            return _in_range(option, date.fromisoformat(text))
    raise FormatError(f"{option}: write a day that there is, such as 2026-11-22", code="DATE_UNREADABLE", value=text)


def _in_range(option: str, read: date) -> date:
    if EARLIEST_YEAR <= read.year <= LATEST_YEAR:
        return read
    raise FormatError(
        f"{option}: write a day from {EARLIEST_YEAR}-01-01 to {LATEST_YEAR}-12-31",
        code="DATE_UNREADABLE",
        value=read.isoformat(),
    )


def day(option: str, text: str) -> date | None:
    """Read the day that an option may give; None when it gives none. Raises as `day_of`."""
    return day_of(option, text) if text else None
