"""One party's folder on this machine, or mounted on it: a `RemoteFolder` that keeps what the one by SFTP keeps.

A file is written under a temporary name and named when all of it is on the disk. The folder is never made here: where
it is not there, what it lies in may be a mount that has gone. A mount that hangs holds the call for as long as it does.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hub.contracts.transports import RemoteFile
from hub.errors import ConfigurationError, HubError, RejectedError, TransientError
from hub.transports import remote_files
from hub.transports.local_upload import BLOCK, NO_RIGHT, NOT_THERE, LocalUpload
from hub.transports.looks import Looks
from hub.transports.remote_files import LARGEST_FILE, SETTLED_AFTER_S, Rest, changed, keep, seekable
from hub.transports.remote_names import is_safe, is_unfinished, require_safe


class LocalFolder:
    """One folder: a `RemoteFolder`."""

    def __init__(
        self,
        path: Path,
        *,
        settled_after_s: float = SETTLED_AFTER_S,
        looks: Looks | None = None,
        largest: int = LARGEST_FILE,
    ) -> None:
        """Say where; `settled_after_s` is how long a file must not have changed before it is shown as waiting.

        `looks` is where earlier ones are known; left out: those of this object alone.
        """
        self._path = path
        self._rest = Rest(settled_after_s, looks)
        self._largest = largest

    def put(self, name: str, content: bytes | BinaryIO) -> None:
        """Put a file there, whole or not at all. See `RemoteFolder.put`."""
        source, size = seekable(content)
        upload = LocalUpload(self._path, name, source, size)
        with self._operation():
            upload.carry_out()

    def find(self, name: str) -> RemoteFile | None:
        """Return a file, None when there is none. See `RemoteFolder.find`."""
        place = self._place(name)
        with self._operation():
            try:
                return _file(name, place.lstat())
            except FileNotFoundError:
                self._path.stat()  # where the folder itself is not there, nobody knows that
                return None

    def waiting(self) -> Sequence[RemoteFile]:
        """Return files that have come to rest, oldest first. See `RemoteFolder.waiting`.

        As by SFTP a file comes to rest by two looks, since the clock of a mounted disk is not ours.
        """
        with self._operation():
            found = list(self._listed())
        return self._rest.settled(found)

    def fetch(self, file: RemoteFile, into: Path) -> Path:
        """Fetch a file to a new file in a local folder and return its path. See `RemoteFolder.fetch`."""
        place = self._place(file.name)
        if file.size > self._largest:
            raise RejectedError(f"a file of {file.size} bytes is larger than is taken from {self._path}")
        with self._operation():
            return keep(file, into, _blocks(place, file.size + 1), lambda: _require_same(place, file))

    def remove(self, file: RemoteFile) -> None:
        """Delete a file that is kept by now. See `RemoteFolder.remove`."""
        place = self._place(file.name)
        with self._operation():
            if os.path.lexists(place):
                _require_same(place, file)
                place.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        require_safe(name)
        return self._path / name

    def _listed(self) -> Iterator[RemoteFile]:
        with os.scandir(self._path) as entries:
            for at, entry in enumerate(entries):
                if at >= remote_files.MOST_LISTED:
                    hint = "have the folder emptied, or point to another one"
                    raise ConfigurationError(
                        f"more than {remote_files.MOST_LISTED} names are in {self._path}", hint=hint
                    )
                if is_safe(entry.name) and not is_unfinished(entry.name) and (file := _entry(entry)) is not None:
                    yield file

    @contextmanager
    def _operation(self) -> Iterator[None]:
        """Raise what the failures of the system mean; nothing was handed over by any of them."""
        try:
            yield
        except OSError as error:
            raise self._meaning(error) from None

    def _meaning(self, error: OSError) -> HubError:
        said = f"the folder {self._path}: {error.strerror or type(error).__name__}; nothing was handed over"
        if error.errno in NOT_THERE:
            return ConfigurationError(said, hint="make the folder, or mount what it lies in")
        if error.errno in NO_RIGHT:
            return ConfigurationError(said, hint="give the hub's user the right to it")
        return TransientError(said)


def _entry(entry: os.DirEntry[str]) -> RemoteFile | None:
    try:
        return _file(entry.name, entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None  # taken away while we listed


def _file(name: str, told: os.stat_result) -> RemoteFile | None:
    return RemoteFile(name, told.st_size, int(told.st_mtime)) if stat.S_ISREG(told.st_mode) else None


def _require_same(place: Path, file: RemoteFile) -> None:
    try:
        told = _file(file.name, place.lstat())
    except FileNotFoundError:
        told = None
    if told != file:
        raise changed()


def _blocks(place: Path, size: int) -> Iterator[bytes]:
    """Yield a file's bytes from its beginning to this size, or to its end where it is shorter."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise changed() from None
    with os.fdopen(descriptor, "rb") as source:
        while size > 0 and (block := source.read(min(BLOCK, size))):
            size -= len(block)
            yield block
