"""Statements written as text, each taken apart once: SQLAlchemy looks for the parameters in every text that it gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy

MOST_KEPT = 2_000  # all of ours, and those that are put together anew each time push each other out
_NAMED = re.compile(r"(?<![:\w]):(\w+)(?![:\w])")  # as SQLAlchemy finds them
_AMONG = re.compile(r"\b(NOT\s+)?IN\s+:(\w+)(?!\w)")


class _Written(sqlalchemy.TextClause):
    """A statement that the driver gets as it is written.

    SQLAlchemy would look up what it has compiled of it, and put its parameters in order, at each execution: a seventh
    of what the hub does when little is in the database. PostgreSQL gets an expanding list as one array, so that the
    text is the same however long it is. What has options or escaped colons goes SQLAlchemy's way all the same, and on
    SQLite, which has no arrays, what has lists.
    """

    inherit_cache = True

    def __init__(self, statement: str) -> None:
        super().__init__(statement)
        self._is_plain = "\\:" not in statement
        self._as_found = self._bindparams

    @cached_property
    def _for_psycopg(self) -> str:
        return _NAMED.sub(r"%(\1)s", self.text.replace("%", "%%"))

    @cached_property
    def _lists(self) -> frozenset[str]:
        """The names of the parameters that are lists."""
        return frozenset(name for name, one in self._bindparams.items() if one.expanding)

    @cached_property
    def _with_arrays(self) -> str:
        """As `_for_psycopg`, with lists as arrays; empty where a list stands elsewhere than behind IN."""
        lists = sorted(found[2] for found in _AMONG.finditer(self.text) if found[2] in self._lists)
        named = sorted(name for name in _NAMED.findall(self.text) if name in self._lists)
        arrays = _AMONG.sub(lambda found: f"{'<> ALL' if found[1] else '= ANY'} (:{found[2]})", self.text)
        return _NAMED.sub(r"%(\1)s", arrays.replace("%", "%%")) if lists == named else ""

    def _execute_on_connection(
        self, connection: sqlalchemy.Connection, distilled_params: Sequence[Any], execution_options: Any
    ) -> Any:
        """Answer `Connection.execute`, by SQLAlchemy's own hook for it: `pyproject.toml` holds it at one minor."""
        is_postgresql = connection.dialect.name == "postgresql"
        parameters: Any = distilled_params[0] if len(distilled_params) == 1 else distilled_params or None
        if not self._is_plain or self._execution_options:
            written = ""
        elif self._bindparams is self._as_found:
            written = self._for_psycopg if is_postgresql else self.text
        elif is_postgresql and isinstance(parameters, dict):
            written = self._with_arrays
            parameters = {name: list(one) if name in self._lists else one for name, one in parameters.items()}
        else:
            written = ""
        if not written:
            return super()._execute_on_connection(connection, distilled_params, execution_options)
        return connection.exec_driver_sql(written, parameters, execution_options)


@lru_cache(maxsize=MOST_KEPT)
def text(statement: str) -> sqlalchemy.TextClause:
    """Return a statement with named parameters."""
    return _Written(statement)


def listed(words: Iterable[str]) -> str:
    """Return words of ours, never of anybody else's, as SQL writes a list of them."""
    return ", ".join(f"'{word}'" for word in sorted(words))
