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
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from hub.contracts import Received
from hub.loopback.faults import Fault
from hub.loopback.kept_secrets import kept_host_key, kept_secret
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


class FolderPrintHouse:
    """The printer behind a folder of this machine; it works when it is asked to, or by itself."""

    def __init__(self, folder: Path, *, works_by_itself: bool = True) -> None:
        self._inbox, self._reports = folder / "in", folder / "reports"
        self.room = PrintRoom(self._inbox, self._reports, folder / "taken")
        self._closing = Event()
        self._worker = Thread(target=self._work, daemon=True) if works_by_itself else None

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

    @property
    def faults(self) -> Sequence[str]:
        """What may be ordered."""
        return PAPER_FAULTS

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next letters or batches go wrong. Raises ValueError for a fault that it has not."""
        if fault not in PAPER_FAULTS:
            raise ValueError(f"there is no fault {fault}; there are {', '.join(self.faults)}")
        self.room.order(fault, times)

    def received(self) -> Sequence[Received]:
        """Return every letter that a debtor got, once for each time."""
        self.room.work()
        letters = self.room.delivered()
        return [Received(letter.recipient, letter.document, letter.sha256) for letter in letters]

    def __enter__(self) -> Self:
        """Open for work."""
        self.room.open()
        if self._worker is not None:
            self._worker.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Close."""
        self._closing.set()
        if self._worker is not None:
            self._worker.join()

    def _work(self) -> None:
        while not self._closing.wait(_LOOKS_EVERY_S):
            self.room.work()


class PrintHouse(FolderPrintHouse):
    """The printer behind an SFTP server."""

    def __init__(self, folder: Path, *, port: int = 0, works_by_itself: bool = True, slow_s: float = 1.0) -> None:
        super().__init__(folder, works_by_itself=works_by_itself)
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

    @property
    def faults(self) -> Sequence[str]:
        """What may be ordered."""
        return (*_SFTP_FAULTS, *PAPER_FAULTS)

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next calls, letters or batches go wrong. Raises ValueError for a fault that it has not."""
        if fault in _SFTP_FAULTS:
            target, what = _SFTP_FAULTS[fault]
            self._server.faults.order(target, what, times)
        else:
            super().order(fault, times)

    def __enter__(self) -> Self:
        """Open for work, and serve."""
        self.room.open()
        self._server.__enter__()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        """Stop."""
        super().__exit__(*error)
        self._server.__exit__(*error)
