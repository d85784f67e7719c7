"""A copy of an SQLite database, taken while others write to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Engine

from hub.errors import ConfigurationError, DataError, HubError, TransientError

PAGES_AT_ONCE = 4_096  # 16 MiB

Progress = Callable[[int, int], None]


def copy_database(engine: Engine, target: Path, progress: Progress | None = None) -> None:
    """Copy the database to the new file `target`, as it stands when the copy begins; others go on writing.

    The copy has its name only once it is whole; before that it is `target` with `.part` added. Its owner alone may
    read it. `progress` is told (pages copied, of how many).

    Raises:
        ConfigurationError: the database is no SQLite file.
        DataError: the target is there already, or cannot be written.
        TransientError: the database is locked; no copy was made.
    """
    if engine.dialect.name != "sqlite":
        raise ConfigurationError(
            "hub backup copies an SQLite file",
            where="database.url",
            hint="PostgreSQL: pg_dump, see docs/backup.md",
        )
    part = target.with_name(f"{target.name}.part")
    for path in (target, part):
        if path.exists():
            raise DataError(f"{path} is there already: a backup is never written over; name another file")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _copy(str(engine.url.database), part, progress)
        part.rename(target)
    except sqlite3.DatabaseError as error:
        raise _named(error, target) from None
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _copy(source: str, part: Path, progress: Progress | None) -> None:
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(part)) as copy:
        database.execute("BEGIN")
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees one state
        told = None if progress is None else lambda _status, left, total: progress(total - left, total)
        database.backup(copy, pages=PAGES_AT_ONCE, progress=told)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _named(error: sqlite3.DatabaseError, target: Path) -> HubError:
    if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return TransientError("the database is locked; no backup was made")
    return DataError(f"{target} cannot be made ({error}); no backup was made")
