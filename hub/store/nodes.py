"""Nodes and their heartbeats, by the clock of the database that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Text, bindparam

from hub.model.nodes import Node
from hub.store.database import reading, writing
from hub.store.statements import text

_NOW = {"sqlite": "unixepoch()", "postgresql": "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"}
_TOLD = ("token", "host", "process", "process_space", "plugins", "settings", "tenants")  # by the node, at its start
_JOINING = 7021991  # PostgreSQL's advisory lock


class SqlNodes:
    """All nodes of an installation; each method is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._now = _NOW[engine.dialect.name]

    @contextmanager
    def joining(self) -> Iterator[None]:
        """Let no other node join meanwhile; on SQLite whoever joins holds the lock of the file already."""
        if self._engine.dialect.name == "sqlite":
            yield
            return
        with writing(self._engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _JOINING})
            yield

    def all(self) -> list[Node]:
        """Return every node that ever was, by name."""
        with reading(self._engine) as connection:
            return self._nodes(connection)

    def register(self, node: Node, *, if_gone: Node | None) -> bool:
        """Write that a node starts now; False when its name was taken, or its owner was heard of, since `if_gone`."""
        columns, values = ", ".join(_TOLD), ", ".join(f":{column}" for column in _TOLD)
        with writing(self._engine) as connection:
            if if_gone is not None:
                connection.execute(
                    text("DELETE FROM node WHERE token = :token AND seen_at = :seen_at"), if_gone._asdict()
                )
            result = connection.execute(
                text(
                    f"INSERT INTO node (node, {columns}, started_at, seen_at) "
                    f"VALUES (:name, {values}, {self._now}, {self._now}) ON CONFLICT (node) DO NOTHING"
                ),
                node._asdict(),
            )
            return bool(result.rowcount)

    def beat(self, token: str) -> bool:
        """Write that a node is alive; False when it is not registered any more, or another has its name."""
        with writing(self._engine) as connection:
            result = connection.execute(
                text(f"UPDATE node SET seen_at = {self._now} WHERE token = :token AND stopped_at IS NULL"),
                {"token": token},
            )
            return bool(result.rowcount)

    def stop(self, token: str) -> None:
        """Write that a node has stopped."""
        with writing(self._engine) as connection:
            connection.execute(text(f"UPDATE node SET stopped_at = {self._now} WHERE token = :token"), {"token": token})

    def forget(self, tokens: Sequence[str]) -> None:
        """Delete the rows of nodes that are gone for good."""
        delete = text("DELETE FROM node WHERE token IN :tokens").bindparams(
            bindparam("tokens", type_=Text, expanding=True)  # PostgreSQL compares no type that it is not told
        )
        with writing(self._engine) as connection:
            connection.execute(delete, {"tokens": list(tokens)})

    def _nodes(self, connection: Connection) -> list[Node]:
        rows = connection.execute(
            text(
                f"SELECT node, {', '.join(_TOLD)}, started_at, seen_at, stopped_at, "
                f"{self._now} - seen_at AS silent_s FROM node ORDER BY node"
            )
        )
        return [Node._make(row) for row in rows]
