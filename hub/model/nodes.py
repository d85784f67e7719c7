"""A node: one process that carries out runs."""

from __future__ import annotations

from typing import NamedTuple


class Node(NamedTuple):
    """One row of `node`. Times are seconds since 1970 by the database's own clock."""

    name: str
    host: str
    process: int
    plugins: str  # what is installed, in one text
    started_at: int
    seen_at: int
    stopped_at: int | None
    silent_s: int  # since its last heartbeat

    def is_alive(self, silent_after_s: float) -> bool:
        """Say whether it works: it has not stopped, and was heard of lately, or the clock was set back just now."""
        return self.stopped_at is None and abs(self.silent_s) <= silent_after_s
