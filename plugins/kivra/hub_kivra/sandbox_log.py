"""What the sandbox has taken, in a file of its own: a line of JSON for each content, on the disk before the answer."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from hub_kivra.sandbox_content import Content

_FILE = "kivra_contents.jsonl"
_FIRST = 1_700_000_000  # an object key begins with a time


class Taken(NamedTuple):
    """One content that lies in a mailbox."""

    object_key: str
    recipient: str
    document: str
    sha256: str
    fingerprint: str
    payment: dict[str, Any]


class ContentLog:
    """An append-only log; whoever opens the folder again goes on with it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / _FILE
        self._lock = Lock()
        self._taken: list[Taken] = [Taken(**json.loads(line)) for line in self._lines()]
        self._first = {taken.fingerprint: taken for taken in reversed(self._taken)}

    def take(self, content: Content, *, drops_repeats: bool) -> Taken:
        """Put a content into the mailbox, and return it; of a repeat the one that is there already."""
        with self._lock:
            first: Taken | None = self._first.get(content.fingerprint)
            if first is not None and drops_repeats:
                return first
            taken = Taken(
                self._next_key(content), content.recipient, content.document, content.sha256, content.fingerprint,
                content.payment,
            )  # fmt: skip
            self._write(taken)
            self._taken.append(taken)
            self._first.setdefault(taken.fingerprint, taken)
            return taken

    def has(self, content: Content) -> bool:
        """Say whether a content would be a repeat."""
        with self._lock:
            return content.fingerprint in self._first

    def all(self) -> list[Taken]:
        """Return every content that lies in a mailbox, in the order they came."""
        with self._lock:
            return list(self._taken)

    def find(self, object_key: str) -> Taken:
        """Return one by the key that its sender was told. Raises KeyError."""
        found = {taken.object_key: taken for taken in self.all()}
        return found[object_key]

    def _next_key(self, content: Content) -> str:
        number = _FIRST + len(self._taken)
        return f"{number}{hashlib.sha256(f'{number}{content.fingerprint}'.encode()).hexdigest()[:32]}"

    def _lines(self) -> list[str]:
        """Return what was written whole; a line that a dying process left unfinished was never answered."""
        if not self._path.exists():
            return []
        *whole, rest = self._path.read_text(encoding="utf-8").split("\n")
        if rest:
            self._path.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
        return whole

    def _write(self, taken: Taken) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(taken._asdict())}\n")
            file.flush()
            os.fsync(file.fileno())
