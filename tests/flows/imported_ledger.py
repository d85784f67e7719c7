"""A ledger of receivables: a tenant with two companies and two source systems, into which files are imported."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.model.books import Bucket, Contra, Posting, PostingGroup
from hub.model.import_rows import ImportReport
from hub.model.receivables import OpenReceivable
from hub.model.tenant import Tenant
from hub.rules.books import Chart
from hub.services.chart import TenantChart
from hub.services.receivables import import_receivables
from hub.store.database import reading
from hub.store.unit_of_work import SqlStore
from hub.testing.example_tenant import company_settings, tenant_settings

LATER = datetime(2026, 11, 22, 9, tzinfo=UTC)

ENERGY = company_settings(
    accounts={"interest_revenue": "8313", "internal_receivable": "1590"},
    payee_accounts=[{"bankgiro": "991-2346"}, {"plusgiro": "1018-1"}],
    routines=[
        {"number": "01", "name": "Sundry", "interest_is_invoiced": True},
        {"number": "04", "name": "Water", "revenue_account": "3040"},
    ],
    references={"giro": {"control": {"level": "check_digit"}}},
)
RENT = company_settings(number="2", name="North Rent AB", payee_accounts=[])
WATER = {
    "name": "water",
    "company": "1",
    "routines": ["04"],
    "format": "csv",
    "encoding": "cp1252",
    "date_format": "%y%m%d",
    "columns": {
        "number": "Fakturanr",
        "invoice_date": "Fakturadatum",
        "due_date": "Förfaller",
        "amount": "Belopp",
        "debtor_name": "Namn",
    },
    "fixed_values": {"department": "VA"},
}
SUNDRY = {"name": "sundry", "company": "1", "routines": ["01"]}
SYSTEMS = [SUNDRY, WATER, {"name": "elsewhere"}]
TENANT = Tenant.model_validate(tenant_settings(ENERGY, RENT, source_systems=SYSTEMS))


class Ledger:
    """A store with a tenant, into which files are imported."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = FixedClock(LATER)
        self.store = SqlStore(engine, "north", self.clock)

    def take(self, content: bytes, *, tenant: Tenant = TENANT, **options: Any) -> ImportReport:
        given = {"file_name": "in/invoices.csv", "source_system": "sundry", **options}
        return import_receivables(self.store, tenant, _chart, io.BytesIO(content), **given)

    def rows(self, *rows: Mapping[str, Any], **options: Any) -> ImportReport:
        return self.take(json.dumps([invoice(**row) for row in rows]).encode(), **options)

    def one(self, number: str = "1001") -> OpenReceivable:
        with self.store.read() as work:
            return work.receivables.find(number=number)[0]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def accounts(self) -> dict[str, int]:
        return dict(self.sql("SELECT account, CAST(sum(amount_ore) AS BIGINT) FROM voucher_line GROUP BY account"))

    def pay(
        self,
        receivable: OpenReceivable,
        amount_ore: int,
        date: str,
        payment_id: int | None = 7,
        bucket: Bucket = Bucket.PRINCIPAL,
        *,
        cause: str = "payment",
    ) -> None:
        posting = Posting(
            receivable.receivable_id,
            bucket,
            -amount_ore,
            receivable.group_no,
            receivable.company,
            payment_id,
            1,
            0,
            1,
            receivable.currency,
            date,
            date,
            cause,
            contra=Contra.CLEARING,
        )
        with self.store.write() as work:
            work.books.add([posting])
            chart = _chart(work.receivables.posting_groups(), work.accounts.numbers())
            work.books.apply(chart, voucher_type="payments")


def _chart(groups: Sequence[PostingGroup], numbers: Mapping[str, int]) -> Chart:
    return TenantChart(TENANT, groups, numbers)


def invoice(**changes: Any) -> dict[str, Any]:
    """A row to import; a field that is changed to None is left out."""
    whole = {
        "number": "1001",
        "invoice_date": "2026-10-01",
        "due_date": "2026-10-31",
        "amount": "1000,00",
        "debtor_name": "Tolvan Tolvansson",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    """(line, field, code) of every problem."""
    return [(row.line, problem.field, problem.code) for row in report.rejected_rows for problem in row.problems]
