"""The garbage collector, which is one for all threads of a process, while some of them judge."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class CollectorPause:
    """Keeps it off from the first who asks for it until the last is done, and then leaves it as the first found it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked_by = 0
        self._was_on = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Keep it off while the block lasts."""
        with self._lock:  # who saw it off and turned it off later would leave it off for good
            if not self._asked_by:
                self._was_on = gc.isenabled()
                gc.disable()
            self._asked_by += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked_by -= 1
                if self._was_on and not self._asked_by:
                    gc.enable()
