"""The lines of dunning statistics (*kravstatistik*): how much of what was invoiced came how far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from hub.model.reports import NO_STEP, DunnedCount
from hub.model.sheets import CellKind, Column, Line, LineKind

DUNNING_COLUMNS = (
    Column("period"),
    Column("company"),
    Column("routine"),
    Column("step"),
    Column("count", CellKind.COUNT),
    Column("amount_ore", CellKind.AMOUNT),
    Column("share_of_count", CellKind.SHARE),
    Column("share_of_amount", CellKind.SHARE),
    Column("currency"),
)
STEPS = (
    NO_STEP,
    "reminder_1",
    "reminder_2",
    "demand",
    "residual_demand",
    "warning",
    "order_to_pay",
    "instalment_plan",
    "transfer",
)
WHOLE = 10_000  # hundredths of a per cent


def dunning_lines(counts: Iterable[DunnedCount]) -> Iterator[Line]:
    """Yield, for each period, company, routine and currency, what was invoiced and each step with its shares."""
    for _, of_routine in groupby(counts, lambda one: one[:4]):
        rows = sorted(of_routine, key=lambda one: _order(one.step))
        invoiced = next((one for one in rows if one.step == NO_STEP), None)
        for one in rows:
            shares = (
                share(one.invoices, invoiced.invoices if invoiced else 0),
                share(one.amount_ore, invoiced.amount_ore if invoiced else 0),
            )
            head = (one.period, one.company, one.routine, one.step, one.invoices, one.amount_ore)
            yield Line(LineKind.ROW, (*head, *shares, one.currency))


def share(part: int, whole: int) -> int | None:
    """Return a part of a whole in hundredths of a per cent, half up; None of nothing.

    >>> share(1, 3), share(2, 3), share(1, 0)
    (3333, 6667, None)
    """
    return (2 * part * WHOLE + whole) // (2 * whole) if whole else None


def _order(step: str) -> int:
    return STEPS.index(step) if step in STEPS else len(STEPS)
