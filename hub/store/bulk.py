"""Writing many rows at once: executemany on SQLite; on PostgreSQL COPY, and one statement with arrays for changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
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


def update_rows(
    connection: Connection,
    table: Table,
    keys: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    unless_same: str = "",
) -> None:
    """Set `columns` of the rows that `keys` name; each of `rows` has the keys' values, then the columns'.

    With `unless_same` a row whose column has the new value already is left as it is.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        names = (*keys, *columns)
        statement = _update_by_arrays(connection.dialect, table, tuple(keys), tuple(columns), unless_same)
        connection.exec_driver_sql(statement, {name: list(values) for name, *values in zip(names, *rows, strict=True)})
        return
    setting = ", ".join(f'"{name}" = :{name}' for name in columns)
    same = f' AND "{unless_same}" <> :{unless_same}' if unless_same else ""
    where = " AND ".join(f'"{name}" = :{name}' for name in keys)
    named = [dict(zip((*keys, *columns), row, strict=True)) for row in rows]
    connection.exec_driver_sql(f'UPDATE "{table.name}" SET {setting} WHERE {where}{same}', named)


@lru_cache
def _update_by_arrays(
    dialect: Dialect, table: Table, keys: tuple[str, ...], columns: tuple[str, ...], unless_same: str
) -> str:
    names = (*keys, *columns)
    types = [table.columns[name].type.compile(dialect=dialect) for name in names]
    arrays = ", ".join(f"%({name})s::{type_}[]" for name, type_ in zip(names, types, strict=True))
    setting = ", ".join(f'"{name}" = new."{name}"' for name in columns)
    where = " AND ".join(f'old."{name}" = new."{name}"' for name in keys)
    same = f' AND old."{unless_same}" <> new."{unless_same}"' if unless_same else ""
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'UPDATE "{table.name}" old SET {setting} FROM unnest({arrays}) AS new ({quoted}) WHERE {where}{same}'


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
