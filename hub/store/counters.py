"""Numbers of each tenant's series: gapless within a committed transaction, since the row is held until the end."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.store.statements import text

_TAKE = text(
    "INSERT INTO counter (tenant, series, next_value) VALUES (:tenant, :series, 1 + :count) "
    "ON CONFLICT (tenant, series) DO UPDATE SET next_value = counter.next_value + :count "
    "RETURNING next_value - :count"
)


def take_numbers(connection: Connection, tenant: int, series: str, count: int = 1) -> int:
    """Take `count` numbers of a series and return the first; the first of all is 1."""
    return int(connection.execute(_TAKE, {"tenant": tenant, "series": series, "count": count}).scalar_one())
