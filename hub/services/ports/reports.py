"""Ports of reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from hub.model.purging import PurgedChunk, PurgeKept, PurgePlan, PurgeRow, PurgeTerms
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
    StatedReceivable,
    StatementMovement,
)


class Reports(Protocol):
    """What reports read; rows are read while they are taken. See `store/reports/reading.py`."""

    def event_by(self, moment: str) -> int: ...
    def latest_event(self) -> int: ...
    def balances(self, selection: BalanceSelection, person_key: str) -> Iterator[BalanceRow]: ...
    def balance_totals(self, selection: BalanceSelection, person_key: str) -> list[BalanceTotal]: ...
    def later_entries(
        self, as_of: date, basis: Basis, through_event: int, companies: tuple[str, ...]
    ) -> Iterator[LaterEntry]: ...
    def payments(self, selection: PaymentSelection) -> Iterator[PaymentRow]: ...
    def forecast(self, selection: ForecastSelection) -> Iterator[ForecastRow]: ...
    def ageing(self, selection: AgeingSelection, person_key: str) -> Iterator[AgedDebtor]: ...
    def dunned(self, selection: DunningSelection) -> Iterator[DunnedCount]: ...
    def open_of(self, companies: tuple[str, ...], person_key: str, debtor_number: str) -> list[StatedReceivable]: ...
    def statement_movements(
        self, first: date, last: date, companies: tuple[str, ...], person_key: str, debtor_number: str
    ) -> Iterator[StatementMovement]: ...


class Purges(Protocol):
    """Plans of purges, and their execution within one transaction. See `store/reports/purging.py`."""

    def plan(self, terms: PurgeTerms, made_by: str) -> int: ...
    def plans(self, plan_no: int = 0) -> list[PurgePlan]: ...
    def rows(self, plan_no: int, sort: PurgeKept, states: tuple[str, ...]) -> Iterator[PurgeRow]: ...
    def purge_next(self, plan_no: int, terms: PurgeTerms, after: int, most: int) -> PurgedChunk: ...
    def end(self, plan_no: int, terms: PurgeTerms) -> None: ...
