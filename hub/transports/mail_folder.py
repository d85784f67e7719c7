"""A folder that a mail server on this machine, or a program, puts mails into: a maildir, or files that end in .eml."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hub.errors import ConfigurationError
from hub.transports.folder import PRIVATE, SETTLED_AFTER_S
from hub.transports.returned_mail import LARGEST_READ, MOST_AT_ONCE, Fetched

HANDLED = "handled"
ENDING = ".eml"
_MAILDIR = ("new", "cur")
_FLAGS = ":2,"  # of a maildir: what stands behind it in a name changes


class _Found(NamedTuple):
    changed_ns: int
    path: Path
    mark: str


class MailFolder:
    """A folder: a `ReturnedMail`. What is put aside goes to its sub-folder `handled`."""

    def __init__(self, folder: Path, *, now_s: Callable[[], float] = time.time) -> None:
        """Say where. A maildir has the sub-folders `new` and `cur`; any other folder is looked into itself.

        There a file must not have changed for two seconds; `now_s` is the time that this is told by.
        """
        self._folder = folder
        self._now_s = now_s

    def since(self, cursor: str) -> Fetched:
        """Put aside what was kept, and read what is there. See `ReturnedMail.since`."""
        try:
            kept = set(cursor.split())
            found = self._found()
            for mail in (one for one in found if one.mark in kept):
                self._put_aside(mail)
            left = [one for one in found if one.mark not in kept]
            now = left[:MOST_AT_ONCE]
            read = {one.mark: content for one in now if (content := _beginning(one.path)) is not None}
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigurationError(
                f"the folder of returned mail, {self._folder}, cannot be used: {reason}",
                hint="make the folder, and let the hub read it and move files to a sub-folder",
            ) from None
        return Fetched(tuple(read.values()), " ".join(read), len(left) > len(now))

    def _found(self) -> list[_Found]:
        parts = [self._folder / part for part in _MAILDIR if (self._folder / part).is_dir()]
        entries = [entry for part in parts or [self._folder] for entry in self._mails_in(part, is_maildir=bool(parts))]
        return sorted(entries)

    def _mails_in(self, folder: Path, *, is_maildir: bool) -> Iterator[_Found]:
        latest_ns = round((self._now_s() - SETTLED_AFTER_S) * 1_000_000_000)
        for entry in os.scandir(folder):
            is_mail = is_maildir or entry.name.lower().endswith(ENDING)
            if entry.name.startswith(".") or not is_mail or not entry.is_file(follow_symlinks=False):
                continue
            try:
                told = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # moved meanwhile: it is found again where it is now
            if is_maildir or told.st_mtime_ns <= latest_ns:  # in a maildir a file is whole when it has its name
                yield _Found(told.st_mtime_ns, Path(entry.path), _mark(entry.name, told))

    def _put_aside(self, mail: _Found) -> None:
        target = self._folder / HANDLED / f"{mail.mark}_{mail.path.name}"  # nothing there is written over
        target.parent.mkdir(mode=PRIVATE, exist_ok=True)
        with suppress(FileNotFoundError):  # another process has just done it
            mail.path.replace(target)


def _mark(name: str, told: os.stat_result) -> str:
    """Return what a file is known by: another one that gets its name later is not taken for it."""
    known_by = f"{name.split(_FLAGS)[0]}\n{told.st_size}\n{told.st_mtime_ns}"
    return hashlib.sha256(known_by.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _beginning(path: Path) -> bytes | None:
    """Return what a mail begins with, None when another process has put it aside, or a mail program has renamed it."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_READ)
    except FileNotFoundError:
        return None
