"""Statements written as text, each taken apart once: SQLAlchemy looks for the parameters in every text that it gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy

MOST_KEPT = 2_000  # all of ours, and those that are put together anew each time push each other out
_NAMED = re.compile(r"(?<![:\w]):(\w+)(?![:\w])")  # as SQLAlchemy finds them


class _Written(sqlalchemy.TextClause):
    """A statement that the driver gets as it is written.

    SQLAlchemy would look up what it has compiled of it, and put its parameters in order, at each execution: a seventh
    of what the hub does when little is in the database. What has parameters of its own kind (expanding lists), options
    or escaped colons goes that way all the same.
    """

    inherit_cache = True

    def __init__(self, statement: str) -> None:
        super().__init__(statement)
        self._is_plain = "\\:" not in statement
        self._as_found = self._bindparams

    @cached_property
    def _for_psycopg(self) -> str:
        return _NAMED.sub(r"%(\1)s", self.text.replace("%", "%%"))

    def _execute_on_connection(
        self, connection: sqlalchemy.Connection, distilled_params: Sequence[Any], execution_options: Any
    ) -> Any:
        """Answer `Connection.execute`, by SQLAlchemy's own hook for it: `pyproject.toml` holds it at one minor."""
        if not self._is_plain or self._bindparams is not self._as_found or self._execution_options:
            return super()._execute_on_connection(connection, distilled_params, execution_options)
        written = self._for_psycopg if connection.dialect.name == "postgresql" else self.text
        parameters = distilled_params[0] if len(distilled_params) == 1 else distilled_params or None
        return connection.exec_driver_sql(written, parameters, execution_options)


@lru_cache(maxsize=MOST_KEPT)
def text(statement: str) -> sqlalchemy.TextClause:
    """Return a statement with named parameters."""
    return _Written(statement)


def listed(words: Iterable[str]) -> str:
    """Return words of ours, never of anybody else's, as SQL writes a list of them."""
    return ", ".join(f"'{word}'" for word in sorted(words))
