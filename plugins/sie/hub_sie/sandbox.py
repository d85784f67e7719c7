"""A general ledger on this machine: reads files in, numbers their vouchers, and writes its own files.

In its folder `in` is what waits, `read` what is booked, `refused` what is not, with the reason beside it, and `out` its
own file of each year, for `hub bookkeeping receive`. It reads and writes by itself, and nothing of the adapter. A file
is refused whole: an account that it does not have, a month that is closed, a voucher that does not balance, a file that
it has read in. Faults:

    refuse         the next file is refused
    lose_text      the next file's vouchers are booked without their texts, and so without our numbers
    change_amount  the next file's first voucher is booked with another amount
    disk_full, cut, lost_receipt    of the next call by SFTP: before, while and after a file is handed over
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from hub.contracts import Received
from hub.loopback.faults import Fault
from hub.loopback.kept_secrets import kept_host_key, kept_secret
from hub.loopback.sftp_server import SftpServer, SftpUser
from hub_sie.sandbox_file import vouchers, written

_USER, _SECRET = "hub", "SIE_SANDBOX_PASSWORD"
_SFTP_FAULTS = {
    "disk_full": ("write", Fault.DISK_FULL),
    "cut": ("write", Fault.RESET_AFTER_ACCEPT),
    "lost_receipt": ("rename", Fault.RESET_AFTER_ACCEPT),
}
FAULTS = ("refuse", "lose_text", "change_amount")
CHART = {
    "1510": "Kundfordringar", "1930": "Bank", "1940": "Avräkning", "2990": "Observationskonto", "2999": "Felkonto",
    "3000": "Intäkter", "3010": "Vatten", "3740": "Öresavrundning", "3590": "Påminnelseavgifter", "8313": "Räntor",
}  # fmt: skip


class LedgerOnFolder:
    """The ledger of one company, behind a folder; what it has booked outlives the process."""

    name = "sie"

    def __init__(self, folder: Path) -> None:
        self._inbox, self._read = folder / "in", folder / "read"
        self._refused, self._own = folder / "refused", folder / "out"
        self._company = ""
        self._kept = folder / "ledger.json"
        self._orders: Counter[str] = Counter()
        self.chart = dict(CHART)
        self.closed: set[str] = set()  # months such as 202610
        self.openings: dict[str, int] = {}
        self.refused: dict[str, str] = {}  # why, by name of file
        self.booked: list[dict[str, Any]] = json.loads(self._kept.read_text("utf-8")) if self._kept.exists() else []
        self._numbers = Counter((one["series"], one["date"][:4]) for one in self.booked)
        self._taken = {one["sha256"] for one in self.booked}

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        return {"out": {"folder": str(self._inbox.resolve())}}

    @property
    def secrets(self) -> Mapping[str, str]:
        """None are needed."""
        return {}

    @property
    def faults(self) -> Sequence[str]:
        """What may be ordered."""
        return FAULTS

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next files go wrong. Raises ValueError for a fault that it has not."""
        if fault not in FAULTS:
            raise ValueError(f"there is no fault {fault}; there are {', '.join(FAULTS)}")
        self._orders[fault] += times

    def received(self) -> Sequence[Received]:
        """Return every voucher of ours that it has booked, each as often as it stands there."""
        self.work()
        return [Received("ledger", one["text"].split(" ")[0], one["sha256"]) for one in self.booked if one["sha256"]]

    def work(self) -> None:
        """Read in what waits, oldest first."""
        self._open()
        waiting = sorted(self._inbox.glob("*.si"))
        for file in waiting:
            try:
                self._take(file.read_bytes())
                file.replace(self._read / file.name)
            except (ValueError, IndexError) as error:
                self.refused[file.name] = str(error)
                file.replace(self._refused / file.name)
                (self._refused / f"{file.name}.txt").write_text(f"{error}\n", encoding="utf-8")
        if waiting:
            self._write_down()

    def _write_down(self) -> None:
        """Keep what is booked, and write the ledger's own file of each year."""
        self._kept.write_text(json.dumps(self.booked), encoding="utf-8")
        for year in {one["date"][:4] for one in self.booked}:
            (self._own / f"{year}.se").write_bytes(self.file(company=self._company, year=year, made_on=f"{year}1231"))

    def book(self, series: str, date: str, *lines: tuple[str, int], text: str = "") -> str:
        """Book a voucher of somebody else, date as 20261123; return its number."""
        told = {"series": series, "date": date, "text": text, "lines": [[account, ore, "{}"] for account, ore in lines]}
        return self._booked(told, "")

    def file(self, *, company: str = "556677-8899", year: str = "2026", made_on: str = "20261130") -> bytes:
        """Return its own SIE file of a year."""
        own = [one for one in self.booked if one["date"].startswith(year)]
        return written(company, year, made_on, self.chart, self.openings, own)

    def _take(self, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        head, found = vouchers(content)
        self._company = head["#ORGNR"][0]
        if digest in self._taken:
            raise ValueError("the file has been read in before")
        if self._falls("refuse"):
            raise ValueError("refused by order")
        for one in found:
            self._refuse_wrong(one)
        if self._falls("lose_text"):
            found = [{**one, "text": ""} for one in found]
        if self._falls("change_amount"):
            first, second = found[0]["lines"][:2]
            first[1], second[1] = first[1] + 100, second[1] - 100
        for one in found:
            self._booked(one, digest)
        self._taken.add(digest)

    def _refuse_wrong(self, voucher: Mapping[str, Any]) -> None:
        unknown = {account for account, _, _ in voucher["lines"]} - self.chart.keys()
        if unknown:
            raise ValueError(f"there is no account {', '.join(sorted(unknown))}")
        if voucher["date"][:6] in self.closed:
            raise ValueError(f"the month {voucher['date'][:6]} is closed")
        if sum(ore for _, ore, _ in voucher["lines"]):
            raise ValueError("a voucher does not balance")

    def _booked(self, voucher: Mapping[str, Any], digest: str) -> str:
        series = (voucher["series"], voucher["date"][:4])
        self._numbers[series] += 1
        number = str(self._numbers[series])
        self.booked.append({**voucher, "number": number, "sha256": digest})
        return number

    def _falls(self, fault: str) -> bool:
        if not self._orders[fault]:
            return False
        self._orders[fault] -= 1
        return True

    def _open(self) -> None:
        for folder in (self._inbox, self._read, self._refused, self._own):
            folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        """Open for work."""
        self._open()
        return self

    def __exit__(self, *error: object) -> None:
        """Close."""


class LedgerSandbox(LedgerOnFolder):
    """The ledger behind an SFTP server."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        super().__init__(folder)
        keys = folder / ".keys"
        keys.mkdir(parents=True, exist_ok=True)
        self._password = kept_secret(keys, "password")
        host_key = kept_host_key(keys / "host_key")
        self._server = SftpServer(folder, {_USER: SftpUser(self._password)}, port=port, host_key=host_key)

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
        return {"out": {"sftp": {**account, "path": "in"}}}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password of its account."""
        return {_SECRET: self._password}

    @property
    def faults(self) -> Sequence[str]:
        """What may be ordered."""
        return (*_SFTP_FAULTS, *FAULTS)

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next calls or files go wrong. Raises ValueError for a fault that it has not."""
        if fault in _SFTP_FAULTS:
            target, what = _SFTP_FAULTS[fault]
            self._server.faults.order(target, what, times)
        else:
            super().order(fault, times)

    def __enter__(self) -> Self:
        """Open for work, and serve."""
        super().__enter__()
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop."""
        self._server.__exit__(*error)
