"""One business run: a file taken in, an import, a rematch; and what the engine is told of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any, NamedTuple


class RunState(StrEnum):
    """Where a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Run(NamedTuple):
    """One row of `run`. `input` holds ids and never personal data."""

    run_no: int
    run_id: str  # `ingest:{tenant}:{exchange}:{attempt}`: unique
    kind: str
    input: dict[str, Any]
    fingerprint: str  # of the settings and plugins it was begun under last; empty before
    state: str  # queued, running, done, failed, cancelled
    executions: int  # how often it was begun
    carried_by: str  # the node that began it last
    done: int
    total: int
    created_at: str
    finished_at: str | None
    problem: str  # why it failed, or what it waits for
    settings_before: str = ""  # `2:9f3a… 5:07cd…`: fingerprints it went under up to executions 2 and 5
    waits_until: str = ""  # when a queued one that was put off gets its next turn; empty for at once

    def put_off_for_s(self, now: str) -> int:
        """Return how many whole seconds after an ISO time its next turn comes; 0 when it may come at once."""
        if not self.waits_until:
            return 0
        left = datetime.fromisoformat(self.waits_until) - datetime.fromisoformat(now)
        return max(0, ceil(left.total_seconds()))


class QueuedTurn(NamedTuple):
    """One turn of a run: the engine carries it out once, after `delay_s`, in its lane's order."""

    tenant: str
    run_no: int
    run_id: str
    turn: int
    lane: str
    delay_s: float
