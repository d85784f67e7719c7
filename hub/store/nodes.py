"""Nodes and their heartbeats, by the clock of the database that they share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, bindparam, text

from hub.model.nodes import Node
from hub.store.database import reading, writing

_NOW = {"sqlite": "unixepoch()", "postgresql": "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"}


class SqlNodes:
    """All nodes of an installation; each method is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now = _NOW[engine.dialect.name]

    def all(self) -> list[Node]:
        """Return every node that ever was, by name."""
        with reading(self._engine) as connection:
            return self._nodes(connection)

    def register(self, name: str, *, host: str, process: int, plugins: str, if_gone: Node | None) -> bool:
        """Write that a node starts; False when another took the name since `if_gone` was read."""
        values = {"name": name, "host": host, "process": process, "plugins": plugins}
        with writing(self._engine) as connection:
            if if_gone is not None:
                gone = {"name": name, "seen": if_gone.seen_at, "started": if_gone.started_at}
                delete = "DELETE FROM node WHERE node = :name AND seen_at = :seen AND started_at = :started"
                connection.execute(text(delete), gone)
            result = connection.execute(
                text(
                    "INSERT INTO node (node, host, process, plugins, started_at, seen_at) "
                    f"VALUES (:name, :host, :process, :plugins, {self._now}, {self._now}) ON CONFLICT (node) DO NOTHING"
                ),
                values,
            )
            return bool(result.rowcount)

    def beat(self, name: str, process: int) -> bool:
        """Write that a node is alive; False when it is not registered any more, or another has its name."""
        with writing(self._engine) as connection:
            result = connection.execute(
                text(
                    f"UPDATE node SET seen_at = {self._now} "
                    "WHERE node = :name AND process = :process AND stopped_at IS NULL"
                ),
                {"name": name, "process": process},
            )
            return bool(result.rowcount)

    def stop(self, name: str, process: int) -> None:
        """Write that a node has stopped."""
        with writing(self._engine) as connection:
            connection.execute(
                text(f"UPDATE node SET stopped_at = {self._now} WHERE node = :name AND process = :process"),
                {"name": name, "process": process},
            )

    def forget(self, names: Sequence[str]) -> None:
        """Delete the rows of nodes that are gone for good."""
        delete = text("DELETE FROM node WHERE node IN :names").bindparams(bindparam("names", expanding=True))
        with writing(self._engine) as connection:
            connection.execute(delete, {"names": list(names)})

    def _nodes(self, connection: Connection) -> list[Node]:
        rows = connection.execute(
            text(
                "SELECT node, host, process, plugins, started_at, seen_at, stopped_at, "
                f"{self._now} - seen_at AS silent_s FROM node ORDER BY node"
            )
        )
        return [Node._make(row) for row in rows]
