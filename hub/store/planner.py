"""What SQLite's planner should believe about our tables.

A new database has no statistics, and the planner then prefers the first column of a clustered key (`tenant`, which
holds for every row) to a secondary index that names one row. So a new database gets statistics for tables as large as
they become, and plans are the same on every machine. PostgreSQL gathers its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Table, UniqueConstraint

from hub.store.tables import metadata

ASSUMED_ROWS = 1_000_000
ROWS_OF_ONE_VALUE = 3  # for a column that names nearly one row
_SAME_FOR_MOST_ROWS = frozenset({"tenant", "account_no", "company", "state", "kind", "series", "direction", "plugin"})


def write_statistics(connection: Connection) -> None:
    """Write the statistics of every table and index of a new SQLite database."""
    connection.exec_driver_sql("ANALYZE")  # makes the table of statistics
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    rows = [row for table in metadata.sorted_tables for row in _statistics(table)]
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)
    connection.exec_driver_sql("ANALYZE sqlite_master")  # reads them again


def _statistics(table: Table) -> Iterator[tuple[str, str, str]]:
    is_clustered = table.dialect_options["sqlite"]["with_rowid"] is False
    number = 1
    if is_clustered:
        yield table.name, table.name, _stat([column.name for column in table.primary_key], is_unique=True)
        number = 2  # SQLite counts the primary key too when it names the indexes of UNIQUE constraints
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = [column.name for column in constraint.columns]
            yield table.name, f"sqlite_autoindex_{table.name}_{number}", _stat(columns, is_unique=True)
            number += 1
    for index in table.indexes:
        yield table.name, str(index.name), _stat([column.name for column in index.columns], is_unique=False)


def _stat(columns: Iterable[str], *, is_unique: bool) -> str:
    rows, averages = ASSUMED_ROWS, []
    for column in columns:
        rows = rows if column in _SAME_FOR_MOST_ROWS else min(rows, ROWS_OF_ONE_VALUE)
        averages.append(rows)
    if is_unique:
        averages[-1] = 1
    return " ".join(str(number) for number in (ASSUMED_ROWS, *averages))
