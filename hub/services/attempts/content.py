"""The bytes of a message, proved to be those that were planned."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from hub.errors import LedgerError
from hub.model.attempts import Attempt
from hub.services.ports import Store

MESSAGES_AHEAD = 50
MESSAGES_WAITED_FOR = 8  # where nothing was read ahead: the sending begins when these are there
BYTES_AHEAD = 8 * 1024 * 1024


class Ahead:
    """The bytes of messages that are sent one after the other, some of them read together before their turn comes.

    While those are sent a thread reads the next, so twice as many are held as are read at a time.
    """

    def __init__(self, store: Store, attempts: Sequence[Attempt]) -> None:
        """`attempts` come in this order; another one is read by itself."""
        self._store = store
        self._place = {attempt.attempt_no: place for place, attempt in enumerate(attempts)}
        self._order = [attempt.sha256 for attempt in attempts]
        self._read: dict[str, bytes] = {}
        self._reader = ThreadPoolExecutor(1, "contents")
        self._next = len(attempts)  # the place from which on the thread reads
        self._coming: Future[Mapping[str, bytes]] | None = None

    def close(self) -> None:
        """Let the thread go."""
        self._reader.shutdown()

    def contents_of(self, attempts: Sequence[Attempt]) -> list[bytes]:
        """Return the bytes of the first of some messages: as many as may be held at a time. Raises as `content_of`."""
        contents: list[bytes] = []
        for attempt in attempts:
            try:
                contents.append(self.content_of(attempt))
            except LedgerError:
                if not contents:
                    raise
                break  # those before it are sent first
            if sum(map(len, contents)) >= BYTES_AHEAD:
                break
        return contents

    def content_of(self, attempt: Attempt) -> bytes:
        """Return the bytes of a message. Raises as `content_of`."""
        place = self._place.get(attempt.attempt_no)
        if attempt.sha256 not in self._read and place is not None:
            self._read = dict(self._read_from(place))
        content = self._read.pop(attempt.sha256, b"")
        is_right = hashlib.sha256(content).hexdigest() == attempt.sha256
        return content if is_right else content_of(self._store, attempt)

    def _read_from(self, place: int) -> Mapping[str, bytes]:
        waited_for = self._coming if self._next == place else None
        found = waited_for.result() if waited_for is not None else self._some(place, MESSAGES_WAITED_FOR)
        self._next, self._coming = place + max(1, len(found)), None
        if self._next < len(self._order):
            self._coming = self._reader.submit(self._some, self._next, MESSAGES_AHEAD)
        return found

    def _some(self, place: int, most: int) -> Mapping[str, bytes]:
        return self._store.contents.read_ahead(self._order[place : place + most], BYTES_AHEAD)


def content_of(store: Store, attempt: Attempt) -> bytes:
    """Return the bytes of an attempt's message.

    Raises:
        LedgerError: they are not there, or are others than those that were planned: nothing may go out.
    """
    try:
        with store.contents.open(attempt.sha256) as stream:
            content = stream.read()
    except zlib.error:
        content = b""
    if hashlib.sha256(content).hexdigest() != attempt.sha256:
        raise LedgerError(
            f"the kept bytes of attempt {attempt.attempt_no} are not those that were planned: nothing was sent; "
            "restore them from a backup"
        )
    return content
