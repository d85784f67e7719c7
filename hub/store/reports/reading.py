"""What reports read of one tenant, within one transaction that sees one state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from hub.model.reports import (
    AgedDebtor,
    AgeingSelection,
    BalanceRow,
    BalanceSelection,
    BalanceTotal,
    Basis,
    DunnedCount,
    DunningSelection,
    ForecastRow,
    ForecastSelection,
    LaterEntry,
    PaymentRow,
    PaymentSelection,
    PaymentSource,
    Period,
    StatedReceivable,
    StatementMovement,
)
from hub.store.conditions import Conditions, ordered
from hub.store.reports import balances, movements
from hub.store.reports.ageing import ageing_conditions, ageing_sql
from hub.store.reports.dunned import STATISTICS, refuse_without_dunning
from hub.store.statements import text


class SqlReports:
    """Every method that yields reads its rows while they are taken: take them before the transaction ends."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    def event_by(self, moment: str) -> int:
        """Return the number of the latest event recorded by an ISO time in UTC, 0 before the first."""
        found = self._connection.execute(
            text(
                "SELECT event_no FROM event WHERE tenant = :t AND recorded_at <= :moment ORDER BY event_no DESC LIMIT 1"
            ),
            {"t": self._tenant, "moment": moment},
        ).scalar_one_or_none()
        return int(found or 0)

    def latest_event(self) -> int:
        """Return the number of the latest event, 0 before the first."""
        found = self._connection.execute(
            text("SELECT coalesce(max(event_no), 0) FROM event WHERE tenant = :t"), {"t": self._tenant}
        )
        return int(found.scalar_one())

    def balances(self, selection: BalanceSelection, person_key: str) -> Iterator[BalanceRow]:
        """Yield the receivables of a balance list, in its order."""
        made = balances.conditions_of(selection, person_key, self._tenant, self._connection)
        order = ordered(balances.ORDERS[selection.sort], self._dialect) + ", r.receivable_id"  # versions share a number
        for row in self._rows(f"{balances.ROWS} {made.where} {balances.GROUPED} {made.having} {order}", made):
            yield BalanceRow._make(row)

    def balance_totals(self, selection: BalanceSelection, person_key: str) -> list[BalanceTotal]:
        """Return the sums of a balance list by company, routine and currency."""
        made = balances.conditions_of(selection, person_key, self._tenant, self._connection)
        rows = f"{balances.ROWS} {made.where} {balances.GROUPED} {made.having}"
        return [BalanceTotal._make(row) for row in self._rows(balances.TOTALS.format(rows=rows), made)]

    def later_entries(
        self, as_of: date, basis: Basis, through_event: int, companies: tuple[str, ...]
    ) -> Iterator[LaterEntry]:
        """Yield entries that were registered after an event and count on a day already, in the order they came."""
        made = Conditions(t=self._tenant, through=through_event)
        made.add(f"{balances.DATE_OF[basis]} <= :as_of", as_of=as_of.isoformat())
        made.add("r.company IN :companies", companies=companies)
        for row in self._rows(movements.LATER.format(where=made.where), made):
            yield LaterEntry._make(row)

    def payments(self, selection: PaymentSelection) -> Iterator[PaymentRow]:
        """Yield payments by transaction date, then method."""
        made = Conditions(t=self._tenant, first=selection.first.isoformat(), last=selection.last.isoformat())
        made.add(_OF_SOURCE[selection.source])
        made.add(movements.IS_OF_METHOD, method=selection.method)
        self._narrow(made, selection.companies, selection.routines)
        order = ", ".join([ordered(movements.PAYMENT_ORDER, self._dialect), *movements.PAYMENT_ORDER_BY_NUMBER])
        for row in self._rows(movements.PAYMENTS.format(where=made.where, order=order), made):
            yield PaymentRow._make(row)

    def forecast(self, selection: ForecastSelection) -> Iterator[ForecastRow]:
        """Yield what is open by due date, company and routine."""
        made = Conditions(t=self._tenant)
        made.between("r.due_date", "due", selection.first, selection.last)
        self._narrow(made, selection.companies, selection.routines)
        for row in self._rows(movements.FORECAST.format(where=made.where), made):
            yield ForecastRow._make(row)

    def ageing(self, selection: AgeingSelection, person_key: str) -> Iterator[AgedDebtor]:
        """Yield debtors by name, with what they owe by age."""
        made = ageing_conditions(selection, person_key, self._tenant)
        for row in self._rows(ageing_sql(selection, made, self._dialect), made):
            yield AgedDebtor._make((*row[:6], tuple(row[6:-1]), row[-1]))

    def dunned(self, selection: DunningSelection) -> Iterator[DunnedCount]:
        """Yield how many invoices of each period reached which step.

        Raises:
            ConfigurationError: this database keeps no dunning steps.
        """
        refuse_without_dunning(self._connection)
        made = Conditions(t=self._tenant, letters=_LETTERS[selection.period])
        made.between("r.invoice_date", "invoiced", selection.invoiced_from, selection.invoiced_to)
        self._narrow(made, selection.companies, selection.routines)
        for row in self._rows(STATISTICS.format(where=made.where), made):
            yield DunnedCount._make(row)

    def statement_movements(
        self, first: date, last: date, companies: tuple[str, ...], person_key: str, debtor_number: str
    ) -> Iterator[StatementMovement]:
        """Yield what happened on debtors' accounts up to `last`, one debtor after another, by transaction date.

        What happened before `first` is one movement for each receivable that it left something on, without a date.
        """
        made = Conditions(t=self._tenant, first=first.isoformat(), last=last.isoformat())
        self._narrow(made, companies, ())
        made.add("r.debtor_key = :person", person=person_key)
        made.add("r.debtor_number = :debtor_number", debtor_number=debtor_number)
        order = ordered(movements.STATEMENT_ORDER, self._dialect)
        for row in self._rows(movements.STATEMENT.format(where=made.where, order=order), made):
            yield StatementMovement._make(row)

    def open_of(self, companies: tuple[str, ...], person_key: str, debtor_number: str) -> list[StatedReceivable]:
        """Return what is open of a debtor; one customer number in two companies is two debtors'."""
        made = Conditions(t=self._tenant)
        self._narrow(made, companies, ())
        made.add("r.debtor_key = :person", person=person_key)
        made.add("r.debtor_number = :debtor_number", debtor_number=debtor_number)
        return [StatedReceivable._make(row) for row in self._rows(movements.OPEN_OF.format(where=made.where), made)]

    def _narrow(self, made: Conditions, companies: tuple[str, ...], routines: tuple[str, ...]) -> None:
        made.add("r.company IN :companies", companies=companies)
        made.add("r.routine IN :routines", routines=routines)

    def _rows(self, sql: str, made: Conditions) -> Iterator[Any]:
        with self._connection.execute(made.statement(sql), made.values) as result:  # closed when nobody reads on
            yield from result


_LETTERS = {Period.YEAR: 4, Period.MONTH: 7}  # of an ISO date
_OF_SOURCE = {
    PaymentSource.ALL: f"({movements.IS_AUTOMATIC} OR {movements.IS_MANUAL})",
    PaymentSource.AUTOMATIC: movements.IS_AUTOMATIC,
    PaymentSource.MANUAL: movements.IS_MANUAL,
}
