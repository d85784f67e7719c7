"""An enforcement authority on this machine, by SFTP. Nothing of the adapter; see `sandbox_desk`.

By itself it goes by the calendar of this machine, one step of each case whenever somebody asks what it received; a test
sets `today`, and lets it work by `desk.work`. From the first `end_day` on it works by the days that it is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Self

from hub.contracts import Received
from hub.loopback.faults import Fault
from hub.loopback.kept_secrets import kept_host_key, kept_secret
from hub.loopback.sandbox import LoopbackSandbox, counted_faults
from hub.loopback.sftp_server import SftpServer, SftpUser
from hub_kronofogden.sandbox_desk import DESK_FAULTS, AuthorityDesk

_USER, _PASSWORD = "hub", "KRONOFOGDEN_SANDBOX_PASSWORD"
_SFTP_FAULTS = {
    "disk_full": ("write", Fault.DISK_FULL),
    "cut": ("write", Fault.RESET_AFTER_ACCEPT),
    "lost_answer": ("rename", Fault.RESET_AFTER_ACCEPT),
}


class KronofogdenSandbox(LoopbackSandbox):
    """The counterparty of the channel `kronofogden`."""

    name = "kronofogden"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        keys = folder / ".keys"
        keys.mkdir(parents=True, exist_ok=True)
        self.desk = AuthorityDesk(folder)
        self._password = kept_secret(keys, "password")
        host_key = kept_host_key(keys / "host_key")
        self.server = SftpServer(folder, {_USER: SftpUser(self._password)}, port=port, host_key=host_key)
        by_sftp = {name: partial(self.server.faults.order, *fault) for name, fault in _SFTP_FAULTS.items()}
        super().__init__({**by_sftp, **counted_faults(self.desk.faults, DESK_FAULTS, Lock())}, self.server)
        self.today: Callable[[], str] = lambda: datetime.now(UTC).date().isoformat()
        self.works_when_asked = True

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        account = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "user": _USER,
            "password": f"env:{_PASSWORD}",
            "host_keys": [self.server.fingerprint],
        }
        places = {"out": {"sftp": {**account, "path": "in"}}, "incoming": {"sftp": {**account, "path": "out"}}}
        return {"is_trial": True, "takes_once": True, **places}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password of its account."""
        return {_PASSWORD: self._password}

    def received(self) -> Sequence[Received]:
        """Return every file that it has; what waits is read first, where nobody else says when."""
        self.desk.open()
        if self.works_when_asked:
            self.desk.work(self.today())
        files = [*sorted(self.desk.taken.iterdir()), *sorted(self.desk.inbox.iterdir())]
        return [
            Received("kronofogden", file.name, hashlib.sha256(file.read_bytes()).hexdigest())
            for file in files
            if not file.name.endswith(".part")
        ]

    def end_day(self, day: date) -> Sequence[Path]:
        """Work a day, and hand over what waits to be fetched, oldest first: it is not fetched any more."""
        self.works_when_asked = False
        self.desk.work(day.isoformat())
        return self.desk.hand_over()

    def __enter__(self) -> Self:
        """Open for work, and serve."""
        self.desk.open()
        super().__enter__()
        return self
