"""The lines of a purge list (*gallringslista*): what loses its names, and what does not and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from hub.model.purging import PurgeRow
from hub.model.sheets import CellKind, Column, Line, LineKind
from hub.rules.reports.masking import IDENTITY

PURGE_COLUMNS = (
    Column("company"),
    Column("routine"),
    Column("number"),
    Column("debtor"),
    Column(IDENTITY),
    Column("register"),
    Column("invoiced_on", CellKind.DATE),
    Column("due_on", CellKind.DATE),
    Column("invoiced_ore", CellKind.AMOUNT),
    Column("paid_on", CellKind.DATE),
    Column("currency"),
    Column("state"),
    Column("reason"),
)


def purge_lines(rows: Iterable[PurgeRow]) -> Iterator[Line]:
    """Yield a line for each receivable, then the sum of what was invoiced."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.currency] += row.original_ore
        yield Line(LineKind.ROW, tuple(row))
    for currency, amount_ore in sorted(sums.items()):
        yield Line(LineKind.TOTAL, (*(None,) * 8, amount_ore, None, currency, None, None), "total")
