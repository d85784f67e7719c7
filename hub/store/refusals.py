"""What a database says when it refuses, in words: what is wrong, and what to do about it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

LITTLE_ROOM = 1 << 20  # bytes; SQLite needs some beside the database even for reading


class Refusal(NamedTuple):
    """Why a server lets nobody in, what to do, and whether that is to mend a setting."""

    cause: str
    hint: str
    is_setting: bool = False


_REFUSALS: Mapping[str, Refusal] = {
    "password authentication|no password": Refusal(
        "the user or the password is not accepted", "mend them in database.url", is_setting=True
    ),
    "no pg_hba.conf entry": Refusal(
        "the server does not let this user in from here", "allow it in the server's pg_hba.conf", is_setting=True
    ),
    'role ".*" does not exist': Refusal("there is no such user", "make it, or mend database.url", is_setting=True),
    'database ".*" does not exist': Refusal(
        "there is no such database", "make it, or mend database.url", is_setting=True
    ),
    "refused": Refusal("the connection was refused", "look whether the server runs, and listens on that port"),
    "No such file": Refusal("nothing listens there", "look whether the server runs"),
    "resolve|translate host|name or service": Refusal(
        "no host of that name is known", "mend database.url, or look at the name service"
    ),
    "timeout": Refusal("it did not answer in time", "look at the network, and at what stands between"),
    "too many": Refusal("all its connections are in use", "raise max_connections of the server, or stop something"),
    "starting up": Refusal("it is starting up", "wait a moment"),
    "shutting down": Refusal("it is shutting down", "start it again"),
}


def server_refusal(error: DBAPIError) -> Refusal:
    """Return why PostgreSQL cannot be reached, told by the words of its driver; they name no password."""
    said = str(error.orig)
    found = (refusal for words, refusal in _REFUSALS.items() if re.search(words, said, re.IGNORECASE))
    return next(found, Refusal(type(error.orig).__name__, "look whether the server runs; its log says more"))


def server_place(url: URL) -> str:
    """Return where a server is, such as `127.0.0.1:5432`."""
    return f"{url.host or url.query.get('host') or 'this machine'}:{url.port or 5432}"


def cause(error: DBAPIError) -> str:
    """Return in one line what the database says; of a disk that is full, or may be, that there must be room."""
    code = getattr(error.orig, "sqlite_errorname", "")
    if code == "SQLITE_FULL":
        return "the disk is full: make room"
    if code.startswith("SQLITE_IOERR"):
        return "the disk cannot be written or read: it may be full (make room), or failing"
    return str(error.orig).splitlines()[0] if error.orig is not None else "unknown cause"


def is_full(file: str) -> bool:
    """Say whether next to nothing is left of the disk that a file is on."""
    try:
        return shutil.disk_usage(Path(file).parent).free < LITTLE_ROOM
    except OSError:
        return False


def is_number_too_large(error: BaseException) -> bool:
    """Say whether a number was asked for that no database holds; SQLite's driver says so itself."""
    return isinstance(error, OverflowError) and "SQLite" in str(error)
