"""A Bankgirot behind a folder: takes what lies in it, pays what is due, and answers from its own books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock

from hub.contracts import Received
from hub.loopback.folders import whole_files
from hub_bankgiro.sandbox_clearing import Clearing
from hub_bankgiro.sandbox_orders import FileRefused

STATUSES = {"no_cover": "1", "no_account": "2", "retried": "9"}
"""What a request may be ordered to come to, and its status in the payment specification."""


class BankgirotOnFolder:
    """The clearing house behind a folder; what it has booked outlives the process."""

    def __init__(self, folder: Path, *, seal_key: str = "") -> None:
        """Blank `seal_key`: seals are not looked at."""
        self._folder = folder
        for name in ("in", "out", "taken", "refused"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.clearing = Clearing(folder / "books.sqlite", seal_key=seal_key)
        self.orders: Counter[str] = Counter()
        self.lock = Lock()

    @property
    def answers(self) -> Path:
        """Where its answers lie."""
        return self._folder / "out"

    def take_files(self) -> None:
        """Carry out what waits, oldest name first."""
        with self.lock:
            for file in whole_files(self._folder / "in"):
                content = file.read_bytes()
                try:
                    self._refuse_on_order()
                    self.clearing.take(file.name, content)
                    file.replace(self._folder / "taken" / file.name)
                except FileRefused as error:
                    file.replace(self._folder / "refused" / file.name)
                    (self._folder / "refused" / f"{file.name}.why").write_text(f"{error}\n", encoding="utf-8")

    def _refuse_on_order(self) -> None:
        if self.orders["refuse"]:
            self.orders["refuse"] -= 1
            raise FileRefused("it was ordered so")

    def end_day(self, day: date) -> list[Path]:
        """Take what waits, pay what is due, and write the day's answers; return their files."""
        self.take_files()
        written = []
        with self.lock:
            self.clearing.statuses = self._statuses
            for name, content in self.clearing.end_day(day):
                written.append(self.put_out(name, content))
        return written

    def put_out(self, name: str, content: bytes) -> Path:
        """Write an answer, beside those of the same name; `lock` is held."""
        path = self.answers / name
        while path.exists():  # a second file of the same day
            path = path.with_stem(f"{path.stem}x")
        path.write_bytes(content)
        return path

    def _statuses(self) -> str:
        """Return the status that was ordered for the next request, blank when none was."""
        for fault, status in STATUSES.items():
            if self.orders[fault]:
                self.orders[fault] -= 1
                return status
        return ""

    def taken(self) -> Sequence[Received]:
        """Return every file that was carried out, each as often as that was done."""
        with self.lock:
            rows = self.clearing.books.all("SELECT * FROM taken ORDER BY name")
        return [Received("bankgirot", row["name"], row["sha256"]) for row in rows]
