"""What is left of the shares that a file states, when some of a payment has been placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hub.model.payments import PlacedShare


def shares_left(stated: Iterable[tuple[str, int]], placed: Iterable[PlacedShare]) -> list[tuple[str, int]]:
    """Return (reference, öre) of what is not yet placed, in order; what is placed counts once, for the first share.

    A share is placed when its payment has paid a receivable that its reference means.
    """
    paid_ore: dict[int, int] = {}
    meant: dict[str, list[int]] = defaultdict(list)
    for share in placed:
        paid_ore[share.receivable_id] = share.amount_ore
        meant[share.reference].append(share.receivable_id)
    left = []
    for reference, share_ore in stated:
        for receivable_id in meant.get(reference, ()):
            counted_ore = no_more_than(share_ore, paid_ore[receivable_id])
            paid_ore[receivable_id] -= counted_ore
            share_ore -= counted_ore
        if share_ore:
            left.append((reference, share_ore))
    return left


def no_more_than(share_ore: int, limit_ore: int) -> int:
    """Limit a share to what is on the same side of zero."""
    return min(share_ore, max(limit_ore, 0)) if share_ore > 0 else max(share_ore, min(limit_ore, 0))
