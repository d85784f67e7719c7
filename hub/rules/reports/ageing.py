"""Ageing (*åldersanalys*): how long what is owed has been due, by debtor and in total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from hub.model.reports import NOT_DUE, AgedDebtor, CreditAgeing
from hub.model.sheets import CellKind, Column, Line, LineKind
from hub.rules.reports.masking import IDENTITY

_WHO = (Column("debtor"), Column(IDENTITY), Column("debtor_number"), Column("company"))


def ageing_columns(periods: Sequence[int]) -> tuple[Column, ...]:
    """Return the columns of an ageing: not due, each period by its days, what is older, and the balance.

    >>> [column.days for column in ageing_columns((0, 30)) if column.days]
    [(1, 30), (30,)]
    """
    between = [Column("due_between", CellKind.AMOUNT, (first + 1, last)) for first, last in pairwise(periods)]
    older = Column("due_longer", CellKind.AMOUNT, (periods[-1],))
    balance = Column("balance_ore", CellKind.AMOUNT)
    counted = Column("receivables", CellKind.COUNT)
    return (*_WHO, counted, Column("not_due", CellKind.AMOUNT), *between, older, balance, Column("currency"))


def period_of(due_date: date, as_of: date, periods: Sequence[int]) -> int:
    """Return the place of the period that a due date lies in on a day: 0 for not due, then one for each.

    What falls due on the day itself is not due yet; a day later it is one day old.
    """
    days = (as_of - due_date).days
    return sum(1 for bound in periods if days > bound)


def first_due_dates(as_of: date, periods: Sequence[int]) -> tuple[str, ...]:
    """Return, for each period bound, the earliest due date that is not beyond it: SQL ages by comparing with these."""
    return tuple((as_of - timedelta(days=bound)).isoformat() for bound in periods)


def aged(
    amounts: Iterable[tuple[str, int]], as_of: date, periods: Sequence[int], credits: CreditAgeing
) -> tuple[int, ...]:
    """Return balances, given as (due date, öre), summed by period."""
    sums = [0] * (len(periods) + 1)
    for due_date, amount_ore in amounts:
        is_current = not due_date or (amount_ore < 0 and credits is CreditAgeing.CURRENT)
        sums[NOT_DUE if is_current else period_of(date.fromisoformat(due_date), as_of, periods)] += amount_ore
    return tuple(sums)


def ageing_lines(debtors: Iterable[AgedDebtor]) -> Iterator[Line]:
    """Yield a line for each debtor and currency, then the total of each currency."""
    sums: dict[str, list[int]] = {}
    for debtor in debtors:
        amounts = (debtor.receivables, *debtor.periods_ore, debtor.balance_ore)
        yield Line(LineKind.ROW, (*debtor[:4], *amounts, debtor.currency))
        total = sums.setdefault(debtor.currency, [0] * len(amounts))
        for at, amount in enumerate(amounts):
            total[at] += amount
    for currency, total in sorted(sums.items()):
        yield Line(LineKind.TOTAL, (None, None, None, None, *total, currency), "total")
