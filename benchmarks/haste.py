"""An SQLite database that does not wait for the disk: the deaths counted on it are of processes, not of machines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event


def in_haste(engine: Engine) -> Engine:
    """Return the engine, whose connections from now on leave it to the system when SQLite's pages are on the disk."""
    if engine.dialect.name == "sqlite":
        engine.dispose()

        @event.listens_for(engine, "connect")
        def _no_waiting(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")

    return engine
