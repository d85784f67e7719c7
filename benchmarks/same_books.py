"""Compare what both sides of the posting benchmark wrote: `same_books.py URL URL` prints the tables that differ."""

from __future__ import annotations

import json
import sys

from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, func, select
from sqlalchemy.engine import make_url

from hub.store import tables

NOT_MONEY = ("run", "run_step", "counter", "account_claim")
"""The runner's own notes, which bare SQL has no use for; every other table must agree."""


def totals(url: str) -> dict[str, list[int]]:
    """Return the number of rows of each table, and the sums of its numbers and öre."""
    with _engine(url).connect() as connection:
        return {
            table.name: _total(connection, table)
            for table in tables.metadata.sorted_tables
            if table.name not in NOT_MONEY
        }


def paid_and_open(url: str) -> tuple[int, int]:
    """Return how many entries payments have made, and how many receivables are open."""
    paid = select(func.count()).select_from(tables.entry).where(tables.entry.c.payment_id.is_not(None))
    still_open = select(func.count()).select_from(tables.open_item)
    with _engine(url).connect() as connection:
        return int(connection.execute(paid).scalar_one()), int(connection.execute(still_open).scalar_one())


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    driver = "postgresql+psycopg" if parsed.get_backend_name() == "postgresql" else "sqlite"
    return create_engine(parsed.set(drivername=driver), poolclass=NullPool)


def _total(connection: Connection, table: Table) -> list[int]:
    summed = [column for column in table.columns if column.name.endswith(("_ore", "payment_id", "_no"))]
    sums = [func.coalesce(func.sum(column), 0) for column in summed]
    return [int(value) for value in connection.execute(select(func.count(), *sums).select_from(table)).one()]


def main() -> None:
    ours, bare = (totals(url) for url in sys.argv[1:3])
    print(json.dumps({table: [ours[table], bare[table]] for table in ours if ours[table] != bare[table]}))


if __name__ == "__main__":
    main()
