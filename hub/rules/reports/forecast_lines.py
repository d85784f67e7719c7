"""The lines of a payment forecast (*betalningsprognos*): what is expected on each due date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from hub.model.reports import ForecastRow
from hub.model.sheets import CellKind, Column, Line, LineKind

FORECAST_COLUMNS = (
    Column("due_on", CellKind.DATE),
    Column("company"),
    Column("routine"),
    Column("receivables", CellKind.COUNT),
    Column("expected_ore", CellKind.AMOUNT),
    Column("currency"),
)


def forecast_lines(rows: Iterable[ForecastRow], today: str) -> Iterator[Line]:
    """Yield a line for each due date, company and routine, given by due date, then totals: overdue, to come, whole."""
    sums: dict[str, Counter[tuple[str, str]]] = {label: Counter() for label in ("overdue", "to_come", "total")}
    for day, of_day in groupby(rows, lambda row: row.due_date):
        for row in of_day:
            yield Line(LineKind.ROW, (row.due_date, *row[1:3], row.receivables, row.amount_ore, row.currency))
            for label in ("overdue" if day < today else "to_come", "total"):
                sums[label][row.currency, "receivables"] += row.receivables
                sums[label][row.currency, "amount"] += row.amount_ore
    for label, counted in sums.items():
        for currency in sorted({currency for currency, _ in counted}):
            cells = (None, None, None, counted[currency, "receivables"], counted[currency, "amount"], currency)
            yield Line(LineKind.TOTAL if label == "total" else LineKind.SUBTOTAL, cells, label)
