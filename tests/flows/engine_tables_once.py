"""The durable engine's tables in the tests' own process: made by the engine once, and then as it made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Lock

import pytest

LOCKED_FOR_S = 60


@pytest.fixture(scope="session", autouse=True)
def engine_tables_are_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give an SQLite file that has none of them the tables that an empty file was given, a fifteenth of the time.

    The engine alters them step by step, and SQLite reads all tables anew for each step, ours too.
    """
    from dbos import DBOS

    from hub.runtime.engine import RunQueue  # the engine, which most flows do without

    file = tmp_path_factory.mktemp("engine-tables") / "engine.sqlite"
    statements: list[str] = []
    being_made = Lock()
    make_tables = RunQueue.make_tables

    def make_tables_as_once(queue: RunQueue) -> None:
        url = queue._pool.url
        with being_made:
            if not statements:
                DBOS.migrate(f"sqlite:///{file}")
                statements.extend(_made_in(file))
        if url.get_backend_name() != "sqlite" or not _has_made(str(url.database), statements):
            make_tables(queue)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RunQueue, "make_tables", make_tables_as_once)
        yield


def _made_in(file: Path) -> list[str]:
    """Return what makes the tables and rows of a file, one statement each."""
    with closing(sqlite3.connect(file)) as made:
        _begin, *statements, _commit = made.iterdump()
    return statements


def _has_made(file: str, statements: list[str]) -> bool:
    """Make the tables, unless there are any; say whether that was done."""
    with closing(sqlite3.connect(file, timeout=LOCKED_FOR_S, isolation_level=None)) as new:
        new.execute("BEGIN IMMEDIATE")
        if new.execute("SELECT count(*) FROM sqlite_master WHERE name = 'dbos_migrations'").fetchone()[0]:
            return False
        for statement in statements:
            new.execute(statement)
        new.execute("COMMIT")
    return True
