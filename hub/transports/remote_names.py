"""Names of files on another machine: theirs are not trusted, and ours are such that every machine takes them."""

from __future__ import annotations

from hub.transports.folder import UNFINISHED_ENDINGS

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
