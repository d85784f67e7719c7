"""The days on which a plan is paid: the first soon after it is made, and the others month by month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from hub.errors import DataError

MONTHS_OF_YEAR = 12
FIRST_WITHIN_MONTHS = 3
"""A plan is paid from now on, month by month. A first payment that lies further ahead is a deferral: nothing is paid
meanwhile that would acknowledge the debt, and a consumer's is barred after three years (preskriptionslagen 2, 5 §§)."""


def payment_day(first: date, payment_no: int, *, is_last_of_month: bool) -> date:
    """Return the day of the n-th payment, counted from 1: the same day each month, or the last day of each.

    A month that has no such day is paid on its last one.
    """
    months = first.month - 1 + payment_no - 1
    year, month = first.year + months // MONTHS_OF_YEAR, months % MONTHS_OF_YEAR + 1
    length = monthrange(year, month)[1]
    return date(year, month, length if is_last_of_month else min(first.day, length))


def refuse_first_payment(first: date, made_on: date, *, is_last_of_month: bool) -> None:
    """Refuse a first payment before the plan or long after it, or not on a month's last day where all are to be.

    Raises:
        DataError: it is so; with the day to give instead.
    """
    if first < made_on:
        raise DataError(f"the first payment {first} is before the plan's day {made_on}: give that day or a later one")
    latest = payment_day(made_on, 1 + FIRST_WITHIN_MONTHS, is_last_of_month=is_last_of_month)
    if first > latest:
        raise DataError(
            f"the first payment {first} is more than {FIRST_WITHIN_MONTHS} months after the plan's day {made_on}: give "
            f"{latest} or an earlier day, or defer with a hold until then and make the plan when it ends"
        )
    last = payment_day(first, 1, is_last_of_month=True)
    if is_last_of_month and first != last:
        raise DataError(
            f"payments on the last day of the month begin on one: give {last} as the first payment, or leave the "
            "switch out and pay the same day each month"
        )
