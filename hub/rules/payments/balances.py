"""What is open on the candidate receivables while a chunk's payments are decided one after the other."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.books import Bucket, OpenAmounts
from hub.model.payments import Candidate

PAY_OFF_ORDER = (Bucket.FEE, Bucket.INTEREST, Bucket.PRINCIPAL)  # costs, interest, principal


class OpenBalances:
    """Open amounts by receivable; each decision lowers them for the next."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._open = {
            candidate.receivable_id: {
                Bucket.PRINCIPAL: candidate.principal_ore,
                Bucket.FEE: candidate.fee_ore,
                Bucket.INTEREST: candidate.interest_ore,
            }
            for candidate in candidates
        }

    def open_ore(self, receivable_id: int) -> int:
        """Return everything that is owed now; below zero for a credit note."""
        return sum(self._open[receivable_id].values())

    def amounts(self, receivable_id: int) -> OpenAmounts:
        """Return what is open by bucket."""
        buckets = self._open[receivable_id]
        return OpenAmounts(buckets[Bucket.PRINCIPAL], buckets[Bucket.FEE], buckets[Bucket.INTEREST])

    def of_bucket(self, receivable_id: int, bucket: Bucket) -> int:
        """Return what is open of one bucket."""
        return self._open[receivable_id][bucket]

    def change(self, receivable_id: int, bucket: str, amount_ore: int) -> None:
        """Raise or lower one bucket."""
        self._open[receivable_id][Bucket(bucket)] += amount_ore

    def pay_off(self, receivable_id: int, amount_ore: int) -> list[tuple[Bucket, int]]:
        """Share money over the buckets: costs, interest, principal. What is left over goes to the principal.

        Returns (bucket, change of debt) for each bucket that changes; below zero lowers the debt.
        """
        buckets, rest_ore, changes = self._open[receivable_id], amount_ore, []
        for bucket in PAY_OFF_ORDER:
            share_ore = rest_ore if bucket is Bucket.PRINCIPAL else max(0, min(rest_ore, buckets[bucket]))
            if share_ore:
                buckets[bucket] -= share_ore
                rest_ore -= share_ore
                changes.append((bucket, -share_ore))
        return changes
