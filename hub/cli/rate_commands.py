"""`hub rates`: the reference rates that interest is counted by, and how the next half-year's is entered."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from hub.banking_calendar import SystemClock
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say, show_table
from hub.errors import DataError
from hub.rules.interest.reference_rates import ReferenceRate, read_percent
from hub.runtime.config import find_home
from hub.runtime.rates import enter_rate, home_of_rates, known_rates


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Reference rates of the Interest Act, by half-year.")
    command(app, "list", is_default=True)(list_rates)
    command(app, "add")(add)
    return app


def list_rates(session: Session) -> None:
    """List the rates that are known, the latest first, with where each was read. Needs no home."""
    rates = sorted(known_rates(home_of_rates(session.home)), reverse=True)
    if session.as_json:
        answer_json(
            [
                {"from": r.from_day, "percent": str(r.percent), "source": r.source, "is_verified": r.is_verified}
                for r in rates
            ]
        )
        return
    rows = [(str(r.from_day), str(r.percent), "" if r.is_verified else "to be verified", r.source) for r in rates]
    show_table("", (("from", "keep"), ("per cent", "right"), "", ("source", "wrap")), rows)


def add(
    session: Session,
    from_day: Annotated[str, typer.Argument(metavar="DATE", help="The first day of the half-year.")],
    percent: Annotated[str, typer.Argument(metavar="PERCENT", help="Such as 2.50; below zero: -- -0.50 at the end.")],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Where it was read, and when.")],
) -> None:
    """Enter the reference rate of the next half-year, as the Riksbank has fixed it; it is kept in the home."""
    home = home_of_rates(session.home) or find_home(session.home)  # which says that there is none
    rate = ReferenceRate(_day(from_day), read_percent(percent), source)
    is_new = enter_rate(home, rate, SystemClock().today())
    if session.as_json:
        answer_json({"from": rate.from_day, "percent": str(rate.percent), "source": rate.source, "is_new": is_new})
    else:
        say(f"from {rate.from_day}: {rate.percent} per cent{'' if is_new else ', as was known'}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError("DATE: write the first day of a half-year, such as 2026-07-01") from None
