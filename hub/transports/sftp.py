"""One party's SFTP server: a pinned host, one connection for many files, and errors that say whether a file arrived.

A file is written under a temporary name and renamed when all of it is there; only the rename hands it over. What was
interrupted before goes on where it stopped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import BinaryIO, Self

from hub.contracts.transports import RemoteFile
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.transports.host_keys import PinnedKeys
from hub.transports.looks import Looks
from hub.transports.remote_files import LARGEST_FILE, SETTLED_AFTER_S, Rest, seekable
from hub.transports.sftp_download import fetch, find, listed, path_of, remove
from hub.transports.sftp_packets import NO_RIGHT, NOT_THERE, Status
from hub.transports.sftp_upload import Upload
from hub.transports.sftp_wire import RefusedError
from hub.transports.ssh_connection import BROKEN, CONNECT_TIMEOUT_S, SftpLogin, SshConnection
from hub.transports.steady_time import steady_ns

KEPT_FOR_S = 30.0  # an unused connection; shorter than servers and firewalls allow
SLOWEST_BYTES_S = 64 * 1024  # a large file has this much more time than a small one
_NS = 1_000_000_000
_NEVER = (Status.UNSUPPORTED, Status.BAD_MESSAGE, Status.INVALID_NAME)


class SftpParty:
    """One account on one host; folders on it share its connection, one operation at a time."""

    def __init__(
        self,
        host: str,
        login: SftpLogin,
        host_keys: Sequence[str],
        *,
        port: int = 22,
        timeout_s: float = 30.0,
        kept_for_s: float = KEPT_FOR_S,
    ) -> None:
        """Pin the host; nothing is opened before the first operation.

        `timeout_s` is how long one operation may take besides connecting and the time for a large file's bytes.

        Raises:
            ConfigurationError: there is neither password nor key, or a host key cannot be read.
        """
        if login.password is None and login.private_key is None:
            raise ConfigurationError("there is neither a password nor a private key", hint="name the secret of one")
        self._host, self._port, self._login = host, port, login
        self._pinned = PinnedKeys(host_keys)
        self._timeout_s = timeout_s
        self._kept_for_s = kept_for_s
        self._connection: SshConnection | None = None
        self._lock = RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next operation opens another one."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def folder(self, path: str) -> SftpFolder:
        """Return one folder, by its path from where the account begins, or from the root with a slash before it."""
        return SftpFolder(self, path)

    def longest_call_s(self, size: int) -> int:
        """Return how long a call about so many bytes may take in all, connecting and waiting for others included.

        When that time is up nothing more is sent, however long the look-up of the host's name has taken.
        """
        return math.ceil(CONNECT_TIMEOUT_S + self._timeout_s) + size // SLOWEST_BYTES_S

    @contextmanager
    def operation(self, size: int = 0) -> Iterator[SshConnection]:
        """Lend the connection for one operation, and raise what its failures mean."""
        began_ns = steady_ns()
        with self._lock:
            connection = self._opened()
            late_s = max((steady_ns() - began_ns) / _NS - CONNECT_TIMEOUT_S, 0)
            connection.watch.begin(self._timeout_s + size // SLOWEST_BYTES_S - late_s)
            try:
                yield connection
            except RefusedError as error:
                raise self._refusal(error) from None
            except BROKEN as error:
                self.close()
                raise self._lost(connection, error) from None
            except HubError:
                raise
            except BaseException:
                self.close()  # in the middle of something: nobody knows what comes next on it
                raise
            finally:
                connection.is_naming = False
                connection.watch.end()

    def _opened(self) -> SshConnection:
        if self._connection is not None and self._connection.is_open:
            return self._connection
        self.close()
        self._connection = SshConnection(
            self._host,
            self._port,
            self._login,
            self._pinned,
            timeout_s=self._timeout_s,
            kept_for_s=self._kept_for_s,
        )
        return self._connection

    def _lost(self, connection: SshConnection, error: BaseException) -> HubError:
        why = "its time was up" if connection.watch.is_over else type(error).__name__
        if connection.is_naming:
            return OutcomeUnknownError(f"{self._host} was asked to name the file, and its answer was lost ({why})")
        return TransientError(f"the connection to {self._host} was lost: nothing was handed over ({why})")

    def _refusal(self, error: RefusedError) -> HubError:
        """Return what a refusal means; nothing was handed over."""
        said = f"{self._host} refused (status {error.status}): nothing was handed over"
        if error.status in NO_RIGHT:
            return ConfigurationError(said, hint="we have no right there: look at the folder and the account")
        if error.status in NOT_THERE:
            return ConfigurationError(said, hint="the folder is not there: look at its path in the settings")
        if error.status in _NEVER:
            return RejectedError(said)
        return TransientError(said)  # a full disk, mostly: the protocol has no word for it


class SftpFolder:
    """One folder of a party: a `RemoteFolder`."""

    def __init__(
        self,
        party: SftpParty,
        path: str,
        *,
        settled_after_s: float = SETTLED_AFTER_S,
        looks: Looks | None = None,
        largest: int = LARGEST_FILE,
    ) -> None:
        """Say where; `settled_after_s` is how long a file must not have changed before it is shown as waiting.

        `looks` is where earlier ones are known; left out: those of this object alone.
        """
        self._party = party
        self._path = path.rstrip("/") or ("/" if path else ".")
        self._rest = Rest(settled_after_s, looks)
        self._largest = largest

    def put(self, name: str, content: bytes | BinaryIO) -> None:
        """Put a file there, whole or not at all. See `RemoteFolder.put`."""
        source, size = seekable(content)
        upload = Upload(self._path, name, source, size)  # refuses a bad name before anything is opened
        with self._party.operation(size) as connection:
            upload.carry_out(connection)

    def find(self, name: str) -> RemoteFile | None:
        """Return a file, None when there is none. See `RemoteFolder.find`."""
        path_of(self._path, name)  # refuses a bad name before anything is opened
        with self._party.operation() as connection:
            return find(connection, self._path, name)

    def waiting(self) -> Sequence[RemoteFile]:
        """Return files that have come to rest, oldest first. See `RemoteFolder.waiting`.

        A file comes to rest by being the same at two looks of ours, `settled_after_s` apart or more: the other side's
        clock is not ours. So the first look shows nothing.
        """
        with self._party.operation() as connection:
            found = listed(connection, self._path)
        return self._rest.settled(found)

    def fetch(self, file: RemoteFile, into: Path) -> Path:
        """Fetch a file to a new file in a local folder and return its path. See `RemoteFolder.fetch`."""
        if file.size > self._largest:
            raise RejectedError(f"a file of {file.size} bytes is larger than is taken from {self._path}")
        with self._party.operation(file.size) as connection:
            return fetch(connection, self._path, file, into)

    def remove(self, file: RemoteFile) -> None:
        """Delete a file that is kept by now. See `RemoteFolder.remove`."""
        with self._party.operation() as connection:
            remove(connection, self._path, file)
