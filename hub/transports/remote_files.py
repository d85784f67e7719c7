"""What every folder of an outside party has in common: when a file has come to rest, and how it is kept here."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from hub.contracts.transports import RemoteFile
from hub.errors import ConfigurationError, TransientError
from hub.transports.looks import Looks, OwnLooks

SETTLED_AFTER_S = 10.0
LARGEST_FILE = 4 * 1024**3
MOST_LISTED = 100_000  # a folder that nobody empties, or a listing without end
_NS = 1_000_000_000


class Rest:
    """Which files of a folder have come to rest: they were the same at all looks for so long."""

    def __init__(self, settled_after_s: float, looks: Looks | None = None) -> None:
        """`looks`: where earlier ones are known; left out: those of this object alone."""
        self._settled_ns = round(settled_after_s * _NS)
        self._looks = looks or OwnLooks()

    def settled(self, found: Sequence[RemoteFile]) -> Sequence[RemoteFile]:
        """Return those of a listing that have not changed since a look long enough ago, oldest first."""
        now_ns, before = self._looks.now_ns(), self._looks.last()
        self._looks.keep({file: before.get(file, now_ns) for file in found})
        resting = [file for file in found if file in before and now_ns - before[file] >= self._settled_ns]
        return sorted(resting, key=lambda file: (file.changed_s, file.name))


def seekable(content: bytes | BinaryIO) -> tuple[BinaryIO, int]:
    """Return a file that can seek, and its size."""
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    return source, source.seek(0, os.SEEK_END)


def keep(file: RemoteFile, into: Path, blocks: Iterable[bytes], require_same: Callable[[], None]) -> Path:
    """Write what is fetched to a new file in a local folder and return its path; half a file is never left behind.

    `require_same` is called before and after, and raises when the file is not as it was listed.
    """
    require_same()
    descriptor, path = tempfile.mkstemp(prefix="fetched-", suffix=".part", dir=into)
    try:
        with os.fdopen(descriptor, "wb") as target:
            size = sum(target.write(block) for block in blocks)
            target.flush()
            os.fsync(target.fileno())
        if size != file.size:
            raise TransientError("a file was not as long as its listing says: it is left for the next time")
        require_same()
        return Path(path).rename(path.removesuffix(".part"))
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def changed() -> TransientError:
    """Say that a file is not as it was listed."""
    return TransientError("a file has changed since it was listed: it is left for the next time")


def too_many(place: str) -> ConfigurationError:
    """Say that a folder has more names than are looked at."""
    hint = "have the folder emptied, or point to another one"
    return ConfigurationError(f"more than {MOST_LISTED} names are in {place}", hint=hint)
