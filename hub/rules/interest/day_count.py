"""How days are counted, and how many make a year (*räntedagar*).

The Interest Act says per cent a year and no more. Kronofogden counts real days of real years today; the others are for
contracts that say so, and for comparing with older systems.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date
from enum import StrEnum

from hub.errors import DataError

_COMMERCIAL_YEAR = 360


class DayCount(StrEnum):
    """A day-count convention."""

    ACT_ACT = "act/act"  # real days; a year has 366 in a leap year, else 365
    ACT_365 = "act/365"
    ACT_360 = "act/360"
    THIRTY_360 = "30/360i"  # months of thirty days, the first and the last day both counted

    @classmethod
    def named(cls, name: str) -> DayCount:
        """Return the convention of a name, in whichever case. Raises DataError for a name that there is not."""
        try:
            return cls(name.lower())
        except ValueError:
            raise DataError(f"days are counted by one of: {', '.join(cls)}") from None

    def days_in_year(self, year: int) -> int:
        """Return what a year's interest is divided by."""
        if self is DayCount.ACT_ACT:
            return 366 if isleap(year) else 365
        return 365 if self is DayCount.ACT_365 else _COMMERCIAL_YEAR

    def days(self, first: date, last: date) -> int:
        """Count the days from the first to the last of a claim, both counted; zero when the last is earlier."""
        if last < first:
            return 0
        return self._place(last) - self._place(first) + 1

    def _place(self, day: date) -> int:
        if self is DayCount.THIRTY_360:
            return (day.year * 12 + day.month) * 30 + min(day.day, 30)
        return day.toordinal()
