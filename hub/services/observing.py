"""Telling observers what has been committed: in order, at least once, one by one; a failure is kept and tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from hub.model.events import Event
from hub.model.observer_cursor import ObserverCursor
from hub.services.ports import Store

BATCH = 500

Observer = Callable[[Sequence[Event]], None]


class ObserverCursors(Protocol):
    """Where each observer's cursor is kept. See `store/observers.py`."""

    def get(self, observer: str) -> ObserverCursor: ...
    def all(self) -> list[ObserverCursor]: ...
    def advance(self, observer: str, event_no: int) -> None: ...
    def fail(self, observer: str, problem: str) -> None: ...


def deliver_events(store: Store, cursors: ObserverCursors, observers: Mapping[str, Observer]) -> list[ObserverCursor]:
    """Tell each observer what it has not heard, and return the cursors of those that failed.

    An observer that fails is asked again from the same event next time; the others, and the books, go on.
    """
    failed = []
    for name, observer in observers.items():
        if not _catch_up(store, cursors, name, observer):
            failed.append(cursors.get(name))
    return failed


def _catch_up(store: Store, cursors: ObserverCursors, name: str, observer: Observer) -> bool:
    at = cursors.get(name).event_no
    while True:
        with store.read() as work:
            events = work.events.after(at, BATCH)
        if not events:
            return True
        try:
            observer(events)
        except Exception as error:  # noqa: BLE001 - an observer is foreign code, and must not stop the books
            cursors.fail(name, f"{type(error).__name__} at event {events[0].number} or soon after it")
            return False
        at = events[-1].number
        cursors.advance(name, at)
