"""A folder that others put files into (*inkorg*): takes what has come to rest, and puts aside what is taken in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hub.errors import ConfigurationError

SETTLED_AFTER_S = 2.0  # a file that is still being written changes within this time
TAKEN = "received"
PRIVATE = 0o700  # folders that we make: payments are nobody else's business
UNFINISHED_ENDINGS = (".part", ".tmp", ".filepart", ".crdownload")


class FolderInbox:
    """Files that wait in one folder; its sub-folders, hidden files and links are left alone."""

    def __init__(self, folder: Path, *, is_ours: bool = False) -> None:
        """`is_ours`: the folder is part of the home, and made, for us alone, when it is first looked into."""
        self._folder = folder
        self._is_ours = is_ours

    def waiting(self, *, now_s: float, settled_after_s: float = SETTLED_AFTER_S) -> Iterator[Path]:
        """Yield files that have come to rest, oldest first; `now_s` is the time as `time.time()` gives it.

        Raises:
            ConfigurationError: the folder is not there, or may not be read.
        """
        try:
            if self._is_ours:  # the last folder alone: what it lies in may be a mount that is not there now
                self._folder.mkdir(mode=PRIVATE, exist_ok=True)
            found = [(entry.stat().st_mtime, entry.name) for entry in os.scandir(self._folder) if _is_file(entry)]
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigurationError(
                f"the inbox {self._folder} cannot be read: {reason}", hint="make the folder, or mount what it lies in"
            ) from None
        for changed_s, name in sorted(found):
            if now_s - changed_s >= settled_after_s:
                yield self._folder / name

    def put_aside(self, file: Path, exchange_no: int) -> Path:
        """Move a file that has been taken in to the sub-folder `received`, under its exchange number."""
        target = self._folder / TAKEN / f"{exchange_no}_{file.name}"
        target.parent.mkdir(mode=PRIVATE, exist_ok=True)
        return file.replace(target)


def _is_file(entry: os.DirEntry[str]) -> bool:
    is_unfinished = entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED_ENDINGS)
    return not is_unfinished and entry.is_file(follow_symlinks=False)
