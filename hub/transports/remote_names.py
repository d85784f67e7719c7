"""Names of files on another machine: theirs are not trusted, and ours are such that every machine takes them."""

from __future__ import annotations

from hub.errors import RejectedError
from hub.transports.folder import UNFINISHED_ENDINGS

PART = ".part"  # of the temporary name that a file has while it is written
LONGEST_NAME = 200  # bytes; most file systems take 255, and a temporary name is longer


def is_safe(name: str) -> bool:
    """Say whether a name is a plain file name: no path, nothing hidden, nothing that cannot be shown."""
    return (
        bool(name)
        and name.isprintable()  # no control characters, and none that stand for bytes that could not be decoded
        and not name.startswith((".", "~", "-"))
        and not name.endswith((" ", "."))
        and not set(name) & set('/\\:*?"<>|')
        and len(name.encode("utf-8", "surrogateescape")) <= LONGEST_NAME
    )


def is_unfinished(name: str) -> bool:
    """Say whether the ending says that the file is still being written."""
    return name.lower().endswith(UNFINISHED_ENDINGS)


def require_safe(name: str) -> None:
    """Let pass the name of a file. Raises RejectedError."""
    if not is_safe(name):
        raise RejectedError("this cannot be the name of a file on the other side")


def require_file_name(name: str) -> None:
    """Let pass the name of a file that is handed over, which nobody takes for an unfinished one. As `require_safe`."""
    require_safe(name)
    if is_unfinished(name):
        raise RejectedError("this is the name of an unfinished file: nothing was handed over")
