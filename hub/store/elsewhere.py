"""A tenant that has moved to another database, or has not arrived whole: nothing is written here in its name."""

from __future__ import annotations

from sqlalchemy import Connection, text

from hub.errors import ConfigurationError

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
            f"tenant {name} is being moved here from {arriving_from} and is not whole yet",
            where="database.url",
            hint="let hub move end there; if it was interrupted, run it again",
        )
