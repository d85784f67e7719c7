"""Small facts about the installation as a whole, by name, and the numbers of its tenants."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from hub.store.counters import take_numbers
from hub.store.database import reading, writing
from hub.store.statements import text


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


_TENANT = text("SELECT tenant FROM tenant WHERE name = :name")


def tenant_number(engine: Engine, name: str) -> int | None:
    """Return the number of a tenant, or None when the database does not know it."""
    with reading(engine) as connection:
        found = connection.execute(_TENANT, {"name": name}).scalar_one_or_none()
        return None if found is None else int(found)


def add_tenant(engine: Engine, name: str) -> int:
    """Give a tenant a number, unless another process has just done it, and return it."""
    with writing(engine) as connection:
        number = take_numbers(connection, 0, "tenant")
        connection.execute(
            text("INSERT INTO tenant (tenant, name) VALUES (:number, :name) ON CONFLICT (name) DO NOTHING"),
            {"number": number, "name": name},
        )
        return int(connection.execute(_TENANT, {"name": name}).scalar_one())
