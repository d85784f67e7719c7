"""Tenants with N open receivables in all, as the posting benchmarks find them: `posting_world.py URL N [TENANTS]`.

The database is made by the hub: its schema, its indexes, its statistics. Every receivable has its reference, its
debit entry with the event of that, and its open item, so that payments land among rows that are there already.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from invented_payments import BANKGIRO, FIRST_OPEN, amount_of, invented_identity, invented_name, ocr
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from hub.banking_calendar import FixedClock
from hub.model.receivables import Receivable
from hub.model.tenant import Tenant
from hub.services.payees import register_payees
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.database import open_database, writing
from hub.store.unit_of_work import SqlStore
from hub.testing.example_tenant import company_settings, tenant_settings

CLOCK = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
TENANT = Tenant.model_validate(tenant_settings(company_settings(payee_accounts=[{"bankgiro": BANKGIRO}])))
INVOICED, DUE = "2026-10-01", "2026-10-31"
ROWS_AT_ONCE = 50_000

_ENTRY = ("tenant", "receivable_id", "entry_no", "cause", "bucket", "amount_ore", "currency", "transaction_date",
          "booked_date")  # fmt: skip
_OPEN_ITEM = ("tenant", "receivable_id", "group_no", "currency", "principal_ore")
_REFERENCE = ("tenant", "account_no", "reference", "target_kind", "target_id", "valid_from")


def tenant_names(tenants: int) -> list[str]:
    """Return the names of so many tenants; the first is the one of the posting benchmark."""
    return [TENANT.id, *(f"{TENANT.id}{number}" for number in range(2, tenants + 1))]


def make_world(url: str, count: int, tenants: int = 1) -> None:
    """Fill an empty database with `count` open receivables, shared out evenly among tenants that are all alike."""
    engine = open_database(url)
    for name in tenant_names(tenants):
        _fill(engine, SqlStore(engine, name, CLOCK), count // tenants)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)" if is_sqlite else "VACUUM ANALYZE")
    engine.dispose()


def _fill(engine: Engine, store: SqlStore, count: int) -> None:
    with store.write() as work:
        payees = register_payees(work, TENANT)
        group_no = work.receivables.posting_group("1", "01", "invoice")
    account_no = next(iter(payees.by_number))
    with writing(engine) as connection:
        first = take_numbers(connection, store.tenant, "receivable", count)
        first_event = take_numbers(connection, store.tenant, "event", count)
        indexes = iter(range(count))
        while part := list(islice(indexes, ROWS_AT_ONCE)):
            _insert(connection, _Rows(store.tenant, group_no, account_no, first, first_event), part)


class _Rows:
    """The rows of some receivables, table by table."""

    def __init__(self, tenant: int, group_no: int, account_no: int, first: int, first_event: int) -> None:
        self.tenant = tenant
        self._group_no = group_no
        self._account_no = account_no
        self._first = first
        self._first_event = first_event

    def receivables(self, indexes: list[int]) -> Iterator[tuple[Any, ...]]:
        for index in indexes:
            row = Receivable(
                receivable_id=self._first + index, company="1", number=str(index), source_system="invented",
                version=1, chain_id=self._first + index, kind="invoice", group_no=self._group_no, routine="01",
                currency="SEK", original_ore=amount_of(index), invoice_date=INVOICED, due_date=DUE,
                original_due_date=DUE, debtor_number=str(index), debtor_name=invented_name(index),
                debtor_identity=invented_identity(index), debtor_address="", second_debtor_name="",
                second_debtor_identity="", register_identity="", department="", refers_to="", credits_number="",
                coding="", is_opening=1,
            )  # fmt: skip
            yield (self.tenant, *row, None, INVOICED)

    def references(self, indexes: list[int]) -> Iterator[tuple[Any, ...]]:
        for index in indexes:
            target = self._first + index
            yield self.tenant, self._account_no, ocr(FIRST_OPEN + index), "receivable", target, INVOICED

    def open_items(self, indexes: list[int]) -> Iterator[tuple[Any, ...]]:
        for index in indexes:
            yield self.tenant, self._first + index, self._group_no, "SEK", amount_of(index)

    def entries(self, indexes: list[int]) -> Iterator[tuple[Any, ...]]:
        for index in indexes:
            yield (self.tenant, self._first + index, self._first_event + index, "opening_balance", "principal",
                   amount_of(index), "SEK", INVOICED, INVOICED)  # fmt: skip

    def events(self, indexes: list[int]) -> Iterator[tuple[Any, ...]]:
        for index in indexes:
            yield self.tenant, self._first_event + index, "opening_balance", INVOICED, self._first + index


def _insert(connection: Connection, rows: _Rows, indexes: list[int]) -> None:
    receivable_columns = ("tenant", *Receivable._fields, "run_no", "imported_at")
    insert_rows(connection, tables.receivable, receivable_columns, list(rows.receivables(indexes)))
    insert_rows(connection, tables.reference, _REFERENCE, sorted(rows.references(indexes)))
    insert_rows(connection, tables.open_item, _OPEN_ITEM, list(rows.open_items(indexes)))
    insert_rows(connection, tables.entry, _ENTRY, list(rows.entries(indexes)))
    event_columns = ("tenant", "event_no", "kind", "recorded_at", "receivable_id")
    insert_rows(connection, tables.event, event_columns, list(rows.events(indexes)))


def schema_fingerprint() -> str:
    """Return a short text that changes with the schema; a world made for another one is of no use."""
    dialect = sqlite.dialect()
    statements = [str(CreateTable(table).compile(dialect=dialect)) for table in tables.metadata.sorted_tables]
    return hashlib.sha256("".join(statements).encode()).hexdigest()[:8]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make_world(sys.argv[1], *map(int, sys.argv[2:]))
    print(schema_fingerprint())
