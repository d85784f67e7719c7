"""A bank whose files lie in folders, of this machine or by SFTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from hub.contracts import PluginContext, Promise, RemoteFile, RemoteFolder
from hub.model.attempts import Finding, Message, Probed
from hub.model.bank_connections import BankFile, Fetched
from hub.transports.file_settings import FolderSettings, place_of, remote_folder
from hub.transports.folder_channel import FolderChannel
from hub_autopay.connection_settings import ConnectionSettings

CHANNEL = "bank_"  # before the connection's name
BYTES_S = 300  # for the bytes of a file that is put there: twenty million at the slowest
CONNECT_S = 10


class FolderConnection:
    """Files of one bank in `from_bank`."""

    def __init__(self, name: str, settings: ConnectionSettings, context: PluginContext) -> None:
        self.name = name
        self._settings = settings
        self._context = context

    @property
    def channel(self) -> str:
        """The channel to `to_bank`, where that is given."""
        return f"{CHANNEL}{self.name}" if self._settings.to_bank.is_given else ""

    @property
    def way(self) -> str:
        """`sftp` or `folder`."""
        given = self._settings.from_bank if self._settings.from_bank.is_given else self._settings.to_bank
        return _way(given)

    @property
    def endpoint(self) -> str:
        """Where files for us lie."""
        return place_of(self._settings.from_bank)

    def fetch(self, cursor: str) -> Fetched:
        """Return files that have come to rest: seen as they are by an earlier look. A folder has no cursor."""
        if not self._settings.from_bank.is_given:
            return Fetched()
        found = self._folder.waiting()
        if not found and not self._settings.from_bank.settled_after_s:
            found = self._folder.waiting()  # files come whole there: a second look at once is as good as a later one
        return Fetched(tuple(BankFile(_key(file), file.name, file.size) for file in found), cursor)

    @contextmanager
    def open(self, file: BankFile) -> Iterator[BinaryIO]:
        """Lend a file, from a folder of our own where it lies for so long. Raises as `RemoteFolder.fetch`."""
        with TemporaryDirectory(prefix="bank-") as into:
            path = self._folder.fetch(_remote(file), Path(into))
            with path.open("rb") as stream:
                yield stream

    def taken(self, file: BankFile) -> None:
        """Delete it there, unless the bank wants it kept. Raises as `RemoteFolder.remove`."""
        if not self._settings.keeps_files:
            self._folder.remove(_remote(file))

    @cached_property
    def _folder(self) -> RemoteFolder:
        return remote_folder(self._settings.from_bank, self._context, f"connections.{self.name}.from_bank")


class BankFolder(FolderChannel):
    """Puts files into `to_bank`, each under a name of its own, so that it can be found there."""

    def __init__(self, connection: str, settings: ConnectionSettings, context: PluginContext) -> None:
        super().__init__(
            f"{CHANNEL}{connection}",
            settings.to_bank,
            context,
            where=f"connections.{connection}.to_bank",
            takes_once=settings.takes_once,
            file_of=settings.name_of,
        )

    @property
    def promise(self) -> Promise:
        """Without the bank's word for more, the folder can be looked into: what is not there it may have taken."""
        return Promise.IDEMPOTENT if self._takes_once else Promise.QUERYABLE

    @property
    def settled_after_s(self) -> int:
        """When nothing of a call can still arrive."""
        sftp = self._settings.sftp
        return BYTES_S + CONNECT_S + (ceil(sftp.timeout_s) if sftp is not None else 0)

    def probe(self, key: str) -> Probed:
        """Look for a file that has no other name than our key of it."""
        return self.probe_message(Message(key, b""))

    def probe_message(self, message: Message) -> Probed:
        """Look for a file. One that is not there is perhaps taken away: nobody knows."""
        name = self._file_of(message)
        return Probed(Finding.UNKNOWN) if self._folder.find(name) is None else Probed(Finding.DELIVERED, name)


def _way(settings: FolderSettings) -> str:
    return "folder" if settings.sftp is None else "sftp"


def _key(file: RemoteFile) -> str:
    return f"{file.changed_s}:{file.size}:{file.name}"


def _remote(file: BankFile) -> RemoteFile:
    changed_s, size, name = file.key.split(":", 2)
    return RemoteFile(name, int(size), int(changed_s))
