"""What a transport of files offers to an adapter, whatever carries it: one folder of one outside party."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable


class RemoteFile(NamedTuple):
    """A file as the other side lists it; `changed_s` is by its clock, seconds since 1970, 0 where it is not told."""

    name: str
    size: int
    changed_s: int = 0


@runtime_checkable
class RemoteFolder(Protocol):
    """One folder that files are put into, or fetched from."""

    def put(self, name: str, content: bytes | BinaryIO) -> None:
        """Put a file there, whole or not at all; one with this name and content is there already: then it is done.

        `content` may be a binary file that can seek; it is read from its beginning.

        Raises:
            RejectedError: the name cannot be one, or another file has it.
            TransientError: nothing was handed over; later it may be.
            OutcomeUnknownError: it may have been handed over.
            ConfigurationError: nothing was handed over, and nothing can be before a setting is mended.
        """
        ...

    def find(self, name: str) -> RemoteFile | None:
        """Return a file, None when there is none. Raises as `waiting`."""
        ...

    def waiting(self) -> Sequence[RemoteFile]:
        """Return files that have come to rest, oldest first; what still grows, or has an unsafe name, is left.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: the folder cannot be read before a setting is mended.
        """
        ...

    def fetch(self, file: RemoteFile, into: Path) -> Path:
        """Fetch a file to a new file in a local folder and return its path; the other side keeps its own.

        Raises:
            TransientError: there is no answer now, or the file has changed since it was listed.
            ConfigurationError: it cannot be read before a setting is mended.
            RejectedError: it is larger than is taken.
        """
        ...

    def remove(self, file: RemoteFile) -> None:
        """Delete a file that is kept by now; one that is gone is no error, one that has changed is left.

        Raises:
            TransientError: there is no answer now, or the file has changed since it was listed.
            ConfigurationError: we may not delete there.
        """
        ...
