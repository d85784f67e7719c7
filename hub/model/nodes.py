"""A node: one process that carries out runs."""

from __future__ import annotations

from typing import NamedTuple


class Node(NamedTuple):
    """One row of `node`. Times are seconds since 1970 by the database's own clock."""

    name: str
    token: str  # the name and a random number: another at each start, so that two of one name are told apart
    host: str
    process: int
    process_space: str  # where the process number counts: a boot, and one of its containers; empty when unknown
    plugins: str  # what is installed, in one text
    settings: str  # `[engine]`, as JSON
    tenants: str  # a hash of the names of the tenants in its home; empty when it works alone
    started_at: int
    seen_at: int
    stopped_at: int | None
    silent_s: int  # since its last heartbeat

    def was_heard_of(self, silent_after_s: float) -> bool:
        """Say whether it has not stopped, and was heard of lately, or the database's clock was set back just now."""
        return self.stopped_at is None and abs(self.silent_s) <= silent_after_s
