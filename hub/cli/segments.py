"""The days that bore interest, with balance and rate: as JSON and as a table."""

from __future__ import annotations

from typing import Any

from hub.cli.showing import Column, kronor, show_table
from hub.money import plain_kronor
from hub.rules.interest.calculation import Interest, Segment, exact_kronor


def segments_told(earned: Interest) -> list[dict[str, Any]]:
    """Return the segments of interest as JSON tells them."""
    return [_segment(one) for one in earned.segments]


def show_segments(earned: Interest) -> None:
    """Show the segments of interest, a row each."""
    rows = [
        (
            str(one.first_day),
            str(one.last_day),
            str(one.days),
            kronor(one.balance_ore),
            f"{one.rate_percent:.2f}",
            str(one.days_in_year),
            exact_kronor(one.interest_ore),
        )
        for one in earned.segments
    ]
    numbers = [(name, "right") for name in ("days", "balance", "per cent", "of", "interest")]
    columns: list[Column] = ["from", "to", *numbers]
    show_table("", columns, rows, empty="no day bears interest")


def _segment(one: Segment) -> dict[str, Any]:
    return {
        "from": one.first_day,
        "to": one.last_day,
        "days": one.days,
        "balance": plain_kronor(one.balance_ore),
        "rate_percent": f"{one.rate_percent:.2f}",
        "divisor": one.days_in_year,
        "interest_unrounded": exact_kronor(one.interest_ore),
    }
