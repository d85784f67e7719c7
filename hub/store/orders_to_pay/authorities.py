"""The register of authorities: offices by town."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.model.orders_to_pay import Authority
from hub.store.statements import text

_ALL = "SELECT town, address_rows FROM authority WHERE tenant = :t"
_PUT = text(
    "INSERT INTO authority (tenant, town, address_rows) VALUES (:t, :town, :rows) "
    "ON CONFLICT (tenant, town) DO UPDATE SET address_rows = excluded.address_rows "
    "WHERE authority.address_rows <> excluded.address_rows"
)


class SqlAuthorities:
    """Offices that one tenant applies to, within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def get(self, town: str) -> Authority | None:
        """Return an office by its town, or None."""
        given = {"t": self._tenant, "town": town}
        row = self._connection.execute(text(f"{_ALL} AND town = :town"), given).one_or_none()
        return None if row is None else _authority(row.town, row.address_rows)

    def all(self) -> list[Authority]:
        """Return every office, by town."""
        rows = self._connection.execute(text(f"{_ALL} ORDER BY town"), {"t": self._tenant})
        return [_authority(row.town, row.address_rows) for row in rows]

    def put(self, authorities: Sequence[Authority]) -> int:
        """Keep offices, each in place of the one that its town had; return how many are new or changed."""
        values = [{"t": self._tenant, "town": one.town, "rows": "\n".join(one.rows)} for one in authorities]
        return sum(self._connection.execute(_PUT, value).rowcount for value in values)

    def remove(self, town: str) -> bool:
        """Take an office out; False when it is not there."""
        statement = text("DELETE FROM authority WHERE tenant = :t AND town = :town")
        return bool(self._connection.execute(statement, {"t": self._tenant, "town": town}).rowcount)


def _authority(town: str, rows: str) -> Authority:
    return Authority(town, tuple(rows.split("\n")))
