"""What tells a process from outside to stop: SIGTERM, and SIGINT, which is Ctrl+C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """The signals that came, for the main thread to look at when it can.

    A handler comes in the middle of whatever the main thread does, be it another handler or what holds the lock of an
    Event; so it takes no lock. To put something into a SimpleQueue takes none.
    """

    def __init__(self) -> None:
        self._came: SimpleQueue[int] = SimpleQueue()
        self._has_come = False

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """Take up a signal."""
        self._came.put(number)

    def wait(self, timeout_s: float) -> bool:
        """Wait until one has come, or the time is up; say whether one has come."""
        if not self._has_come:
            try:
                self._came.get(timeout=timeout_s)
            except Empty:
                return False
            self._has_come = True
        return True


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """Hear what stops this process while the block lasts; only a main thread hears anything."""
    signals = StopSignals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    earlier = {number: signal.signal(number, signals.hear) for number in STOPPING}
    try:
        yield signals
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
