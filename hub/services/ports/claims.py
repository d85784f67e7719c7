"""Port of what claims say that no other capability reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from hub.model.claim_facts import DebtAmounts, SentDocument


class ClaimFacts(Protocol):
    """What claims are built from. See `store/claim_facts.py`."""

    def amounts(self, receivable_ids: Sequence[int]) -> Mapping[int, DebtAmounts]: ...
    def documents(self, keys: Collection[str], document_nos: Collection[int]) -> Sequence[SentDocument]: ...
