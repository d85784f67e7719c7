"""A statement of account (*kontoutdrag*): what a debtor owed, what happened since, and what is owed, with its age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from hub.model.reports import PERIODS, CreditAgeing, StatementLine, StatementMovement, StatementOfAccount
from hub.model.sheets import CellKind, Column, Line, LineKind
from hub.rules.reports.ageing import aged

STATEMENT_COLUMNS = (
    Column("on", CellKind.DATE),
    Column("company"),
    Column("number"),
    Column("what"),
    Column("due_on", CellKind.DATE),
    Column("amount_ore", CellKind.AMOUNT),
    Column("balance_ore", CellKind.AMOUNT),
    Column("currency"),
)


def statements(
    movements: Iterable[StatementMovement],
    first: date,
    last: date,
    periods: tuple[int, ...] = PERIODS,
    credits: CreditAgeing = CreditAgeing.AGED,
) -> Iterator[StatementOfAccount]:
    """Yield the statement of each debtor and currency, given their movements up to `last`, one debtor after another.

    What happened before `first` is the opening balance; movements come by date. A debtor who neither owes anything nor
    had a movement in the time gets none.
    """
    for (debtor, currency), of_one in groupby(movements, lambda one: (one.debtor, one.currency)):
        made = _statement(debtor, currency, list(of_one), first, last, periods, credits)
        if made.lines or made.opening_ore or any(made.periods_ore):
            yield made


def _statement(
    debtor: str,
    currency: str,
    movements: list[StatementMovement],
    first: date,
    last: date,
    periods: tuple[int, ...],
    credits: CreditAgeing,
) -> StatementOfAccount:
    opening_ore = sum(one.amount_ore for one in movements if one.date < first.isoformat())
    lines, balance_ore = [], opening_ore
    for one in movements:
        if one.date >= first.isoformat():
            balance_ore += one.amount_ore
            lines.append(StatementLine(one, balance_ore))
    ages = aged(_open(movements), last, periods, credits)
    name = movements[-1].debtor_name
    return StatementOfAccount(debtor, name, currency, opening_ore, tuple(lines), balance_ore, ages)


def _open(movements: Iterable[StatementMovement]) -> list[tuple[str, int]]:
    """Return (due date, what is open) of each receivable; its newest version says when it is due."""
    due: dict[tuple[str, str], str] = {}
    sums: Counter[tuple[str, str]] = Counter()
    for one in movements:
        receivable = (one.company, one.number)
        due[receivable] = max(due.get(receivable, ""), one.due_date)
        sums[receivable] += one.amount_ore
    return [(due[receivable], amount_ore) for receivable, amount_ore in sums.items() if amount_ore]


def statement_lines(statement: StatementOfAccount) -> Iterator[Line]:
    """Yield the lines of a statement: the opening balance, what happened, the closing balance."""
    none = (None,) * 6
    yield Line(LineKind.SUBTOTAL, (*none, statement.opening_ore, statement.currency), "opening_balance")
    for one, balance_ore in statement.lines:
        head = (one.date, one.company, one.number, one.cause, one.due_date)
        yield Line(LineKind.ROW, (*head, one.amount_ore, balance_ore, statement.currency))
    yield Line(LineKind.TOTAL, (*none, statement.closing_ore, statement.currency), "closing_balance")
