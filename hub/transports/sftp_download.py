"""Files that the other side has put there for us: listed, left while they grow, fetched whole, deleted when kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from hub.contracts.transports import RemoteFile
from hub.errors import ConfigurationError, RejectedError, TransientError
from hub.transports.remote_names import is_safe, is_unfinished
from hub.transports.sftp_packets import Attributes
from hub.transports.ssh_connection import SshConnection
from hub.transports.steady_time import steady_ns

MOST_LISTED = 100_000  # a folder that nobody empties, or a listing without end
_NS = 1_000_000_000


class Rest:
    """Which files of a folder have come to rest: they were the same at all looks for so long."""

    def __init__(self, settled_after_s: float) -> None:
        self._settled_ns = round(settled_after_s * _NS)
        self._since_ns: dict[RemoteFile, int] = {}

    def settled(self, found: Sequence[RemoteFile]) -> Sequence[RemoteFile]:
        """Return those of a listing that have not changed since a look long enough ago, oldest first."""
        now_ns = steady_ns()
        before = self._since_ns
        self._since_ns = {file: before.get(file, now_ns) for file in found}
        resting = [
            file for file, since in self._since_ns.items() if file in before and now_ns - since >= self._settled_ns
        ]
        return sorted(resting, key=lambda file: (file.changed_s, file.name))


def listed(connection: SshConnection, folder: str) -> Sequence[RemoteFile]:
    """Return the plain files of a folder that are finished by their names, and whose names are safe here."""
    found = []
    with closing(connection.sftp.names(folder)) as names:
        for at, (raw, told) in enumerate(names):
            if at >= MOST_LISTED:
                hint = "have the folder emptied, or point to another one"
                raise ConfigurationError(f"more than {MOST_LISTED} names are in {folder}", hint=hint)
            name = raw.decode("utf-8", "surrogateescape")
            if is_safe(name) and not is_unfinished(name) and told.is_regular:
                found.append(_file(name, told))
    return found


def fetch(connection: SshConnection, folder: str, file: RemoteFile, into: Path) -> Path:
    """Fetch a file to a new file in a local folder; half a file is never left behind."""
    place = _path(folder, file)
    _require_same(connection.sftp.look(place), file)
    descriptor, path = tempfile.mkstemp(prefix="fetched-", suffix=".part", dir=into)
    try:
        with os.fdopen(descriptor, "wb") as target:
            with closing(connection.sftp.contents(place, file.size + 1)) as blocks:
                size = sum(target.write(block) for block in blocks)
            target.flush()
            os.fsync(target.fileno())
        if size != file.size:
            raise TransientError("a file was not as long as its listing says: it is left for the next time")
        _require_same(connection.sftp.look(place), file)
        return Path(path).rename(path.removesuffix(".part"))
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def remove(connection: SshConnection, folder: str, file: RemoteFile) -> None:
    """Delete a file that is as it was when it was fetched; one that is gone is no error."""
    if (told := connection.sftp.look(_path(folder, file))) is not None:
        _require_same(told, file)
        connection.sftp.remove(_path(folder, file))


def _require_same(told: Attributes | None, file: RemoteFile) -> None:
    if told is None or not told.is_regular or _file(file.name, told) != file:
        raise TransientError("a file has changed since it was listed: it is left for the next time")


def _path(folder: str, file: RemoteFile) -> str:
    if not is_safe(file.name):
        raise RejectedError("a file is asked for by a name that no listing gives")
    return f"{folder}/{file.name}"


def _file(name: str, told: Attributes) -> RemoteFile:
    return RemoteFile(name, told.size or 0, told.changed_s or 0)
