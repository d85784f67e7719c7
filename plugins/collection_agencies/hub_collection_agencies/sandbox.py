"""Counterparties on this machine: Amili's API, and an agency by SFTP. Nothing of the adapter; see `sandbox_books`.

Besides faults they can be told what goes on there: `debtor_pays` (the oldest case that is owed on is paid whole) and
`pays_out`. By themselves they go by the calendar of this machine; a test sets `today`, and lets them work by `work`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Self

from hub.contracts import Received
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import LoopbackServer
from hub.loopback.kept_secrets import kept_host_key, kept_secret
from hub.loopback.sandbox import LoopbackSandbox, counted_faults, http_faults
from hub.loopback.sftp_server import SftpServer, SftpUser
from hub_collection_agencies.sandbox_amili import ASK, OWN_FAULTS, POST, AmiliService
from hub_collection_agencies.sandbox_books import AgencyBooks
from hub_collection_agencies.sandbox_desk import DESK_FAULTS, AgencyDesk

ACCOUNT, CREDITOR = "account-1", "creditor-1"
SLOW_S = 0.3
_KEY, _PASSWORD, _USER = "AMILI_SANDBOX_KEY", "AGENCY_SANDBOX_PASSWORD", "1234567"
_SFTP_FAULTS = {
    "disk_full": ("write", Fault.DISK_FULL),
    "cut": ("write", Fault.RESET_AFTER_ACCEPT),
    "lost_answer": ("rename", Fault.RESET_AFTER_ACCEPT),
}


class AmiliSandbox(LoopbackSandbox):
    """The counterparty of the channel `amili`: one account, with one creditor unless more are added."""

    name = "amili"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key = kept_secret(folder, "amili_key")
        self.service = AmiliService(folder, self._key, ACCOUNT, {CREDITOR})
        queue = FaultQueue()
        self.server = LoopbackServer(self.service, queue, port=port, slow_s=SLOW_S)
        own = counted_faults(self.service.faults, OWN_FAULTS, self.service.books.lock)
        goes_on = {"debtor_pays": self._debtor_pays, "pays_out": lambda _: self.work(self.today(), pays_out=True)}
        by_http = {**http_faults(queue, POST), **http_faults(queue, ASK, prefix="ask_")}
        super().__init__({**by_http, **own, **goes_on}, self.server)
        self.today: Callable[[], str] = _today

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        return {"amili": {"address": self.server.address, "api_key": f"env:{_KEY}", "account": ACCOUNT}}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The access token."""
        return {_KEY: self._key}

    def work(self, day: str, *, pays_out: bool = False) -> None:
        """End what is done, and pay out where it is time."""
        if pays_out:
            self.service.books.settle(day)
        self.service.end_of_day(day)

    def _debtor_pays(self, times: int) -> None:
        for _ in range(times):
            _pay_oldest(self.service.books, self.today())

    def received(self) -> Sequence[Received]:
        """Return every request that it has taken."""
        return [
            Received(str(item["creditor"]), str(item.get("_cases") or item.get("case") or item["_id"]), item["sha256"])
            for items in self.service.taken.values()
            for item in items
        ]


class AgencySandbox(LoopbackSandbox):
    """An agency by SFTP, which takes and gives the rows of the shipped layout: the counterparty of `svea` here."""

    name = "svea"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        keys = folder / ".keys"
        keys.mkdir(parents=True, exist_ok=True)
        self.desk = AgencyDesk(folder)
        self._password = kept_secret(keys, "password")
        host_key = kept_host_key(keys / "host_key")
        self.server = SftpServer(folder, {_USER: SftpUser(self._password)}, port=port, host_key=host_key)
        by_sftp = {name: partial(self.server.faults.order, *fault) for name, fault in _SFTP_FAULTS.items()}
        own = counted_faults(self.desk.faults, DESK_FAULTS, Lock())
        goes_on = {"debtor_pays": self._debtor_pays, "pays_out": self._pays_out}
        super().__init__({**by_sftp, **own, **goes_on}, self.server)
        self.today: Callable[[], str] = _today
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
        places = {"out": {"sftp": {**account, "path": "input"}}, "incoming": {"sftp": {**account, "path": "pickup"}}}
        return {"svea": {**places, "takes_once": True}}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password of its account."""
        return {_PASSWORD: self._password}

    def _debtor_pays(self, times: int) -> None:
        for _ in range(times):
            _pay_oldest(self.desk.books, self.today())

    def _pays_out(self, _times: int) -> None:
        self.desk.work(self.today(), pays_out=True)

    def received(self) -> Sequence[Received]:
        """Return every file that it has; what waits is read first, where nobody else says when."""
        self.desk.open()
        if self.works_when_asked:
            self.desk.work(self.today())
        files = [*sorted(self.desk.taken.iterdir()), *sorted(self.desk.inbox.iterdir())]
        return [
            Received("svea", file.name, hashlib.sha256(file.read_bytes()).hexdigest())
            for file in files
            if not file.name.endswith(".part")
        ]

    def __enter__(self) -> Self:
        """Open for work, and serve."""
        self.desk.open()
        super().__enter__()
        return self


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _pay_oldest(books: AgencyBooks, day: str) -> None:
    case = next((one for one in books.cases.values() if one.is_open and one.left_ore > 0), None)
    if case is not None:
        books.pay(case.number, case.left_ore + case.own_fee_ore, day)
