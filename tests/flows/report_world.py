"""A ledger whose reports are read: receivables are paid, charged and taken back on days of a test's choice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from imported_ledger import Ledger, _chart

from hub.model.books import Bucket, Contra, Posting
from hub.model.reports import BalanceRow, BalanceSelection
from hub.model.sheets import Line, LineKind, Sheet
from hub.services.ports.reports import Reports
from hub.store.reports.reading import SqlReports
from hub.store.reports.streaming import streaming

TODAY = date(2026, 11, 22)


class ReportLedger(Ledger):
    """A ledger with what reports ask."""

    @contextmanager
    def reports(self) -> Iterator[Reports]:
        tenant = self.store.tenant
        with streaming(self.engine) as connection:
            yield SqlReports(connection, tenant)

    def balances(self, as_of: date = TODAY, person_key: str = "", **chosen: object) -> list[BalanceRow]:
        with self.reports() as reports:
            return list(reports.balances(BalanceSelection(as_of=as_of, **chosen), person_key))

    def numbers(self, as_of: date = TODAY, person_key: str = "", **chosen: object) -> list[str]:
        return [row.number for row in self.balances(as_of, person_key, **chosen)]

    def on(self, day: date) -> None:
        """Let it be noon of a day."""
        self.clock._now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    def post(
        self,
        number: str,
        amount_ore: int,
        cause: str,
        *,
        bucket: str = Bucket.PRINCIPAL,
        contra: str = Contra.CLEARING,
        on: date = TODAY,
        booked: date | None = None,
        rule: str = "",
        payment_id: int | None = None,
        reverses_no: int | None = None,
        and_fee_ore: int = 0,
    ) -> None:
        """Post one movement of a receivable, as commands and files do."""
        row = self.one(number)
        posting = Posting(
            receivable_id=row.receivable_id,
            bucket=bucket,
            amount_ore=amount_ore,
            group_no=row.group_no,
            company=row.company,
            payment_id=payment_id,
            exchange_no=1,
            section_no=0,
            account_no=1,
            currency=row.currency,
            transaction_date=on.isoformat(),
            booked_date=(booked or on).isoformat(),
            cause=cause,
            rule=rule,
            contra=contra,
            reverses_no=reverses_no,
        )
        with self.store.write() as work:
            work.books.add([posting])
            if and_fee_ore:
                work.books.add([posting._replace(bucket=Bucket.FEE, amount_ore=and_fee_ore)])
            chart = _chart(work.receivables.posting_groups(), work.accounts.numbers())
            work.books.apply(chart, voucher_type="test")

    def latest_event(self) -> int:
        with self.reports() as reports:
            return reports.latest_event()


def rows_of(sheet: Sheet) -> list[dict[str, object]]:
    """Return the rows of a sheet by the names of its columns."""
    return [_named(sheet, line) for line in sheet.lines if line.kind is LineKind.ROW]


def totals_of(sheet: Sheet) -> list[dict[str, object]]:
    """Return its totals, each with what it is of."""
    return [{"of": line.label, **_named(sheet, line)} for line in sheet.lines if line.kind is not LineKind.ROW]


def _named(sheet: Sheet, line: Line) -> dict[str, object]:
    return dict(zip((column.name + str(column.days or "") for column in sheet.columns), line.cells, strict=True))
