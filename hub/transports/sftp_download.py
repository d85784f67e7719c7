"""Files that the other side has put there for us: listed, left while they grow, fetched whole, deleted when kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from hub.contracts.transports import RemoteFile
from hub.transports import remote_files
from hub.transports.remote_files import changed, keep, too_many
from hub.transports.remote_names import is_safe, is_unfinished, require_safe
from hub.transports.sftp_packets import NOT_THERE, Attributes, Status
from hub.transports.sftp_wire import RefusedError, Sftp
from hub.transports.ssh_connection import SshConnection


def find(connection: SshConnection, folder: str, name: str) -> RemoteFile | None:
    """Return a plain file, None when there is none: where the folder itself is not there, nobody knows that."""
    sftp = connection.sftp
    told = sftp.look(path_of(folder, name))
    if told is None and sftp.look(folder) is None:
        raise RefusedError(Status.NO_SUCH_PATH)
    return None if told is None or not told.is_regular else _file(name, told)


def listed(connection: SshConnection, folder: str) -> Sequence[RemoteFile]:
    """Return the plain files of a folder that are finished by their names, and whose names are safe here."""
    found = []
    with closing(connection.sftp.names(folder)) as names:
        for at, (raw, told) in enumerate(names):
            if at >= remote_files.MOST_LISTED:
                raise too_many(folder)
            name = raw.decode("utf-8", "surrogateescape")
            if is_safe(name) and not is_unfinished(name) and told.is_regular:
                found.append(_file(name, told))
    return found


def fetch(connection: SshConnection, folder: str, file: RemoteFile, into: Path) -> Path:
    """Fetch a file to a new file in a local folder; half a file is never left behind."""
    place = path_of(folder, file.name)
    sftp = connection.sftp
    try:
        with closing(sftp.contents(place, file.size + 1)) as blocks:
            return keep(file, into, blocks, lambda: _require_same(sftp, place, file))
    except RefusedError as error:
        if error.status in NOT_THERE:  # taken away between two looks: the folder was there
            raise changed() from None
        raise


def remove(connection: SshConnection, folder: str, file: RemoteFile) -> None:
    """Delete a file that is as it was when it was fetched; one that is gone is no error."""
    place = path_of(folder, file.name)
    sftp = connection.sftp
    if sftp.look(place) is None:
        return
    _require_same(sftp, place, file)
    try:
        sftp.remove(place)
    except RefusedError as error:
        if error.status not in NOT_THERE:  # another one of us was faster
            raise


def path_of(folder: str, name: str) -> str:
    """Return where a file of a folder is. Raises RejectedError for a name that leads elsewhere."""
    require_safe(name)
    return f"{folder.rstrip('/')}/{name}"


def _require_same(sftp: Sftp, place: str, file: RemoteFile) -> None:
    told = sftp.look(place)
    if told is None or not told.is_regular or _file(file.name, told) != file:
        raise changed()


def _file(name: str, told: Attributes) -> RemoteFile:
    return RemoteFile(name, told.size or 0, told.changed_s or 0)
