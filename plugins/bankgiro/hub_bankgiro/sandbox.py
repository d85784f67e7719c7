"""A Bankgirot on this machine: takes Autogiro files, and answers over days that are simulated, from its own books.

It reads and writes by itself, by the positions of the manual, and nothing of the adapter. In its folder `in` is what
waits, `taken` what was carried out, `refused` what was sent back, with the reason beside it, and `out` its answers.
By itself it ends a day whenever a file has come: that of the latest date in a file's opening record. Other days end,
and payers and their banks act, when somebody says so (`hub sandbox day`, `let`). Faults:

    refuse                          the next file is sent back
    no_cover, no_account, retried   what becomes of the next request that falls due
    disk_full, cut, lost_receipt    of the next call by SFTP: before, while and after a file is handed over
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from hub.contracts import Received
from hub.loopback.faults import Fault
from hub.loopback.kept_secrets import kept_host_key, kept_secret
from hub.loopback.sandbox import LoopbackSandbox, counted_faults
from hub.loopback.sftp_server import SftpServer, SftpUser
from hub_bankgiro.sandbox_acts import ACTS, act
from hub_bankgiro.sandbox_folder import STATUSES, BankgirotOnFolder

_USER, _PASSWORD, _KEY = "hub", "AUTOGIRO_SANDBOX_PASSWORD", "AUTOGIRO_SANDBOX_SEAL_KEY"
_BANKGIRO, _CUSTOMER = "9912346", "471117"  # as in Bankgirot's own examples
_LOOKS_EVERY_S = 0.05
_SFTP_FAULTS = {
    "disk_full": ("write", Fault.DISK_FULL),
    "cut": ("write", Fault.RESET_AFTER_ACCEPT),
    "lost_receipt": ("rename", Fault.RESET_AFTER_ACCEPT),
}


class BankgirotSandbox(LoopbackSandbox):
    """The clearing house behind an SFTP server, which ends its days by itself or when it is told to."""

    name = "autogiro"

    def __init__(self, folder: Path, *, port: int = 0, works_by_itself: bool = True) -> None:
        keys = folder / ".keys"
        keys.mkdir(parents=True, exist_ok=True)
        self._password, self._key = kept_secret(keys, "password"), kept_secret(keys, "seal_key").upper()
        self.bankgirot = BankgirotOnFolder(folder, seal_key=self._key)
        self._told: set[str] = set()
        self._server = SftpServer(
            folder, {_USER: SftpUser(self._password)}, port=port, host_key=kept_host_key(keys / "host_key")
        )
        by_sftp = {name: partial(self._server.faults.order, *what) for name, what in _SFTP_FAULTS.items()}
        own = counted_faults(self.bankgirot.orders, ("refuse", *STATUSES), self.bankgirot.lock)
        shift = _Shift(self.bankgirot, works_by_itself=works_by_itself)
        super().__init__({**by_sftp, **own}, shift, self._server)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        account = {
            "host": "127.0.0.1",
            "port": self._server.port,
            "user": _USER,
            "password": f"env:{_PASSWORD}",
            "host_keys": [self._server.fingerprint],
            "path": "in",
        }
        return {
            "autogiro": {
                "customer_numbers": {_BANKGIRO: _CUSTOMER},
                "seal_key": f"env:{_KEY}",
                "takes_once": True,
                "out": {"sftp": account},
            }
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password of its account, and the key of the seal."""
        return {_PASSWORD: self._password, _KEY: self._key}

    def end_day(self, day: date) -> Sequence[Path]:
        """End a day, and return the answers that nobody has been given yet, oldest first."""
        self.bankgirot.end_day(day)
        with self.bankgirot.lock:
            written = sorted(self.bankgirot.answers.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
        new = [path for path in written if path.name not in self._told]
        self._told.update(path.name for path in new)
        return new

    @property
    def acts(self) -> Mapping[str, str]:
        """What payers and their banks do by themselves."""
        return ACTS

    def act(self, name: str, given: Mapping[str, str]) -> Sequence[Path]:
        """Let it happen; return the registers that were asked for. Raises ValueError for what cannot be."""
        written = act(self.bankgirot, name, given)
        self._told.update(path.name for path in written)
        return written

    def received(self) -> Sequence[Received]:
        """Return every file that it has carried out."""
        self.bankgirot.take_files()
        return self.bankgirot.taken()


class _Shift:
    """The time in which it looks for files."""

    def __init__(self, bankgirot: BankgirotOnFolder, *, works_by_itself: bool) -> None:
        self._bankgirot = bankgirot
        self._closing = Event()
        self._worker = Thread(target=self._work, daemon=True) if works_by_itself else None

    def __enter__(self) -> Self:
        if self._worker is not None:
            self._worker.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        if self._worker is not None:
            self._worker.join()
        self._bankgirot.clearing.books.close()

    def _work(self) -> None:
        while not self._closing.wait(_LOOKS_EVERY_S):
            self._bankgirot.take_files()
            if day := self._bankgirot.clearing.unended:
                self._bankgirot.end_day(date(int(day[:4]), int(day[4:6]), int(day[6:])))
