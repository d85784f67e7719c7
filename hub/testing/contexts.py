"""What an adapter is lent in a test: secrets that are given, a clock that stands, values in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from hub.banking_calendar import Clock, FixedClock
from hub.contracts import Inboxes
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError

A_MORNING = datetime(2026, 11, 23, 8, tzinfo=UTC)


class StateInMemory:
    """Values of one plugin; two instances of an adapter may share one."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, int]] = {}
        self._numbers: defaultdict[str, int] = defaultdict(int)

    def get(self, name: str) -> tuple[str, int] | None:
        """Return (value, version), None when nothing is kept."""
        return self._values.get(name)

    def put(self, name: str, value: str, *, expected_version: int | None) -> bool:
        """Keep a value if the kept version is still the expected one."""
        version = self._values[name][1] if name in self._values else None
        if version != expected_version:
            return False
        self._values[name] = (value, (version or 0) + 1)
        return True

    def next_number(self, series: str) -> int:
        """Take the next number of a series."""
        self._numbers[series] += 1
        return self._numbers[series]


class InboxesInMemory:
    """Inboxes of companies, by organisation number."""

    def __init__(self, *organisation_numbers: str) -> None:
        self._numbers = set(organisation_numbers)
        self.documents: dict[tuple[str, str], bytes] = {}  # by inbox and key

    def find(self, organisation_numbers: Collection[str]) -> dict[str, str]:
        """Return the inboxes of companies."""
        return {number: f"inbox/{number}" for number in organisation_numbers if number in self._numbers}

    def put(self, inbox: str, *, key: str, name: str, content: bytes) -> str:
        """Put a document into an inbox."""
        if inbox.partition("/")[2] not in self._numbers:
            raise RejectedError(f"there is no such inbox for {name}")
        if self.documents.get((inbox, key), content) != content:
            raise OutcomeUnknownError("the inbox has another document under this key")
        self.documents[inbox, key] = content
        return str(list(self.documents).index((inbox, key)) + 1)


class ContextInMemory:
    """A context without a store."""

    def __init__(
        self,
        secrets: Mapping[str, str] | None = None,
        *,
        tenant: str = "north",
        clock: Clock | None = None,
        state: StateInMemory | None = None,
        inboxes: Inboxes | None = None,
    ) -> None:
        """`secrets` are by the names of the settings that refer to them."""
        self.tenant = tenant
        self.clock = clock or FixedClock(A_MORNING)
        self.state = state or StateInMemory()
        self.inboxes: Inboxes = inboxes or InboxesInMemory()
        self._secrets = dict(secrets or {})

    def secret(self, name: str) -> str:
        """Return a secret that was given. Raises ConfigurationError when none was."""
        if name not in self._secrets:
            raise ConfigurationError("the secret is not given", where=name)
        return self._secrets[name]
