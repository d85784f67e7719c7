"""The one comparison that the official rules make in binary floating point, made as they make it."""

from __future__ import annotations

from decimal import Decimal


def is_near(stated: Decimal, summed: Decimal) -> bool:
    """Say whether a stated amount is less than one unit from a sum.

    The official rules take one off in binary and compare what comes of it with the exact sum. Only an amount that is
    exactly one unit off can tell the difference, and it should be judged as they judge it. No amount is kept so.
    """
    below, above = float(stated) - 1, float(stated) + 1
    return Decimal(below) < summed < Decimal(above)
