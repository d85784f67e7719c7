"""The steady clock of this machine: nobody sets it, and where the system has such a one it goes on during sleep."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hub.rules.settling import Instant
from hub.transports.steady_time import steady_ns

Steady = Callable[[], Instant]

_THIS_START_OF_THE_SYSTEM = Path("/proc/sys/kernel/random/boot_id")
_ITS_OFFSET = Path("/proc/self/ns/time")  # a container may have one


@cache
def steady_clock() -> Steady:
    """Return the clock that all processes of this machine share; where the system has none, this process's own."""
    try:
        name = f"{_THIS_START_OF_THE_SYSTEM.read_text(encoding='ascii').strip()}/{_offset()}"
    except OSError:
        name = uuid.uuid4().hex
    return lambda: Instant(name, steady_ns() // 1_000_000)


def _offset() -> int:
    return os.stat(_ITS_OFFSET).st_ino if _ITS_OFFSET.exists() else 0
