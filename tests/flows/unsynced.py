"""SQLite in the tests' own process: no test waits until the disk has what was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Pool, event


@pytest.fixture(scope="session", autouse=True)
def nothing_is_synced() -> Iterator[None]:
    """Let the system choose when SQLite's files reach the disk: nobody cuts the power of this process."""

    def sync_nothing(connection: object, _record: object, _proxy: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(Pool, "checkout", sync_nothing)  # one for each folder that has this: each takes its own away
    yield
    event.remove(Pool, "checkout", sync_nothing)
