"""The reference rate (*referensränta*) of each half-year, and what may be added to what is known.

Source: räntelagen (1975:635) 9 §. The Riksbank fixes it for each calendar half-year: its policy rate at the end of the
half-year before, rounded up to the next half per cent. Before 1 July 2002 interest followed the discount rate, which
is not known here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from hub.banking_calendar import add_banking_days
from hub.errors import DataError, RuleViolation
from hub.rules.statutes import INTEREST_ACT

PARAGRAPH = f"{INTEREST_ACT} 9 §"
STEP = Decimal("0.5")  # rounded up to the next half per cent
LOWEST, HIGHEST = Decimal(-10), Decimal(30)  # what lies beyond is a slip of the hand
LONGEST_SOURCE = 200
SECOND_HALF = 7  # its first month

_PERCENT = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]{1,2})?")
_CENT = Decimal("0.01")


class ReferenceRate(NamedTuple):
    """The rate of one half-year, in per cent a year, and where it was read."""

    from_day: date
    percent: Decimal
    source: str
    is_verified: bool = True


class ReferenceRates:
    """The rates of half-years that follow one another without a gap."""

    def __init__(self, rates: Iterable[ReferenceRate]) -> None:
        """Take the rates, in any order. Raises DataError when there is none, one twice, or one left out."""
        self._rates = tuple(sorted(rates))
        if not self._rates:
            raise DataError("there is no reference rate at all")
        _refuse_gaps(self._rates)
        self.first_day = self._rates[0].from_day
        self.unknown_from = next_half_year(self._rates[-1].from_day)

    def __iter__(self) -> Iterator[ReferenceRate]:
        return iter(self._rates)

    def on(self, day: date) -> ReferenceRate:
        """Return the rate in force on a day.

        Raises RuleViolation when it is not known: no rate is guessed, and none goes on past its half-year (9 §).
        """
        if day < self.first_day:
            raise RuleViolation(
                f"there is no reference rate before {self.first_day}: older interest follows the discount rate, "
                "which the hub does not know",
                paragraph=PARAGRAPH,
            )
        if day >= self.unknown_from:
            raise RuleViolation(
                f"the reference rate from {self.unknown_from} is not known; when the Riksbank has fixed it, enter it: "
                f"hub rates add {self.unknown_from} PERCENT --source TEXT",
                paragraph=PARAGRAPH,
            )
        return self._rates[_count(self.first_day, day)]

    def unverified(self, first: date, last: date) -> list[date]:
        """Return the half-years between two days whose known rates nobody has compared with the Riksbank's."""
        from_day = half_year_of(first)
        return [rate.from_day for rate in self._rates if not rate.is_verified and from_day <= rate.from_day <= last]

    def extended(self, more: Iterable[ReferenceRate]) -> ReferenceRates:
        """Return these rates and more. One that was to be verified gives way; any other must be told the same again.

        Raises DataError when a rate differs from the known one, or leaves out a half-year before it.
        """
        known = {rate.from_day: rate for rate in self._rates}
        for rate in more:
            kept = known.get(rate.from_day)
            if kept is None or not kept.is_verified:
                known[rate.from_day] = rate
            elif kept.percent != rate.percent:
                raise DataError(
                    f"the reference rate from {rate.from_day} is known as {kept.percent} ({kept.source}), "
                    f"not {rate.percent}"
                )
        return ReferenceRates(known.values())


def half_year_of(day: date) -> date:
    """Return the first day of a day's half-year."""
    return date(day.year, SECOND_HALF if day.month >= SECOND_HALF else 1, 1)


def next_half_year(day: date) -> date:
    """Return the first day of the half-year after a day's."""
    return date(day.year + 1, 1, 1) if day.month >= SECOND_HALF else date(day.year, SECOND_HALF, 1)


def refuse_unlikely(rate: ReferenceRate, known: ReferenceRates, today: date) -> None:
    """Refuse a rate that cannot be what the Riksbank fixed for the next half-year: 9 §.

    Raises:
        RuleViolation: no first day of a half-year, no half per cent, or not fixed yet.
        DataError: an unlikely height, no source, or a half-year left out before it.
    """
    if rate.from_day != half_year_of(rate.from_day):
        raise RuleViolation("a reference rate holds for a half-year, from 1 January or 1 July", paragraph=PARAGRAPH)
    if rate.percent % STEP:
        raise RuleViolation("a reference rate is rounded up to a half per cent, such as 2.50", paragraph=PARAGRAPH)
    if not LOWEST <= rate.percent <= HIGHEST:
        raise DataError(f"PERCENT: a reference rate of {rate.percent} cannot be right")
    if not rate.source.strip() or len(rate.source) > LONGEST_SOURCE or not rate.source.isprintable():
        raise DataError(f"--source: say on one line where the rate was read, in at most {LONGEST_SOURCE} characters")
    if rate.from_day > known.unknown_from:
        raise DataError(f"the reference rate from {known.unknown_from} is not known yet: enter that one first")
    if rate.from_day < known.first_day:
        raise DataError(f"no interest is counted by reference rates from before {known.first_day}")
    fixed_on = add_banking_days(rate.from_day, -1)  # the last weekday before the half-year, or the day before it
    if today < fixed_on:
        raise RuleViolation(
            f"the reference rate from {rate.from_day} is not fixed before {fixed_on}", paragraph=PARAGRAPH
        )


@cache
def shipped_rates() -> ReferenceRates:
    """Return the rates that the hub comes with."""
    text = files("hub.rules.interest").joinpath("reference_rates.toml").read_text(encoding="utf-8")
    return ReferenceRates(rate_of(row) for row in tomllib.loads(text)["rate"])


def rate_of(row: Mapping[str, Any]) -> ReferenceRate:
    """Read a rate as its table holds it: `from`, `percent`, `source`, and `to_be_verified` where that is true.

    Raises DataError when one is missing or of another kind.
    """
    from_day, percent, source = (row.get(name) for name in ("from", "percent", "source"))
    if type(from_day) is not date or not isinstance(percent, str) or not isinstance(source, str) or not source:
        raise DataError('a reference rate is written as: from = 2026-07-01, percent = "2.00", source = "…"')
    return ReferenceRate(from_day, read_percent(percent), source, not row.get("to_be_verified", False))


def read_percent(text: str) -> Decimal:
    """Read a percentage of at most two decimals, with point or comma. Raises DataError for anything else."""
    if not _PERCENT.fullmatch(text):
        raise DataError("a rate is a number of per cent with at most two decimals, such as 2.50")
    return Decimal(text.replace(",", ".")).quantize(_CENT)


def _refuse_gaps(rates: Iterable[ReferenceRate]) -> None:
    due: date | None = None
    for rate in rates:
        if rate.from_day != half_year_of(rate.from_day) or due not in (None, rate.from_day):
            raise DataError(f"the reference rate from {rate.from_day} does not follow the one before it")
        due = next_half_year(rate.from_day)


def _count(first: date, day: date) -> int:
    """Count the half-years from one day's to another's."""
    return 2 * (day.year - first.year) + (day.month >= SECOND_HALF) - (first.month >= SECOND_HALF)
