"""SQLAlchemy in the tests' own process: what one database has had compiled, no other has compiled again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

MOST_KEPT = 5_000  # statements, of both kinds of databases


class _OfAllDatabases(LRUCache[Any, Any]):
    """What SQLAlchemy keeps statements in, told apart by the kind of database and not by which one it is."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), value)


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """Let all databases share what is made of the durable engine's statements: a sixth of receiving a file."""
    kept = _OfAllDatabases(MOST_KEPT)

    def share(connection: Connection) -> None:
        if "compiled_cache" not in connection.get_execution_options():
            connection.execution_options(compiled_cache=kept)
            connection.engine.update_execution_options(compiled_cache=kept)  # for its next connections

    event.listen(Engine, "engine_connect", share)
    yield
    event.remove(Engine, "engine_connect", share)
