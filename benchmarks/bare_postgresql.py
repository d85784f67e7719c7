"""The statements of `bare_sql.py` on PostgreSQL: its parameters in the driver's form, and many rows as one COPY."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import psycopg

_NAMED = re.compile(r"(?<!:):([a-z]+)")
_INTO = re.compile(r"INSERT INTO (\w+) VALUES")


class BarePostgresql:
    """A connection that takes what sqlite3's takes."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def execute(self, statement: str, values: Any = None) -> psycopg.Cursor[Any]:
        """Execute a statement with `?` or `:name` for its values."""
        if values is None:
            return self._connection.execute(statement.replace("BEGIN IMMEDIATE", "BEGIN").encode())
        return self._connection.execute(_NAMED.sub(r"%(\1)s", statement).replace("?", "%s").encode(), values)

    def executemany(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Copy rows into the table that an INSERT of whole rows names."""
        into = _INTO.match(statement)
        assert into is not None
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {into[1]} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
