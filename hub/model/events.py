"""What the hub tells its observers and the core ledger: one event a fact, past tense."""

from __future__ import annotations

from typing import Any, NamedTuple


class Event(NamedTuple):
    """One committed fact of a tenant.

    `number` has no gaps and is the cursor of the feed. `data` holds amounts in öre, references and account coding.
    """

    number: int
    kind: str
    recorded_at: str  # ISO 8601, UTC
    data: dict[str, Any]
