"""What an adapter is lent: its tenant's secrets, the clock, and values that it keeps in the tenant's rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.banking_calendar import Clock
from hub.contracts import Inboxes, SecretReference
from hub.errors import ConfigurationError
from hub.runtime.config import resolve_secret
from hub.services.ports import Store


class StoredState:
    """Values of one plugin; each call is a transaction of its own."""

    def __init__(self, store: Store, plugin: str) -> None:
        self._store = store
        self._plugin = plugin

    def get(self, name: str) -> tuple[str, int] | None:
        """Return (value, version), or None when nothing is stored."""
        with self._store.read() as work:
            return work.plugin_values.get(self._plugin, name)

    def put(self, name: str, value: str, *, expected_version: int | None) -> bool:
        """Store `value` if the stored version is still `expected_version` (None: nothing stored); say if it was."""
        with self._store.write() as work:
            return work.plugin_values.put(self._plugin, name, value, expected_version=expected_version)

    def next_number(self, series: str) -> int:
        """Take the next number of a series, from 1, without gaps or repeats between processes."""
        with self._store.write() as work:
            return work.plugin_values.next_number(self._plugin, series)


class TenantPluginContext:
    """The context of one plugin of one tenant."""

    def __init__(
        self, store: Store, clock: Clock, plugin: str, table: Mapping[str, Any], home: Path, inboxes: Inboxes
    ) -> None:
        """`table` is the plugin's own in the tenant's settings."""
        self.inboxes = inboxes
        self.tenant = store.tenant_name
        self.clock = clock
        self.state = StoredState(store, plugin)
        self._plugin = plugin
        self._table = table
        self._home = home

    def secret(self, name: str) -> str:
        """Fetch the secret that a setting refers to, by its name or dotted path in the plugin's table.

        Raises:
            ConfigurationError: the setting is not given, is no reference, or leads to nothing.
        """
        where = f"plugins.{self._plugin}.{name}"
        value: Any = self._table
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if not isinstance(value, str):
            raise ConfigurationError("the secret is not given", where=where, hint="write env:NAME or file:PATH")
        try:
            reference = SecretReference.parse(value)
        except ValueError as error:
            raise ConfigurationError(str(error), where=where) from None
        return resolve_secret(reference, home=self._home, where=where)
