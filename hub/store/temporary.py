"""Tables of a session's own, in which a transaction lays out what it will join.

A session makes each once and finds it empty at each use: a table made anew would let SQLite prepare, and PostgreSQL
plan, every statement anew that names it. Where there are many rows PostgreSQL is told so, or it would join by loops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from hub.store.bulk import Row, insert_named

PAYMENT_IDS = {"payment_id": "BIGINT PRIMARY KEY"}
MANY = 1000  # fewer are joined in no time, whatever the plan


def lay_out(
    connection: Connection,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Row] = (),
    *,
    indexes: Sequence[str] = (),
) -> None:
    """Let there be the temporary table `name` with these rows and no others.

    `columns` are names and types, `indexes` each the columns of one.
    """
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({declared})")
    for number, indexed in enumerate(indexes, 1):
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name}_{number} ON {name} ({indexed})")
    empty(connection, name)
    insert_named(connection, name, tuple(columns), rows)
    tell_size(connection, name, len(rows))


def empty(connection: Connection, name: str) -> None:
    """Take all rows of a temporary table away."""
    left = connection.exec_driver_sql(f"DELETE FROM {name}").rowcount
    if left > MANY and connection.dialect.name == "postgresql":  # the room of deleted rows would count as rows
        connection.exec_driver_sql(f"TRUNCATE {name}")


def tell_size(connection: Connection, name: str, rows: int) -> None:
    """Let the planner count a temporary table that was given so many rows, if they are many."""
    if rows > MANY and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {name}")
