"""The turnstile in front of SQLite's write lock: whoever waits for the lock comes before whoever had it last.

A writer that finds SQLite locked looks again after ever longer pauses, and one that posts a large file locks it again
at once: the others would wait until the file is posted. So every writer passes the turnstile first and stands in it
until it has the lock. It is a lock file beside the database, hence the same for all threads and processes, and only
good manners: SQLite's own lock decides. Where there are no such locks (Windows) threads alone take turns.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

SUFFIX = "-turn"
WAL = "wal"
LOOK_MS = 20  # how long SQLite itself waits for the lock before it is asked again


class Turnstile:
    """What the writers of one SQLite database pass one at a time."""

    def __init__(self, database: str, timeout_s: float) -> None:
        """`timeout_s` is how long a writer waits for the write lock in all."""
        self.timeout_s = timeout_s
        self._file = Path(f"{database}{SUFFIX}")
        self._of_threads = Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that holds the write lock. Raises OperationalError when others keep it."""
        deadline_s = time.monotonic() + self.timeout_s
        with self._passing(deadline_s):
            _be_patient(connection, LOOK_MS)
            try:
                while not _takes_lock(connection, is_last_try=time.monotonic() >= deadline_s):
                    pass
            finally:
                _be_patient(connection, int(self.timeout_s * 1000))

    def keep_journal(self, connection: sqlite3.Connection) -> None:
        """Have the file written through a WAL, which the file remembers. Raises sqlite3's error when others keep it.

        The change wants the file alone, and SQLite refuses it at once where two want it: so they take turns.
        """
        deadline_s = time.monotonic() + self.timeout_s
        if _journal(connection, "") == WAL:
            return
        with self._passing(deadline_s):
            while True:
                try:
                    _journal(connection, f"={WAL}")
                    return
                except sqlite3.OperationalError as error:
                    if not _is_busy(error) or time.monotonic() >= deadline_s:
                        raise
                    time.sleep(LOOK_MS / 1000)

    @contextmanager
    def _passing(self, deadline_s: float) -> Iterator[None]:
        """Stand in the turnstile, or beside it when it is not free in time."""
        is_ours = self._of_threads.acquire(timeout=max(0, deadline_s - time.monotonic()))
        try:
            with _locked(self._file, deadline_s):
                yield
        finally:
            if is_ours:
                self._of_threads.release()


def _be_patient(connection: Connection, for_ms: int) -> None:
    """Say how long SQLite itself waits for a lock; by the driver, since every transaction that writes says it twice."""
    connection.connection.driver_connection.execute(f"PRAGMA busy_timeout={for_ms}")  # type: ignore[union-attr]


def _takes_lock(connection: Connection, *, is_last_try: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if is_last_try or not _is_busy(error.orig):
            raise
        return False
    return True


def _journal(connection: sqlite3.Connection, change: str) -> str:
    return str(connection.execute(f"PRAGMA journal_mode{change}").fetchone()[0])


def _is_busy(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


@contextmanager
def _locked(file: Path, deadline_s: float) -> Iterator[None]:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # the folder cannot be written: SQLite says it better
        yield
        return
    try:
        while not _try_lock(descriptor) and time.monotonic() < deadline_s:
            time.sleep(LOOK_MS / 4000)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
