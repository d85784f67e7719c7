"""A printer on this machine: takes batches from its own SFTP server, prints each letter once and reports it.

It reads by itself what the README of this plugin says a printer reads, and nothing of the adapter. Faults:

    disk_full, damage, cut, slow, no_login, other_key    of the next call by SFTP, before anything is handed over
    cut_before_rename                                    the connection ends instead of the rename
    lost_receipt                                         the batch arrives, and the answer does not
    reject_address, reject, return_letter                the next letter is not delivered, and that is reported
    no_report, repeated_report, garbled_report           of the next batch's report
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from hub.contracts import Received
from hub.loopback.faults import Fault
from hub.loopback.kept_secrets import kept_host_key, kept_secret
from hub.loopback.sandbox import LoopbackSandbox
from hub.loopback.sftp_server import SftpServer, SftpUser
from hub_letter.print_room import PAPER_FAULTS, PrintRoom

_USER, _SECRET = "nordvik", "LETTER_SANDBOX_PASSWORD"
_LOOKS_EVERY_S = 0.05
_SFTP_FAULTS = {
    "disk_full": ("write", Fault.DISK_FULL),
    "damage": ("write", Fault.DAMAGE),
    "cut": ("write", Fault.RESET_AFTER_ACCEPT),
    "slow": ("write", Fault.SLOW),
    "cut_before_rename": ("rename", Fault.RESET_BEFORE_READING),
    "lost_receipt": ("rename", Fault.RESET_AFTER_ACCEPT),
    "no_login": ("login", Fault.REFUSE),
    "other_key": ("host_key", Fault.OTHER_KEY),
}


class FolderPrintHouse(LoopbackSandbox):
    """The printer behind a folder of this machine; it works when it is asked to, or by itself."""

    def __init__(self, folder: Path, *, works_by_itself: bool = True, server: SftpServer | None = None) -> None:
        """`server`: by which batches come; without one they are put into the folder."""
        self._inbox, self._reports = folder / "in", folder / "reports"
        self.room = PrintRoom(self._inbox, self._reports, folder / "taken")
        by_sftp = {name: partial(server.faults.order, *what) for name, what in _SFTP_FAULTS.items()} if server else {}
        on_paper = {name: partial(self.room.order, name) for name in PAPER_FAULTS}
        shift = _Shift(self.room, works_by_itself=works_by_itself)
        super().__init__({**by_sftp, **on_paper}, shift, *((server,) if server else ()))

    @property
    def name(self) -> str:
        """The channel."""
        return "letter"

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        return {
            "out": {"folder": str(self._inbox.resolve())},
            "acknowledgements": {"folder": str(self._reports.resolve()), "settled_after_s": 0},
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """None are needed."""
        return {}

    def received(self) -> Sequence[Received]:
        """Return every letter that a debtor got, once for each time."""
        self.room.work()
        letters = self.room.delivered()
        return [Received(letter.recipient, letter.document, letter.sha256) for letter in letters]


class _Shift:
    """The time in which the room is open; it works by itself, or when somebody asks what came."""

    def __init__(self, room: PrintRoom, *, works_by_itself: bool) -> None:
        self._room = room
        self._closing = Event()
        self._worker = Thread(target=self._work, daemon=True) if works_by_itself else None

    def __enter__(self) -> Self:
        self._room.open()
        if self._worker is not None:
            self._worker.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        if self._worker is not None:
            self._worker.join()

    def _work(self) -> None:
        while not self._closing.wait(_LOOKS_EVERY_S):
            self._room.work()


class PrintHouse(FolderPrintHouse):
    """The printer behind an SFTP server."""

    def __init__(self, folder: Path, *, port: int = 0, works_by_itself: bool = True, slow_s: float = 1.0) -> None:
        keys = folder / ".keys"
        keys.mkdir(parents=True, exist_ok=True)
        self._password = kept_secret(keys, "password")
        self._server = SftpServer(
            folder,
            {_USER: SftpUser(self._password)},
            port=port,
            slow_s=slow_s,
            host_key=kept_host_key(keys / "host_key"),
        )
        super().__init__(folder, works_by_itself=works_by_itself, server=self._server)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        account = {
            "host": "127.0.0.1",
            "port": self._server.port,
            "user": _USER,
            "password": f"env:{_SECRET}",
            "host_keys": [self._server.fingerprint],
        }
        return {
            "out": {"sftp": {**account, "path": "in"}},
            "acknowledgements": {"sftp": {**account, "path": "reports"}, "settled_after_s": 0},
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password of its account."""
        return {_SECRET: self._password}
