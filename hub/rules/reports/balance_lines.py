"""The lines of an open balance list and of a receivables list, with totals by routine, company and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from hub.model.reports import BalanceRow, BalanceTotal
from hub.model.sheets import Cell, CellKind, Column, Line, LineKind
from hub.rules.reports.masking import IDENTITY

_KEY = (Column("company"), Column("routine"))
_WHO = (Column("number"), Column("debtor"), Column(IDENTITY), Column("register"), Column("department"))
_DATES = (Column("invoiced_on", CellKind.DATE), Column("due_on", CellKind.DATE))
_AMOUNTS = tuple(Column(name, CellKind.AMOUNT) for name in ("invoiced_ore", "added_ore", "paid_ore", "balance_ore"))
_LATE = Column("days_late", CellKind.COUNT)
BALANCE_COLUMNS = (*_KEY, *_WHO, *_DATES, *_AMOUNTS, Column("currency"))
RECEIVABLE_COLUMNS = (*_KEY, *_WHO, *_DATES, _LATE, _AMOUNTS[0], _AMOUNTS[-1], Column("currency"))
TOTAL_COLUMNS = (*_KEY, Column("receivables", CellKind.COUNT), *_AMOUNTS, Column("currency"))

Sums = list[int]


def balance_lines(rows: Iterable[BalanceRow]) -> Iterator[Line]:
    """Yield a line for each receivable, then the totals."""
    totals = Totals()
    for row in rows:
        totals.add(row)
        yield Line(LineKind.ROW, (*_head(row), *row[-4:], row.currency))
    width = len(BALANCE_COLUMNS) - 7  # between the routine and the amounts
    yield from _total_lines(totals, lambda total: (*[None] * width, *total[4:], total.currency))


def receivable_lines(rows: Iterable[BalanceRow], today: date) -> Iterator[Line]:
    """Yield a line for each unpaid receivable, with the days since it fell due, then the totals."""
    totals = Totals()
    for row in rows:
        totals.add(row)
        yield Line(
            LineKind.ROW, (*_head(row), days_late(row.due_date, today), row.invoiced_ore, row.balance_ore, row.currency)
        )
    width = len(RECEIVABLE_COLUMNS) - 5
    yield from _total_lines(
        totals, lambda total: (*[None] * width, total.invoiced_ore, total.balance_ore, total.currency)
    )


def total_lines(totals: Iterable[BalanceTotal]) -> Iterator[Line]:
    """Yield a row for each routine, then the totals by company and whole."""
    summed = Totals()
    for total in totals:
        summed.put(total)
        yield Line(LineKind.ROW, (total.company, total.routine, *total[3:], total.currency))
    for line in _total_lines(summed, lambda total: (*total[3:], total.currency)):
        if line.label != "total_of_routine":  # which the rows say
            yield line


def days_late(due_date: str, today: date) -> int:
    """Return the days since the due date, 0 until it has passed."""
    return max(0, (today - date.fromisoformat(due_date)).days) if due_date else 0


class Totals:
    """Adds up a balance list while it goes by: as many sums as there are routines."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, str], Sums] = {}

    def add(self, row: BalanceRow) -> None:
        """Count one receivable."""
        self._add((row.company, row.routine, row.currency), (1, *row[-4:]))

    def put(self, total: BalanceTotal) -> None:
        """Count a whole routine."""
        self._add((total.company, total.routine, total.currency), total[3:])

    def _add(self, key: tuple[str, str, str], amounts: tuple[int, ...]) -> None:
        sums = self._sums.setdefault(key, [0] * 5)
        for at, amount in enumerate(amounts):
            sums[at] += amount

    def by_routine(self) -> list[BalanceTotal]:
        """Return the sums by company, routine and currency."""
        return [BalanceTotal(*key, *sums) for key, sums in sorted(self._sums.items())]

    def by_company(self) -> list[BalanceTotal]:
        """Return the sums by company and currency."""
        return _merged((total.company, "", total.currency, total) for total in self.by_routine())

    def whole(self) -> list[BalanceTotal]:
        """Return the sums by currency alone: one for each."""
        return _merged(("", "", total.currency, total) for total in self.by_routine())


def _merged(keyed: Iterable[tuple[str, str, str, BalanceTotal]]) -> list[BalanceTotal]:
    merged = Totals()
    for company, routine, currency, total in keyed:
        merged.put(total._replace(company=company, routine=routine, currency=currency))
    return merged.by_routine()


def _head(row: BalanceRow) -> tuple[Cell, ...]:
    who = (row.number, row.debtor_name, row.debtor_identity, row.register_identity, row.department)
    return (row.company, row.routine, *who, row.invoice_date, row.due_date)


def _total_lines(totals: Totals, rest: Callable[[BalanceTotal], tuple[Cell, ...]]) -> Iterator[Line]:
    for kind, label, summed in (
        (LineKind.SUBTOTAL, "total_of_routine", totals.by_routine()),
        (LineKind.SUBTOTAL, "total_of_company", totals.by_company()),
        (LineKind.TOTAL, "total", totals.whole()),
    ):
        for total in summed:
            yield Line(kind, (total.company or None, total.routine or None, *rest(total)), label)
