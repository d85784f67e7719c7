"""Statements written as text, each taken apart once: SQLAlchemy looks for the parameters in every text that it gets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sqlalchemy

MOST_KEPT = 2_000  # all of ours, and those that are put together anew each time push each other out


@lru_cache(maxsize=MOST_KEPT)
def text(statement: str) -> sqlalchemy.TextClause:
    """Return a statement with named parameters."""
    return sqlalchemy.text(statement)


def listed(words: Iterable[str]) -> str:
    """Return words of ours, never of anybody else's, as SQL writes a list of them."""
    return ", ".join(f"'{word}'" for word in sorted(words))
