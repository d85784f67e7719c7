"""In which order a part payment settles costs, interest and principal (*avräkningsordning*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.errors import DataError
from hub.model.books import Bucket

USUAL_ORDER = (Bucket.FEE, Bucket.INTEREST, Bucket.PRINCIPAL)


def allocated(
    paid_ore: int, owed_ore: Mapping[Bucket, int], order: Sequence[Bucket] = USUAL_ORDER
) -> dict[Bucket, int]:
    """Share a payment over what is owed, bucket by bucket; what is left over is not shared.

    Handelsbalken 9 kap. 5 §: interest and costs before principal, unless something else is agreed.
    Raises DataError for a payment below zero, or an order that does not name each bucket once.
    """
    if paid_ore < 0:
        raise DataError("a payment cannot be below zero")
    if sorted(order) != sorted(USUAL_ORDER):
        raise DataError(f"an order of paying off names each of {', '.join(USUAL_ORDER)} once")
    shares: dict[Bucket, int] = {}
    for bucket in order:
        shares[bucket] = min(paid_ore - sum(shares.values()), max(owed_ore.get(bucket, 0), 0))
    return shares
