"""The lock of a home: one process at a time takes work. It is given back by the system when its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from hub.errors import TransientError

POLL_S = 0.1
LOCK_NAME = "hub.lock"


@contextmanager
def home_lock(home: Path, engine: Engine, *, timeout_s: float) -> Iterator[None]:
    """Hold the home's lock, waiting for it at most `timeout_s`.

    SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock of the session.

    Raises:
        TransientError: another process holds it for longer.
    """
    holder = _advisory_lock(engine) if engine.dialect.name == "postgresql" else _file_lock(home)
    deadline = time.monotonic() + timeout_s
    with holder as take:
        while not take():
            if time.monotonic() >= deadline:
                raise TransientError("another process is working in this home; what you asked for is queued")
            time.sleep(POLL_S)
        yield


@contextmanager
def _file_lock(home: Path) -> Iterator[Callable[[], bool]]:
    with (home / LOCK_NAME).open("a+b") as file:
        yield lambda: _try_file(file.fileno())


def _try_file(descriptor: int) -> bool:
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[Callable[[], bool]]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            yield lambda: bool(connection.execute(text("SELECT pg_try_advisory_lock(7021991)")).scalar_one())
        finally:
            with suppress(DBAPIError):  # a session that is gone has given its lock back
                connection.execute(text("SELECT pg_advisory_unlock_all()"))
