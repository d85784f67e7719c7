"""What `hub doctor` says of each thing it has looked at."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Health(StrEnum):
    OK = "ok"
    LOOK = "look"  # works, but a person should look
    WRONG = "wrong"  # does not work


class Waiting(NamedTuple):
    """Money of a tenant that waits for a person, for scripts."""

    state: str  # held or suspended
    payments: int
    currency: str
    amount_ore: int


class Finding(NamedTuple):
    """One thing that was looked at."""

    health: Health
    what: str
    message: str
    waiting: Waiting | None = None
