"""What the core lends to an adapter that acts: settings, secrets, time, log and state."""

from __future__ import annotations

from typing import Protocol

from hub.banking_calendar import Clock
from hub.contracts.inboxes import Inboxes


class PluginState(Protocol):
    """Small versioned values of one plugin for one tenant; the only state a plugin may keep."""

    def get(self, name: str) -> tuple[str, int] | None:
        """Return (value, version), or None when nothing is stored."""
        ...

    def put(self, name: str, value: str, *, expected_version: int | None) -> bool:
        """Store `value` if the stored version is still `expected_version` (None: nothing stored); say if it was."""
        ...

    def next_number(self, series: str) -> int:
        """Take the next number of a series, from 1, without gaps or repeats between processes."""
        ...


class PluginContext(Protocol):
    """Everything an adapter may use besides its arguments; plugins read no environment and keep no other state."""

    @property
    def tenant(self) -> str: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def state(self) -> PluginState: ...

    @property
    def inboxes(self) -> Inboxes: ...

    def secret(self, name: str) -> str:
        """Fetch the secret that the setting `name` refers to. Raises ConfigurationError when it is not there."""
        ...
