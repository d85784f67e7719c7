"""`hub` in processes of its own that start in milliseconds, and what each of them tells."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from hub_life import LIVE

from hub.services.payments import reading
from hub.testing.killing.nursery import Nursery

STOPS_WITHIN_S = 15


class Process:
    """`hub` as a process of its own; what it says is read as it comes, what it prints goes to a file."""

    def __init__(
        self,
        nursery: Nursery,
        words: Sequence[object],
        chunk_payments: int = reading.CHUNK_PAYMENTS,
        *,
        printed: Path = Path(os.devnull),
        life: str = LIVE,
    ) -> None:
        said = Path(tempfile.mkdtemp()) / "said"
        os.mkfifo(said)
        self._nursery = nursery
        argument = {
            "said": str(said),
            "printed": str(printed),
            "environment": dict(os.environ),
            "chunk_payments": chunk_payments,
        }
        self._number = nursery.start(life, {**argument, "words": [str(word) for word in words]})
        self.told: list[str] = []
        self._news = threading.Condition()
        self._reading = threading.Thread(target=self._read, args=[said], daemon=True)  # it may never say a word
        self._reading.start()
        self._code: int | None = None

    def _read(self, said: Path) -> None:
        with said.open() as stream:
            shutil.rmtree(said.parent)
            for line in stream:
                with self._news:
                    self.told.append(line)
                    self._news.notify_all()

    def wait_for(self, words: str) -> str:
        """Wait until it has said something; return the first line that holds the words."""
        with self._news:
            assert self._news.wait_for(lambda: any(words in line for line in self.told), timeout=60), self.told
            return next(line for line in self.told if words in line)

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self._number, number)

    def ends(self, within_s: int = STOPS_WITHIN_S) -> int:
        """Return the exit code of a process that ends by itself, or was told to."""
        self._reading.join(within_s)
        assert not self._reading.is_alive(), f"it has not ended: {self.told}"
        if self._code is None:
            self._code = self._nursery.ended(self._number, wait=True)
        assert self._code is not None
        return self._code

    def close(self) -> None:
        """Kill it, if it still runs."""
        if self._code is None:
            self.send_signal(signal.SIGKILL)
            self.ends()
