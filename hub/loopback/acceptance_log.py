"""What a counterparty accepted, in a file of its own: a JSON line for each message, on the disk before the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import NamedTuple


class Accepted(NamedTuple):
    """One message that the counterparty took."""

    channel: str
    key: str
    sha256: str
    external_id: str
    is_repeat: bool  # the same key and bytes were taken before, and this one was let pass without effect


class AcceptanceLog:
    """An append-only log; whoever opens the file again goes on with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._first: dict[tuple[str, str], Accepted] = {}
        self._count = 0
        for accepted in read_log(path):
            self._remember(accepted)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._end_broken_line()

    def accept(self, channel: str, key: str, sha256: str, *, once: bool) -> Accepted | None:
        """Write that a message was taken; with `once` a second one of its key is a repeat, or None with other bytes."""
        with self._lock:
            first = self._first.get((channel, key)) if once else None
            if first is not None and first.sha256 != sha256:
                return None
            external_id = first.external_id if first is not None else f"{channel}-{self._count + 1}"
            accepted = Accepted(channel, key, sha256, external_id, first is not None)
            self._write(accepted)
            self._remember(accepted)
            return accepted

    def find(self, channel: str, key: str) -> Accepted | None:
        """Return the first message taken under a key."""
        with self._lock:
            return self._first.get((channel, key))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _remember(self, accepted: Accepted) -> None:
        self._count += 1
        self._first.setdefault((accepted.channel, accepted.key), accepted)

    def _write(self, accepted: Accepted) -> None:
        os.write(self._file, f"{json.dumps(accepted._asdict())}\n".encode())
        os.fsync(self._file)

    def _end_broken_line(self) -> None:
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            os.write(self._file, b"\n")


def read_log(path: Path) -> Iterator[Accepted]:
    """Yield what a log says, from any process; a line that a dying process left unfinished was never answered."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield Accepted(**json.loads(line))
            except ValueError:
                continue
