"""A tenant's rows in every table: copied to another database, counted, and hashed the same way on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from hub.store import tables
from hub.store.bulk import insert_rows

ROWS_AT_ONCE = 10_000
PARTS_AT_ONCE = 4  # of kept bytes, up to 1 MiB each
TABLES = tuple(
    table for table in tables.metadata.sorted_tables if "tenant" in table.c and table.name != tables.tenant.name
)

Progress = Callable[[int, int], None]
Rows = Sequence[Sequence[Any]]


class TableContent(NamedTuple):
    """What a tenant has in one table. The hash is the sum of the hashes of its rows, so their order is of no matter."""

    table: str
    rows: int
    sha256: str


class Tally:
    """Rows that have been looked at, and how many there are."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done = 0
        self._total = total
        self._progress = progress

    def add(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(self._done, self._total)


class _Digest:
    """Gathers the hash of rows as they stream by."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Rows) -> None:
        self.rows += len(rows)
        for row in rows:
            self._sum += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest())

    def content(self, table: Table) -> TableContent:
        return TableContent(table.name, self.rows, f"{self._sum % 2**256:064x}")


def count_rows(connection: Connection, tenant: int) -> int:
    """Return how many rows a tenant has in all tables."""
    counts = (select(func.count()).select_from(table).where(table.c.tenant == tenant) for table in TABLES)
    return sum(int(connection.execute(count).scalar_one()) for count in counts)


def clear_rows(connection: Connection, tenant: int) -> None:
    """Delete everything a tenant has, but for its name."""
    for table in TABLES:
        connection.execute(table.delete().where(table.c.tenant == tenant))


def copy_rows(source: Connection, tenant: int, target: Connection, number: int, tally: Tally) -> list[TableContent]:
    """Copy a tenant's rows to another database, where its number is `number`; return what was read."""
    return [_copy(source, table, tenant, target, number, tally) for table in TABLES]


def contents_of(connection: Connection, tenant: int, tally: Tally) -> list[TableContent]:
    """Return what a tenant has in each table."""
    found = []
    for table in TABLES:
        digest = _Digest()
        for rows in _rows(connection, table, tenant):
            digest.add(rows)
            tally.add(len(rows))
        found.append(digest.content(table))
    return found


def _copy(source: Connection, table: Table, tenant: int, target: Connection, number: int, tally: Tally) -> TableContent:
    digest = _Digest()
    columns = ["tenant", *_columns(table)]
    for rows in _rows(source, table, tenant):
        digest.add(rows)
        insert_rows(target, table, columns, [(number, *row) for row in rows])
        tally.add(len(rows))
    return digest.content(table)


def _rows(connection: Connection, table: Table, tenant: int) -> Iterator[Rows]:
    """Yield a tenant's rows without its number, which differs from database to database, some at a time."""
    at_once = PARTS_AT_ONCE if table is tables.content_part else ROWS_AT_ONCE
    statement = select(*(table.c[name] for name in _columns(table))).where(table.c.tenant == tenant)
    with connection.execute(statement.execution_options(yield_per=at_once)) as result:
        yield from result.partitions()


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.c if column.name != "tenant"]
