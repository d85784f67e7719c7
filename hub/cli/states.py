"""What `--state` takes, where the model has no such list of its own; another word is refused with these."""

from __future__ import annotations

from enum import StrEnum


class WaitingState(StrEnum):
    """Of a payment in the queue."""

    SUSPENDED = "suspended"
    HELD = "held"


class LumpState(StrEnum):
    """Of a bank movement that came without who paid."""

    ALONE = "alone"
    PAIRED = "paired"
    PAYMENT = "payment"
    RULED = "ruled"
    DUPLICATE = "duplicate"
    UNDONE = "undone"
    ALL = "all"
