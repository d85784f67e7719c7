"""Files that an agency puts into a folder: listed, fetched and compared, and deleted when what they say has been kept.

The cursor names the files that were handed over last; whoever gives it back has kept them, so they are deleted then.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.contracts import RemoteFile, RemoteFolder
from hub.errors import ConfigurationError, TransientError
from hub.model.collection import Fetched, FetchedFile

LARGEST = 64 * 1024 * 1024  # bytes of one file
MOST_FILES = 20  # at a time
MOST_BYTES = 64 * 1024 * 1024  # at a time: they are kept in one transaction


def fetched(folder: RemoteFolder, cursor: str) -> Fetched:
    """Return files since a cursor, oldest first. See `CollectionAgency.fetch`."""
    for file in _handed_over(cursor):
        if folder.find(file.name) == file:  # one that has been changed since is another one
            folder.remove(file)
    waiting = folder.waiting()
    fitting = [file for file in waiting if file.size <= LARGEST]
    chosen = list(_first(fitting))
    taken = list(_fetched(folder, chosen))
    if not taken and len(fitting) < len(waiting):
        (first, *_) = (file for file in waiting if file.size > LARGEST)
        hint = "take it away, and have it parted"
        raise ConfigurationError(f"the agency's file {first.name} has {first.size} bytes: too many", hint=hint)
    done = chosen[: len(taken)]
    return Fetched(tuple(taken), json.dumps(done), has_more=len(done) < len(fitting))


def _first(waiting: Sequence[RemoteFile]) -> Iterator[RemoteFile]:
    size = 0
    for number, file in enumerate(waiting[:MOST_FILES]):
        size += file.size
        if number and size > MOST_BYTES:
            return
        yield file


def _fetched(folder: RemoteFolder, files: Sequence[RemoteFile]) -> Iterator[FetchedFile]:
    """Fetch one after the other; what was fetched before a failure is worth keeping."""
    for number, file in enumerate(files):
        try:
            with tempfile.TemporaryDirectory(prefix="hub-collection-") as place:
                content = folder.fetch(file, Path(place)).read_bytes()
        except TransientError:
            if not number:
                raise
            return
        yield FetchedFile(file.name, content)


def _handed_over(cursor: str) -> list[RemoteFile]:
    """Read a cursor; of anything else nothing is deleted, and all is fetched again."""
    try:
        return [RemoteFile(*file) for file in json.loads(cursor or "[]")]
    except (ValueError, TypeError):
        return []
