"""Time and Swedish banking days (*bankdag*).

A banking day is a day when Swedish banks clear: not a Saturday or Sunday, not a public holiday (*allmän helgdag*), and
not Midsummer Eve, Christmas Eve or New Year's Eve. The days are computed here from two statutes and the date of Easter:
some thirty lines and no data to keep fresh. The `holidays` package gives the same days (compared for 1990 to 2099), but
only as two of its categories put together, because its `bank` category counts half days as closed; and its answers may
change with a release, while the due date of an invoice that has been sent must not.

Sources: lag (1989:253) om allmänna helgdagar; lag (1930:173) om beräkning av lagstadgad tid, 2 § (the eves); lag
(2004:1320), by which 6 June took the place of Whit Monday from 2005.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL_TIME_ZONE = "Europe/Stockholm"
FIRST_YEAR_OF_NATIONAL_DAY = 2005

_SATURDAY = 5
_FIXED_CLOSED_DAYS = ((1, 1), (1, 6), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31))
_DAYS_FROM_EASTER = (-2, 1, 39)  # Good Friday, Easter Monday, Ascension Day
_WHIT_MONDAY_FROM_EASTER = 50
_YEARS_KEPT = 256


class Clock(Protocol):
    """Where time comes from; nothing in the hub asks the system itself."""

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        ...

    def today(self) -> date:
        """Return the calendar date in Sweden."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return swedish_date(self.now())


class FixedClock:
    """A clock that stands still until it is told to move; for tests, demos and re-runs."""

    def __init__(self, now: datetime) -> None:
        """Start at `now`, which must be aware. Raises ValueError for a naive time."""
        self._now = _as_utc(now)

    def now(self) -> datetime:
        return self._now

    def today(self) -> date:
        return swedish_date(self._now)

    def advance(self, step: timedelta) -> None:
        """Move the clock by `step`."""
        self._now += step


def swedish_time(moment: datetime) -> datetime:
    """Return the time that clocks in Sweden show at an aware `moment`, without its zone."""
    return _as_utc(moment).astimezone(ZoneInfo(LOCAL_TIME_ZONE)).replace(tzinfo=None)


def swedish_date(moment: datetime) -> date:
    """Return the date in Sweden at an aware `moment`: late evening UTC is already tomorrow there."""
    return _as_utc(moment).astimezone(ZoneInfo(LOCAL_TIME_ZONE)).date()


def end_of_swedish_day(day: date) -> datetime:
    """Return the last moment, in UTC, of a day in Sweden."""
    return datetime.combine(day, time.max, ZoneInfo(LOCAL_TIME_ZONE)).astimezone(UTC)


def is_banking_day(day: date) -> bool:
    """Say whether Swedish banks clear on `day`."""
    return day.weekday() < _SATURDAY and day not in closed_days(day.year)


def add_banking_days(day: date, count: int) -> date:
    """Step `count` banking days forward, or back when below zero; zero gives `day` itself, banking day or not.

    Raises OverflowError beyond the year 9999.
    """
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_banking_day(day):
            day += step
    return day


def banking_days_between(start: date, end: date) -> int:
    """Count the banking days after `start` up to and including `end`; below zero when `end` comes first."""
    if end < start:
        return -banking_days_between(end, start)
    whole_years = sum(len(_banking_days(year)) for year in range(start.year, end.year))
    return whole_years + _passed_in_year(end) - _passed_in_year(start)


@lru_cache(maxsize=_YEARS_KEPT)
def closed_days(year: int) -> frozenset[date]:
    """Return the days of `year`, Saturdays and Sundays aside, when banks are closed.

    Midsummer Day and All Saints' Day are always Saturdays, Easter Day and Whit Sunday always Sundays: not listed.
    """
    easter = easter_day(year)
    days = {date(year, month, day) for month, day in _FIXED_CLOSED_DAYS}
    days.update(easter + timedelta(days=distance) for distance in _DAYS_FROM_EASTER)
    days.add(midsummer_eve(year))
    if year >= FIRST_YEAR_OF_NATIONAL_DAY:
        days.add(date(year, 6, 6))
    else:
        days.add(easter + timedelta(days=_WHIT_MONDAY_FROM_EASTER))
    return frozenset(days)


def midsummer_eve(year: int) -> date:
    """Return Midsummer Eve (*midsommarafton*): the Friday from 19 to 25 June."""
    nineteenth = date(year, 6, 19)
    friday = 4
    return nineteenth + timedelta(days=(friday - nineteenth.weekday()) % 7)


def easter_day(year: int) -> date:
    """Return Easter Day (*påskdagen*) by the Gregorian computus.

    Source: the anonymous algorithm of Nature, 20 April 1876, as printed in Meeus, Astronomical Algorithms, chapter 8.
    """
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leaps, year_rest = divmod(of_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leaps - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=_YEARS_KEPT)
def _banking_days(year: int) -> tuple[date, ...]:
    first = date(year, 1, 1).toordinal()
    days = (date.fromordinal(number) for number in range(first, date(year, 12, 31).toordinal() + 1))
    return tuple(day for day in days if is_banking_day(day))


def _passed_in_year(day: date) -> int:
    return bisect_right(_banking_days(day.year), day)


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without time zone: give an aware datetime")
    return moment.astimezone(UTC)
