"""Interest for being late, day by day and to the öre: segments of one balance and one rate, summed and rounded once.

The sum over the days of balance · rate / days of the year, räntelagen (1975:635) 3, 4 and 6 §§, as exact fractions.
Interest is on the principal (*kapitalbelopp*) alone: not on interest, not on fees. A part payment lowers the principal
from the day after it, since the day of payment still bears interest on the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import NamedTuple

from hub.errors import DataError
from hub.money import ORE_PER_KRONA, plain_kronor
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import BY_LAW, InterestRate
from hub.rules.interest.reference_rates import SECOND_HALF, ReferenceRates

LONGEST_YEARS = 100  # no claim lives so long
DECIMALS = 6  # of a krona, in what is not rounded to the öre

_ONE_DAY = timedelta(days=1)
_HALF = Fraction(1, 2)


class Reduction(NamedTuple):
    """What lowers the principal: a part payment, or a credit of what was never owed."""

    day: date
    amount_ore: int
    was_never_owed: bool = False  # then no day bore interest on it


class Claim(NamedTuple):
    """A principal that bears interest from its first day on, until it is paid."""

    principal_ore: int
    first_day: date
    reductions: Sequence[Reduction] = ()
    rate: InterestRate = BY_LAW
    day_count: DayCount = DayCount.ACT_ACT


class Segment(NamedTuple):
    """Days with one balance and one rate, within one calendar year; both days are counted."""

    first_day: date
    last_day: date
    days: int
    balance_ore: int
    rate_percent: Decimal
    days_in_year: int

    @property
    def interest_ore(self) -> Fraction:
        """The interest of these days, exactly."""
        return Fraction(self.rate_percent) * self.balance_ore * self.days / (100 * self.days_in_year)


class Interest(NamedTuple):
    """What has been earned by the last day."""

    interest_ore: int
    segments: tuple[Segment, ...]
    principal_left_ore: int

    @property
    def days(self) -> int:
        """How many days bore interest."""
        return sum(segment.days for segment in self.segments)


def interest_on(claim: Claim, last_day: date, references: ReferenceRates) -> Interest:
    """Count the interest of a claim up to and with its last day, rounded once, half an öre up.

    A last day before the first gives zero and no segment.

    Raises:
        DataError: no principal, payments of more than it, or after the last day, or a period that no claim has.
        RuleViolation: a reference rate that is needed is not known.
    """
    _refuse_contradictions(claim, last_day)
    segments = tuple(_segments(claim, last_day, references))
    return Interest(interest_of(segments), segments, claim.principal_ore - sum(r.amount_ore for r in claim.reductions))


def segments_after(segments: Iterable[Segment], day: date, day_count: DayCount) -> list[Segment]:
    """Return what of segments lies after a day: of one that holds the day, the days that follow it."""
    later = (one for one in segments if one.last_day > day)
    return [one if one.first_day > day else _from(one, day + _ONE_DAY, day_count) for one in later]


def interest_of(segments: Iterable[Segment]) -> int:
    """Return the interest of days together in öre, rounded once."""
    return rounded(sum((one.interest_ore for one in segments), Fraction()))


def rounded(amount: Fraction) -> int:
    """Round to a whole number, a half up: `2.5` is 3."""
    return int((amount + _HALF) // 1)


def exact_kronor(amount_ore: Fraction) -> str:
    """Write an exact amount that is not below zero in kronor, to six decimals: `169.726027`."""
    whole, parts = divmod(rounded(amount_ore * 10**DECIMALS / ORE_PER_KRONA), 10**DECIMALS)
    return f"{whole}.{parts:0{DECIMALS}}"


def _segments(claim: Claim, last_day: date, references: ReferenceRates) -> Iterator[Segment]:
    """Yield what bears interest, neighbours of one year with one balance and one rate put together."""
    for _, alike in groupby(_short_segments(claim, last_day, references), _what_it_bears):
        first, *more = alike
        last = more[-1] if more else first
        yield first._replace(last_day=last.last_day, days=first.days + sum(one.days for one in more))


def _short_segments(claim: Claim, last_day: date, references: ReferenceRates) -> Iterator[Segment]:
    for first, last in _pieces(claim, last_day):
        balance_ore = _balance_ore(claim, first)
        if not balance_ore:
            return  # paid: later rates need not be known
        yield _segment(claim, first, last, balance_ore, references)


def _pieces(claim: Claim, last_day: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of pieces within which nothing changes."""
    if last_day < claim.first_day:
        return
    lowered = (one.day + _ONE_DAY for one in claim.reductions if one.day < last_day)
    changes = {*_half_years(claim.first_day, last_day), *lowered}
    starts = [claim.first_day, *sorted(day for day in changes if claim.first_day < day <= last_day)]
    for first, following in pairwise(starts):
        yield first, following - _ONE_DAY
    yield starts[-1], last_day


def _half_years(first: date, last: date) -> Iterable[date]:
    return (date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, SECOND_HALF))


def _balance_ore(claim: Claim, day: date) -> int:
    """Return the principal that bears interest on a day."""
    lowered = (one.amount_ore for one in claim.reductions if one.was_never_owed or one.day < day)
    return claim.principal_ore - sum(lowered)


def _segment(claim: Claim, first: date, last: date, balance_ore: int, references: ReferenceRates) -> Segment:
    before = claim.day_count.days(claim.first_day, first - _ONE_DAY)
    days = claim.day_count.days(claim.first_day, last) - before  # so counted, no piece adds or loses a day of the whole
    percent = claim.rate.on(first, references)
    return Segment(first, last, days, balance_ore, percent, claim.day_count.days_in_year(first.year))


def _from(segment: Segment, first: date, day_count: DayCount) -> Segment:
    return segment._replace(first_day=first, days=day_count.days(first, segment.last_day))


def _what_it_bears(segment: Segment) -> tuple[int, Decimal, int]:
    return segment.balance_ore, segment.rate_percent, segment.first_day.year


def _refuse_contradictions(claim: Claim, last_day: date) -> None:
    if claim.principal_ore <= 0:
        raise DataError("the principal must be above zero")
    if last_day.year - claim.first_day.year > LONGEST_YEARS:
        raise DataError(f"from {claim.first_day} to {last_day} is more than {LONGEST_YEARS} years: look at the dates")
    for one in claim.reductions:
        if one.amount_ore <= 0:
            raise DataError(f"what was paid on {one.day} must be above zero")
        if one.day > last_day:
            raise DataError(f"the payment of {one.day} comes after {last_day}: leave it out, or count to a later day")
    paid_ore = sum(one.amount_ore for one in claim.reductions)
    if paid_ore > claim.principal_ore:
        raise DataError(
            f"{plain_kronor(paid_ore)} is more than the principal of {plain_kronor(claim.principal_ore)}: "
            "interest is on the principal alone, so give only what was paid of it"
        )
