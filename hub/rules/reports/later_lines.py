"""The lines that explain why a list as of a past day is not what it was: entries registered since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from hub.model.reports import LaterEntry
from hub.model.sheets import CellKind, Column, Line, LineKind

LATER_COLUMNS = (
    Column("event", CellKind.COUNT),
    Column("registered_on", CellKind.DATE),
    Column("company"),
    Column("number"),
    Column("what"),
    Column("transaction_date", CellKind.DATE),
    Column("booked_date", CellKind.DATE),
    Column("amount_ore", CellKind.AMOUNT),
    Column("currency"),
)


def later_lines(entries: Iterable[LaterEntry]) -> Iterator[Line]:
    """Yield a line for each entry, then the sum: the difference between the list now and the list then."""
    sums: Counter[str] = Counter()
    for one in entries:
        sums[one.currency] += one.amount_ore
        head = (one.entry_no, one.registered_at[:10], one.company, one.number, one.cause)
        yield Line(LineKind.ROW, (*head, one.transaction_date, one.booked_date, one.amount_ore, one.currency))
    for currency, amount_ore in sorted(sums.items()):
        yield Line(LineKind.TOTAL, (*(None,) * 7, amount_ore, currency), "total")
