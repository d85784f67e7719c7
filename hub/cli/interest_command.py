"""`hub interest`: what a late payment costs; needs no tenant, no home and no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer

from hub.banking_calendar import is_banking_day
from hub.cli.days import day_of
from hub.cli.segments import segments_told, show_segments
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, kronor, say, show_fields
from hub.errors import DataError, FormatError, RuleViolation
from hub.money import parse_kronor, plain_kronor
from hub.rules.interest.calculation import Claim, Interest, Reduction, interest_on
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import rate_named
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.interest.start import first_day_after_due, moved_to_weekday
from hub.rules.statutes import INTEREST_ACT
from hub.runtime.rates import home_of_rates, known_rates

Principal = Annotated[str, typer.Option("--principal", metavar="KRONOR", help="What is owed, without fees.")]
Due = Annotated[str, typer.Option("--due", metavar="DATE", help="The due date; interest runs from the day after.")]
Until = Annotated[str, typer.Option("--until", metavar="DATE", help="The last day that bears interest.")]
Rate = Annotated[str, typer.Option("--rate", metavar="RATE", help="ref+8, ref+2, or in per cent a year as 9.25.")]
Paid = Annotated[
    list[str] | None,
    typer.Option("--paid", metavar="DATE=KRONOR", help="Paid of the principal; may be given several times."),
]
Days = Annotated[str, typer.Option("--day-count", metavar="NAME", help=f"How days are counted: {', '.join(DayCount)}.")]
WeekdayDue = Annotated[
    bool, typer.Option("--weekday-due", help="A due date on a day off counts as the next weekday (1936:81, 5 §).")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "interest")(interest)


def interest(
    session: Session,
    principal: Principal,
    due: Due,
    until: Until,
    rate: Rate = "ref+8",
    paid: Paid = None,
    day_count: Days = DayCount.ACT_ACT,
    weekday_due: WeekdayDue = False,
) -> None:
    """Count interest for being late (dröjsmålsränta), with each segment of days, balance and rate.

    Needs no tenant and no home; rates that were entered in a home are used where there is one.
    """
    due_date, last_day = day_of("--due", due), day_of("--until", until)
    if last_day < due_date:
        raise RuleViolation(f"no interest runs before the due date {due_date}", paragraph=f"{INTEREST_ACT} 2 §")
    counted_due = moved_to_weekday(due_date) if weekday_due else due_date
    claim = Claim(
        principal_ore=_ore("--principal", principal),
        first_day=first_day_after_due(counted_due),
        reductions=[_reduction(one) for one in paid or ()],
        rate=rate_named(rate),
        day_count=DayCount.named(day_count),
    )
    rates = known_rates(home_of_rates(session.home))
    earned = interest_on(claim, last_day, rates)
    notes = _notes(claim, earned, rates, counted_due)
    if session.as_json:
        answer_json(_told(claim, earned, counted_due, last_day, notes))
        return
    _show(claim, earned)
    for note in notes:
        say(note)


def _notes(claim: Claim, earned: Interest, rates: ReferenceRates, due_date: date) -> list[str]:
    """Return what a person should look at before the interest is charged."""
    notes = []
    if not is_banking_day(due_date):
        notes.append(f"{due_date} is a day off: with --weekday-due it counts as {moved_to_weekday(due_date)}")
    if claim.rate.is_above_reference and earned.segments:
        unverified = rates.unverified(claim.first_day, earned.segments[-1].last_day)
        notes += [f"the reference rate from {day} has not been compared with the Riksbank's" for day in unverified]
    return notes


def _told(claim: Claim, earned: Interest, due_date: date, last_day: date, notes: Sequence[str]) -> dict[str, Any]:
    return {
        "interest": plain_kronor(earned.interest_ore),
        "segments": segments_told(earned),
        "principal_left": plain_kronor(earned.principal_left_ore),
        "principal": plain_kronor(claim.principal_ore),
        "due_date": due_date,
        "first_day": claim.first_day,
        "last_day": last_day,
        "days": earned.days,
        "rate": str(claim.rate),
        "day_count": claim.day_count,
        "notes": list(notes),
    }


def _show(claim: Claim, earned: Interest) -> None:
    show_segments(earned)
    fields = [
        ("interest", kronor(earned.interest_ore)),
        ("days", f"{earned.days}, counted {claim.day_count}"),
        ("rate", str(claim.rate)),
        ("principal left", kronor(earned.principal_left_ore)),
    ]
    show_fields("", fields)


def _reduction(text: str) -> Reduction:
    day, found, amount = text.partition("=")
    if not found:
        raise DataError("--paid: write DATE=KRONOR, such as 2026-03-31=500.00")
    return Reduction(day_of("--paid", day), _ore("--paid", amount))


def _ore(option: str, text: str) -> int:
    try:
        return parse_kronor(text)
    except FormatError as error:
        raise FormatError(f"{option}: {error.message}", code=error.code, value=text) from None
