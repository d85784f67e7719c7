"""A time that nobody sets, and that goes on while the machine sleeps where the system has such a clock."""

from __future__ import annotations

import time


def steady_ns() -> int:
    """Return nanoseconds since some moment of the past, the same one for all processes of a machine on Linux."""
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() if clock is None else time.clock_gettime_ns(clock)
