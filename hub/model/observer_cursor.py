"""How far an observer of the events has come."""

from __future__ import annotations

from typing import NamedTuple


class ObserverCursor(NamedTuple):
    """One observer, and the last event it has heard without failing."""

    observer: str
    event_no: int = 0
    attempts: int = 0  # failed ones since it last came further
    problem: str = ""
