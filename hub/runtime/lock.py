"""Locks of files, as of an SQLite database's: one process at a time takes work. A dying holder gives them back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import ConfigurationError, TransientError

POLL_S = 0.05
LOOK_S = 0.05  # who only looks whether the lock is free holds it for a moment; nobody is refused for that
SUFFIX = "-work"


@contextmanager
def work_lock(database: str | Path | None, *, timeout_s: float) -> Iterator[None]:
    """Hold the lock of an SQLite database, waiting for it at most `timeout_s`.

    It is a file beside the database itself, not in the home: two homes, or two names, may lead to one database.

    Raises:
        TransientError: another process holds it for longer.
        ConfigurationError: the file cannot be opened.
    """
    with held(_file_beside(database), timeout_s=timeout_s) as is_ours:
        if not is_ours:
            raise TransientError(
                f"another process works on {Path(str(database)).name}: on SQLite one does all the work; "
                "to see it: hub nodes"
            )
        yield


def is_locked(database: str | Path | None) -> bool:
    """Say whether a process works on an SQLite database. Raises ConfigurationError when the file cannot be opened."""
    return is_held(_file_beside(database))


@contextmanager
def held(path: Path, *, timeout_s: float = 0.0) -> Iterator[bool]:
    """Hold the lock of a file while the block lasts; False when another process holds it for longer than that.

    Raises:
        ConfigurationError: the file cannot be opened.
    """
    deadline = time.monotonic() + max(timeout_s, LOOK_S)
    with _file_lock(path) as take:
        while not (is_ours := take()) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        yield is_ours


def is_held(path: Path) -> bool:
    """Say whether a process holds the lock of a file. Raises ConfigurationError when the file cannot be opened."""
    with _file_lock(path) as take:
        return not take()


def _file_beside(database: str | Path | None) -> Path:
    return Path(f"{Path(str(database)).resolve()}{SUFFIX}")


@contextmanager
def _file_lock(path: Path) -> Iterator[Callable[[], bool]]:
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b")
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be opened: {error.strerror}",
            hint="let the hub's user write the folder of it",
        ) from None
    with file:
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
