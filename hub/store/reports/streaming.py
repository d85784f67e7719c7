"""Reading a report: one state of the database, rows as they come, and large sorts on disk.

The hub's connections keep temporary things in memory, where a sort of a million rows would take some hundred MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from hub.store.database import PAGE_CACHE_KIB, errors_named, reading

ROWS_AT_ONCE = 2_000
CACHE_KIB = 16_384


@contextmanager
def streaming(engine: Engine) -> Iterator[Connection]:
    """A connection as `reading` gives it, whose rows are fetched while they are looked at."""
    if engine.dialect.name == "postgresql":
        with reading(engine) as connection:
            connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")  # all rows will be read, not the first
            yield connection.execution_options(yield_per=ROWS_AT_ONCE)
        return
    with errors_named("answer"), engine.connect() as connection, _sorts_on_disk(connection), connection.begin():
        yield connection.execution_options(yield_per=ROWS_AT_ONCE)


@contextmanager
def _sorts_on_disk(connection: Connection) -> Iterator[None]:
    """SQLite takes it only outside transactions, and its files are deleted as they are made: nobody finds names.

    It sorts in memory as much as its page cache may hold, so that is smaller too; tables are read in their order.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA temp_store=FILE")
    driver.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    try:
        yield
    finally:
        driver.execute("PRAGMA temp_store=MEMORY")
        driver.execute(f"PRAGMA cache_size=-{PAGE_CACHE_KIB}")
