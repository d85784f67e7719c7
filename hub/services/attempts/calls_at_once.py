"""Calls of one channel that are under way at the same time, each in a thread of its own.

What a call came to is heard by the thread of the turn alone, which writes it down: a call touches no row. Where one at
a time is called, the turn calls by itself, at the moment when it wants to hear.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from hub.contracts import ConcurrentChannel, DeliveryChannel
from hub.model.attempts import Message
from hub.services.attempts.calling import Called, send
from hub.services.attempts.steady import Steady


class Timed(NamedTuple):
    """What a call came to, and how long it took."""

    called: Called
    took_ms: int


Hear = Callable[[], Timed]
"""Waits for a call to end, and says what it came to."""


def calls_at_once_of(channel: DeliveryChannel) -> int:
    """Return how many threads may call a channel at the same time."""
    return channel.calls_at_once if isinstance(channel, ConcurrentChannel) else 1


class Calls:
    """The calls of one turn."""

    def __init__(self, channel: DeliveryChannel, steady: Steady, most: int) -> None:
        """`most` is how many may be under way; nothing is kept open when it is one."""
        self.most = most
        self._channel = channel
        self._steady = steady
        self._threads = ThreadPoolExecutor(most, f"calls-{channel.name}") if most > 1 else None

    def begin(self, message: Message) -> Hear:
        """Have a message sent; the answer is waited for by calling what is returned, which is to be done once."""
        if self._threads is None:
            return lambda: self.call(message)
        return self._threads.submit(self.call, message).result

    def call(self, message: Message) -> Timed:
        """Send a message in this thread."""
        began_ms = self._steady().at_ms
        called = send(self._channel, message)
        return Timed(called, self._steady().at_ms - began_ms)

    def close(self) -> None:
        """Let the threads go; every call has been heard."""
        if self._threads is not None:
            self._threads.shutdown()
