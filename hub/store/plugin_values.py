"""What plugins remember: small values with a version, changed only by who has seen the latest."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.store.counters import take_numbers
from hub.store.statements import text

_GET = text("SELECT value, version FROM plugin_state WHERE tenant = :t AND plugin = :plugin AND name = :name")
_ADD = text(
    "INSERT INTO plugin_state (tenant, plugin, name, value, version) VALUES (:t, :plugin, :name, :value, 1) "
    "ON CONFLICT (tenant, plugin, name) DO NOTHING"
)
_CHANGE = text(
    "UPDATE plugin_state SET value = :value, version = version + 1 "
    "WHERE tenant = :t AND plugin = :plugin AND name = :name AND version = :expected"
)


class SqlPluginValues:
    """Values of one tenant, in one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def get(self, plugin: str, name: str) -> tuple[str, int] | None:
        """Return (value, version), None when nothing is kept."""
        row = self._connection.execute(_GET, self._names(plugin, name)).one_or_none()
        return None if row is None else (row.value, row.version)

    def put(self, plugin: str, name: str, value: str, *, expected_version: int | None) -> bool:
        """Keep a value if the kept version is still the expected one (None: nothing kept); say if it was."""
        values = {**self._names(plugin, name), "value": value, "expected": expected_version}
        return bool(self._connection.execute(_ADD if expected_version is None else _CHANGE, values).rowcount)

    def next_number(self, plugin: str, series: str) -> int:
        """Take the next number of a series; the first is 1, and one that is rolled back is taken again."""
        return take_numbers(self._connection, self._tenant, f"plugin {plugin} {series}")

    def _names(self, plugin: str, name: str) -> dict[str, object]:
        return {"t": self._tenant, "plugin": plugin, "name": name}
