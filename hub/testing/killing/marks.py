"""What each thread of a process is at, in a small file that outlives it: `SIGKILL` leaves no time to say it."""

from __future__ import annotations

import mmap
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread, local
from typing import NamedTuple

SLOTS, SLOT_SIZE = 64, 64  # one slot a thread; the first one says where a process killed itself
AT_ONCE_PERCENT = 35  # of deaths of our own making; the others come a little later, while the moment lasts
SOONEST_S, LATEST_S = 0.0002, 0.5


class Aim(NamedTuple):
    """Moments within which a process is to kill itself, whichever comes first, at a random point."""

    moments: Sequence[str] = ()
    seed: int = 0


class Marks:
    """Says what the threads of this process are at."""

    def __init__(self, file: Path, aim: Aim = Aim()) -> None:  # noqa: B008 - a tuple
        file.write_bytes(bytes(SLOTS * SLOT_SIZE))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), 0)
        self._own = local()
        self._taken = 1
        self._lock = Lock()
        self._aim = aim
        self._random = random.Random(aim.seed)

    def say(self, moment: str) -> None:
        """Say that this thread enters a moment; none when it is empty."""
        self._write(self._slot(), moment)
        self._own.moment = moment
        self._own.entered = entered = getattr(self._own, "entered", 0) + 1
        if moment in self._aim.moments:
            self._die_within(moment, entered)

    @property
    def said(self) -> str:
        """What this thread is at."""
        return str(getattr(self._own, "moment", ""))

    @contextmanager
    def during(self, moment: str) -> Iterator[None]:
        """Say that this thread is in a moment for as long as the block lasts."""
        outer = self.said
        self.say(moment)
        try:
            yield
        finally:
            self.say(outer)

    def _slot(self) -> int:
        if not hasattr(self._own, "slot"):
            with self._lock:
                self._own.slot = self._taken
                self._taken = min(self._taken + 1, SLOTS - 1)  # more threads than slots share the last
        return int(self._own.slot)

    def _write(self, slot: int, moment: str) -> None:
        start = slot * SLOT_SIZE
        self._memory[start : start + SLOT_SIZE] = moment.encode()[:SLOT_SIZE].ljust(SLOT_SIZE, b"\0")

    def _die_within(self, moment: str, entered: int) -> None:
        if self._random.randrange(100) < AT_ONCE_PERCENT:
            self._die(moment)
        delay_s = SOONEST_S * (LATEST_S / SOONEST_S) ** self._random.random()  # a moment may last long or shortly
        thread = vars(self._own)

        def die_later() -> None:
            time.sleep(delay_s)
            if thread["entered"] == entered:
                self._die(moment)

        Thread(target=die_later, daemon=True).start()

    def _die(self, moment: str) -> None:
        self._write(0, moment)
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(1)  # until it arrives


class LastMarks(NamedTuple):
    """What a process that is gone was at: a moment for each thread that was at any."""

    killed_itself_in: str
    moments: tuple[str, ...]


def read_marks(file: Path) -> LastMarks:
    """Read what a process has left."""
    content = file.read_bytes()
    slots = [content[start : start + SLOT_SIZE].rstrip(b"\0").decode() for start in range(0, len(content), SLOT_SIZE)]
    own = slots[0] if slots else ""
    moments = [slot for slot in slots[1:] if slot]
    return LastMarks(own, tuple(moments))
