"""All that a database keeps as text, to look for what must not be there any more."""

from __future__ import annotations

from sqlalchemy import Engine, MetaData, select

_FILES = ("content_part",)  # files that came in hold other people's data too, and go as a whole: ADR 0027


def places_of(engine: Engine, *words: str) -> dict[str, list[str]]:
    """Return the tables and columns whose text has one of some words, with the rows' values there."""
    tables = MetaData()
    tables.reflect(engine)
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            if table.name in _FILES:
                continue
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    if any(word in str(value) for word in words):
                        found.setdefault(f"{table.name}.{column}", []).append(str(value))
    return found
