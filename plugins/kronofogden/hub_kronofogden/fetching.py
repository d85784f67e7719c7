"""Files that the authority has for us: listed, fetched and compared, and deleted when what they say has been kept.

The cursor names the files that were handed over last; whoever gives it back has kept them, so they are deleted then.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.contracts import RemoteFile, RemoteFolder
from hub.errors import TransientError
from hub.model.order_to_pay_files import Fetched

MOST_FILES = 20  # at a time


def fetched(folder: RemoteFolder, cursor: str) -> Fetched:
    """Return files since a cursor, oldest first. See `OrderToPayFiler.fetch`."""
    for file in _handed_over(cursor):
        if folder.find(file.name) == file:  # one that has been changed since is another one
            folder.remove(file)
    waiting = folder.waiting()[:MOST_FILES]
    taken = list(_fetched(folder, waiting))
    return Fetched(tuple(taken), json.dumps(list(waiting[: len(taken)])))


def _fetched(folder: RemoteFolder, waiting: Iterable[RemoteFile]) -> Iterator[tuple[str, bytes]]:
    """Fetch one after the other; what was fetched before a failure is worth keeping."""
    for number, file in enumerate(waiting):
        try:
            with tempfile.TemporaryDirectory(prefix="hub-kronofogden-") as place:
                content = folder.fetch(file, Path(place)).read_bytes()
        except TransientError:
            if not number:
                raise
            return
        yield file.name, content


def _handed_over(cursor: str) -> list[RemoteFile]:
    """Read a cursor; of anything else nothing is deleted, and all is fetched again."""
    try:
        return [RemoteFile(*file) for file in json.loads(cursor or "[]")]
    except (ValueError, TypeError):
        return []
