"""When a claim lapses (*preskription*), what starts the time anew (*preskriptionsavbrott*), and when to warn.

Source: preskriptionslagen (1981:130). Interest and fees lapse with the principal at the latest (8 §). The last day is
not moved off a day off here: whoever relies on that is a day late.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.model.limitation import InterruptedBy, Interruption
from hub.rules.statutes import LIMITATION_ACT

CONSUMER_YEARS = 3
USUAL_YEARS = 10
YEARS_AFTER_FAILED_STEP = 1
WARNING_MONTHS = (2, 6)

_MONTHS = 12


class Life(NamedTuple):
    """A claim's last day, None while a legal step keeps it alive, and what it counts from, None: its first day."""

    last_day: date | None
    counts_from: Interruption | None = None


def limitation_years(*, is_consumer_claim: bool, is_running_note: bool = False) -> int:
    """Return how many years a claim lives: preskriptionslagen (1981:130) 2 §.

    Three when a consumer owes a business for what is mainly for private use; ten otherwise, and by a running promissory
    note (*löpande skuldebrev*). Whether a municipality's charge is the one or the other is for the tenant to say.
    """
    return CONSUMER_YEARS if is_consumer_claim and not is_running_note else USUAL_YEARS


def life_of(arose_on: date, years: int, interruptions: Iterable[Interruption] = ()) -> Life:
    """Return how long a claim lives.

    Preskriptionslagen (1981:130) 2 §: from the day the claim arose (*tillkomst*), not from its due date. 6 and 7 §§:
    a whole new time runs from each interruption, or from the end of a legal step. 7 §: a step that came to nothing
    interrupts nothing, but the claim lives a year after its end. What comes after the last day revives nothing.

    Raises DataError for an interruption before the claim arose, or one that ended before it began.
    """
    last_day, counts_from = years_later(arose_on, years), None
    for one in sorted(interruptions, key=lambda interruption: interruption.on):
        if one.on < arose_on or (one.ended_on or one.on) < one.on:
            raise DataError(f"a claim of {arose_on} is not interrupted on {one.on}, ended on {one.ended_on}")
        if one.on > last_day:
            break
        lives_on_until = _lives_on_until(one, years)
        if lives_on_until is None:
            return Life(None, one)
        if lives_on_until > last_day:
            last_day, counts_from = lives_on_until, one
    return Life(last_day, counts_from)


def lapses_after(arose_on: date, years: int, interruptions: Iterable[Interruption] = ()) -> date | None:
    """Return the last day of a claim's life, None while a legal step keeps it alive; see `life_of`."""
    return life_of(arose_on, years, interruptions).last_day


def _lives_on_until(one: Interruption, years: int) -> date | None:
    if one.kind is not InterruptedBy.LEGAL_STEP:
        return years_later(one.on, years)
    if one.ended_on is None:
        return None
    return years_later(one.ended_on, YEARS_AFTER_FAILED_STEP if one.has_failed else years)


def refuse_lapsed(on: date, last_day: date | None) -> None:
    """Refuse a step for a claim that has lapsed: preskriptionslagen (1981:130) 8 §, the creditor cannot demand it."""
    if last_day is not None and on > last_day:
        raise RuleViolation(f"the claim lapsed after {last_day}", paragraph=f"{LIMITATION_ACT} 8 §")


def refuse_agreed_years(years: int, *, is_consumer_claim: bool) -> None:
    """Refuse a longer time agreed with a consumer before it has run: preskriptionslagen (1981:130) 12 §."""
    if is_consumer_claim and years > CONSUMER_YEARS:
        raise RuleViolation(
            f"a consumer's debt lapses after {CONSUMER_YEARS} years, whatever is agreed",
            paragraph=f"{LIMITATION_ACT} 12 §",
        )


def warning_months(today: date, last_day: date | None) -> int | None:
    """Return the warning that is due, 2 or 6 months before the last day; None when none is, or the day is past."""
    return next((months for months in WARNING_MONTHS if is_lapsing(today, last_day, months)), None)


def is_lapsing(today: date, last_day: date | None, months: int) -> bool:
    """Say whether a claim lives today, and lapses within so many months."""
    return last_day is not None and months_earlier(last_day, months) <= today <= last_day


def years_later(day: date, years: int) -> date:
    """Return the same day so many years later; 28 February for 29 February in a year without it.

    Lag (1930:173) om beräkning av lagstadgad tid, 1 §: the day of that number, or the last of the month.
    """
    return months_earlier(day, -_MONTHS * years)


def months_earlier(day: date, months: int) -> date:
    """Return the day of the same number so many months earlier, or the last of that month."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 - months, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
