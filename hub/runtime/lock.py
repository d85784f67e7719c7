"""The lock of a home: one process at a time takes work. It is given back by the system when its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import ConfigurationError, TransientError

POLL_S = 0.1
LOCK_NAME = "hub.lock"


@contextmanager
def home_lock(home: Path, *, timeout_s: float) -> Iterator[None]:
    """Hold the lock of a home on SQLite, a file beside the database, waiting for it at most `timeout_s`.

    Raises:
        TransientError: another process holds it for longer.
        ConfigurationError: the file cannot be opened.
    """
    deadline = time.monotonic() + timeout_s
    with _file_lock(home) as take:
        while not take():
            if time.monotonic() >= deadline:
                raise TransientError("another process is working in this home; what you asked for is queued")
            time.sleep(POLL_S)
        yield


@contextmanager
def _file_lock(home: Path) -> Iterator[Callable[[], bool]]:
    try:
        file = (home / LOCK_NAME).open("a+b")
    except OSError as error:
        raise ConfigurationError(
            f"{home / LOCK_NAME} cannot be opened: {error.strerror}",
            hint="let the hub's user write the home folder",
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
