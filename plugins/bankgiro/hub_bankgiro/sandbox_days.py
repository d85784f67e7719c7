"""Days of the sandbox's Bankgirot, as the eight digits that files have."""

from __future__ import annotations

from datetime import date, timedelta

from hub.banking_calendar import is_banking_day

MONTHS = {"1": 1, "2": 3, "3": 6, "4": 12, "5": 1, "6": 3, "7": 6, "8": 12}


def day_of(text: str) -> date:
    """Return the day."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def day_after(text: str) -> str:
    """Return the day after."""
    return f"{day_of(text) + timedelta(days=1):%Y%m%d}"


def banking_day(text: str) -> str:
    """Return the day, or the first banking day after it."""
    day = day_of(text)
    while not is_banking_day(day):
        day += timedelta(days=1)
    return f"{day:%Y%m%d}"


def next_time(text: str, period: str) -> str:
    """Return when a recurring request comes again: the same day of the month, or its last banking day."""
    day = day_of(text)
    months = day.month - 1 + MONTHS[period]
    first = date(day.year + months // 12, months % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if period in "1234":
        return f"{min(first.replace(day=1) + timedelta(days=day.day - 1), last):%Y%m%d}"
    while not is_banking_day(last):
        last -= timedelta(days=1)
    return f"{last:%Y%m%d}"
