"""One business run: a file taken in, an import, a rematch."""

from __future__ import annotations

from typing import Any, NamedTuple


class Run(NamedTuple):
    """One row of `run`. `input` holds ids and never personal data."""

    run_no: int
    run_id: str  # `ingest:{tenant}:{exchange}:{attempt}`: unique
    kind: str
    input: dict[str, Any]
    fingerprint: str
    state: str  # queued, running, done, failed
    done: int
    total: int
    created_at: str
    finished_at: str | None
    problem: str
