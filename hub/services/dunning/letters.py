"""Letters of dunning and the interest that they say: ports, and what stands in for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from hub.model.dunning_plans import Letter
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork

PREFIX = "dun"  # of the keys by which letters are delivered

Earned = Callable[[UnitOfWork, Tenant, Sequence[int], date], Mapping[int, int]]
"""Interest in öre that receivables have earned by a day and that is not debited; what has earned none may be left out.

Raises RuleViolation where a reference rate is not known.
"""


class Letters(Protocol):
    """How letters leave: as commands to delivery, in the transaction that takes their steps."""

    def send(self, work: UnitOfWork, tenant: Tenant, letters: Sequence[Letter]) -> None:
        """Let letters be delivered, each by its own key; delivery answers by events."""
        ...

    def withdraw(self, work: UnitOfWork, tenant: Tenant, keys: Collection[str]) -> None:
        """Stop letters that have not been sent."""
        ...


class KeptLetters:
    """Keeps the commands and sends nothing."""

    def send(self, work: UnitOfWork, _tenant: Tenant, letters: Sequence[Letter]) -> None:
        """Keep a command for each letter."""
        for letter in letters:
            body = json.dumps([letter, [item._asdict() for item in letter.items]], ensure_ascii=False)
            digest = hashlib.sha256(body.encode()).hexdigest()
            work.commands.record(letter.key, "deliver_document", digest, {"receivables": len(letter.items)})

    def withdraw(self, _work: UnitOfWork, _tenant: Tenant, _keys: Collection[str]) -> None:
        """Do nothing: nothing is sent."""


def nothing_earned(_work: UnitOfWork, _tenant: Tenant, _receivables: Sequence[int], _until: date) -> Mapping[int, int]:
    """Return no interest."""
    return {}


def letter_name(plan_no: int, letter_no: int) -> str:
    """Return the key by which a letter is delivered."""
    return f"{PREFIX}:{plan_no}:{letter_no}"


def is_ours(key: str) -> bool:
    """Say whether a key is one of a letter of dunning."""
    return key.startswith(f"{PREFIX}:")
