"""When nothing of a call can arrive any more, so that the other side may be asked: told by steady clocks alone.

The time of day jumps, and differs between machines. A question that comes too early hears "not delivered", and the
message is sent while its first call is still on its way. So each machine counts for itself, from when it first knew of
the call; what one has counted says nothing to another.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Instant(NamedTuple):
    """A time by a steady clock; two of the same clock can be compared."""

    clock: str  # which machine's, since which start of it
    at_ms: int


def known_from(instant: Instant) -> str:
    """Return what is kept of a call that begins."""
    return json.dumps({instant.clock: instant.at_ms})


def known_also_from(known_since: str, instant: Instant) -> str:
    """Return what is kept once this machine, too, knows of the call; what it knew before stays."""
    since_ms = _since_ms(known_since)
    since_ms.setdefault(instant.clock, instant.at_ms)
    return json.dumps(since_ms)


def settles_in_s(known_since: str, instant: Instant, settled_after_s: int) -> float | None:
    """Return how long the call may still have an effect, not above zero when it cannot; None when nobody here knows."""
    since_ms = _since_ms(known_since).get(instant.clock)
    return None if since_ms is None else settled_after_s - (instant.at_ms - since_ms) / 1000


def _since_ms(known_since: str) -> dict[str, int]:
    return dict(json.loads(known_since or "{}"))
