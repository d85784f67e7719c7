"""Faults on demand: what a server on loopback does wrong next."""

from __future__ import annotations

from collections import defaultdict, deque
from enum import StrEnum
from threading import Lock


class Fault(StrEnum):
    """What goes wrong with one request."""

    TIME_OUT_AFTER_ACCEPT = "time_out_after_accept"  # accepts, and says nothing until the other side hangs up
    RESET_BEFORE_READING = "reset_before_reading"  # breaks the connection without looking at the request
    RESET_AFTER_ACCEPT = "reset_after_accept"
    ERROR = "error"  # status 500, nothing accepted
    ERROR_AFTER_ACCEPT = "error_after_accept"
    BUSY = "busy"  # status 503 with the time to come again, nothing accepted
    TOO_MANY = "too_many"  # status 429 with the time to come again, nothing accepted
    REFUSE = "refuse"  # status 422, nothing accepted
    SLOW = "slow"  # accepts and answers late
    DO_NOT_KNOW = "do_not_know"  # of a question: says neither yes nor no
    DISK_FULL = "disk_full"  # of a file: a block is not written
    DAMAGE = "damage"  # of a file: other bytes are written than came
    OTHER_KEY = "other_key"  # of a host: it shows another key than it has


class FaultQueue:
    """Faults that are ordered in advance, by what they are for; each is taken once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def order(self, target: str, fault: Fault, times: int = 1) -> None:
        """Let the next requests to a target go wrong, behind what is ordered already."""
        with self._lock:
            self._ordered[target].extend([fault] * times)

    def take(self, target: str) -> Fault | None:
        """Return what goes wrong with this request to a target, None when nothing does."""
        with self._lock:
            waiting = self._ordered[target]
            return waiting.popleft() if waiting else None

    def waiting(self) -> list[tuple[str, Fault]]:
        """Return what is ordered and has not been met, with its target."""
        with self._lock:
            return [(target, fault) for target, faults in self._ordered.items() for fault in faults]
