"""Small facts about the installation as a whole, by name."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from hub.store.database import reading, writing


def kept_value(engine: Engine, name: str) -> str | None:
    """Return what was kept under a name, or None."""
    with reading(engine) as connection:
        return value_in(connection, name)


def value_in(connection: Connection, name: str) -> str | None:
    """Return the same within a transaction."""
    found = connection.execute(text("SELECT value FROM installation WHERE name = :name"), {"name": name})
    return found.scalar_one_or_none()


def keep_value(engine: Engine, name: str, value: str) -> None:
    """Keep a value under a name."""
    with writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO installation (name, value) VALUES (:name, :value) "
                "ON CONFLICT (name) DO UPDATE SET value = :value"
            ),
            {"name": name, "value": value},
        )
