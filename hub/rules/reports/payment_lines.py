"""The lines of a payment list: by transaction date, then method, with subtotals on both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from hub.model.reports import PaymentRow
from hub.model.sheets import Cell, CellKind, Column, Line, LineKind
from hub.rules.reports.masking import IDENTITY

NAME = "debtor"
PAYMENT_COLUMNS = (
    Column("transaction_date", CellKind.DATE),
    Column("method"),
    Column("company"),
    Column("routine"),
    Column("number"),
    Column(NAME),
    Column(IDENTITY),
    Column("booked_date", CellKind.DATE),
    Column("voucher", CellKind.COUNT),
    Column("amount_ore", CellKind.AMOUNT),
    Column("currency"),
)
_BETWEEN: tuple[Cell, ...] = (None,) * (len(PAYMENT_COLUMNS) - 4)

Sums = Counter[str]
"""Öre by currency."""


def payment_lines(rows: Iterable[PaymentRow]) -> Iterator[Line]:
    """Yield a line for each payment, given in the order of day and method, with subtotals behind each of both."""
    whole: Sums = Counter()
    for day, of_day in groupby(rows, lambda row: row.transaction_date):
        by_day: Sums = Counter()
        for method, of_method in groupby(of_day, lambda row: row.method):
            sums: Sums = Counter()
            for row in of_method:
                sums[row.currency] += row.amount_ore
                yield _line(row)
            yield from _sum_lines(LineKind.SUBTOTAL, "total_of_method", day, method, sums)
            _merge(by_day, sums)
        yield from _sum_lines(LineKind.SUBTOTAL, "total_of_day", day, None, by_day)
        _merge(whole, by_day)
    yield from _sum_lines(LineKind.TOTAL, "total", None, None, whole)


def _line(row: PaymentRow) -> Line:
    who = (row.number, row.debtor_name, row.debtor_identity)
    cells = (row.transaction_date, row.method, row.company, row.routine, *who, row.booked_date, row.voucher_no)
    return Line(LineKind.ROW, (*cells, row.amount_ore, row.currency))


def _sum_lines(kind: LineKind, label: str, day: str | None, method: str | None, sums: Sums) -> Iterator[Line]:
    for currency, amount_ore in sorted(sums.items()):
        yield Line(kind, (day, method, *_BETWEEN, amount_ore, currency), label)


def _merge(into: Sums, sums: Sums) -> None:
    for currency, amount_ore in sums.items():  # Counter's own sum drops what is not above zero
        into[currency] += amount_ore
