"""A tenant that has moved to another database, or has not arrived whole: nothing is written here in its name."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Engine

from hub.errors import ConfigurationError
from hub.store.database import reading
from hub.store.statements import text

IS_HERE = "moved_to = '' AND arriving_from = ''"
"""Condition on a row of `tenant`: it works in this database."""

_PLACE = text("SELECT name, moved_to, arriving_from FROM tenant WHERE tenant = :t")


def refuse_if_elsewhere(connection: Connection, tenant: int) -> None:
    """Raise ConfigurationError when nothing may be written in a tenant's name.

    On PostgreSQL who moves a tenant holds the whole table, so the answer stands until the transaction ends.
    """
    name, moved_to, arriving_from = connection.execute(_PLACE, {"t": tenant}).one()
    if moved_to:
        raise ConfigurationError(
            f"tenant {name} has moved to {moved_to}",
            where="database.url",
            hint="work in a home with that database; to come back: docs/postgresql.md",
        )
    if arriving_from:
        raise ConfigurationError(
            f"tenant {name} does not work here: it works in {arriving_from}, or is being moved here from there",
            where="database.url",
            hint="work in a home with that database; a move that was interrupted is run again there",
        )


class TenantPlace(NamedTuple):
    """A tenant that a database knows, and the database it works in instead; empty when it works here."""

    name: str
    elsewhere: str


def tenant_places(engine: Engine) -> list[TenantPlace]:
    """Return every tenant of a database, and where each works."""
    with reading(engine) as connection:
        rows = connection.execute(
            text("SELECT name, CASE moved_to WHEN '' THEN arriving_from ELSE moved_to END FROM tenant ORDER BY name")
        )
        return [TenantPlace._make(row) for row in rows]
