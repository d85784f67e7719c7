"""Loading many rows at once: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert `rows`, whose values stand in the order of `columns`. Missing columns take their defaults."""
    insert_named(connection, table.name, columns, rows)


def insert_named(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """As `insert_rows`, into a table known by name alone, such as a temporary one."""
    if not rows:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f'COPY "{table}" ({names}) FROM STDIN', rows)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))


def _copy(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    driver: Any = connection.connection.driver_connection
    driver_error: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver_error as error:  # SQLAlchemy sees no COPY, and its errors are what `database.py` names
        is_gone = bool(driver.closed or driver.broken)
        if is_gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement, None, error, driver_error, hide_parameters=True, connection_invalidated=is_gone
        ) from error
