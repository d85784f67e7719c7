"""Cursors of those who listen to events, each in a small transaction of its own."""

from __future__ import annotations

from sqlalchemy import Engine

from hub.model.observer_cursor import ObserverCursor
from hub.store.database import reading, writing
from hub.store.statements import text


class SqlObserverCursors:
    """The cursors of one tenant's observers."""

    def __init__(self, engine: Engine, tenant: int) -> None:
        self._engine = engine
        self._tenant = tenant

    def get(self, observer: str) -> ObserverCursor:
        """Return an observer's cursor; at 0 when it has heard nothing."""
        return next((cursor for cursor in self.all() if cursor.observer == observer), ObserverCursor(observer))

    def all(self) -> list[ObserverCursor]:
        """Return every cursor, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                text(
                    "SELECT observer, event_no, attempts, problem FROM observer_cursor WHERE tenant = :t "
                    "ORDER BY observer"
                ),
                {"t": self._tenant},
            )
            return [ObserverCursor._make(row) for row in rows]

    def advance(self, observer: str, event_no: int) -> None:
        """Remember that an observer has heard everything up to an event."""
        self._write(
            "INSERT INTO observer_cursor (tenant, observer, event_no) VALUES (:t, :name, :event_no) "
            "ON CONFLICT (tenant, observer) DO UPDATE SET event_no = :event_no, attempts = 0, problem = ''",
            name=observer,
            event_no=event_no,
        )

    def fail(self, observer: str, problem: str) -> None:
        """Remember that an observer failed; its cursor stays where it is."""
        self._write(
            "INSERT INTO observer_cursor (tenant, observer, attempts, problem) VALUES (:t, :name, 1, :problem) "
            "ON CONFLICT (tenant, observer) DO UPDATE SET attempts = observer_cursor.attempts + 1, problem = :problem",
            name=observer,
            problem=problem,
        )

    def _write(self, statement: str, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(text(statement), {"t": self._tenant, **values})
