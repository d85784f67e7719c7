"""What is charged of the interest that was earned: deferrals, small amounts, and what has been charged before."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hub.errors import DataError
from hub.rules.interest.calculation import Interest


class ChargingLimits(NamedTuple):
    """The tenant's policy: less than this is not charged (*lägsta räntebelopp, lägsta antal dagar*)."""

    minimum_ore: int = 0
    minimum_days: int = 0


NO_LIMITS = ChargingLimits()


def is_deferral_kept(paid_on: date, deferred_until: date) -> bool:
    """Say whether a debtor paid within a deferral (*anstånd*) that stops interest if it is kept.

    A broken one is as if never given: interest runs from the original due date (räntelagen (1975:635) 3 §).
    """
    return paid_on <= deferred_until


def chargeable_ore(earned: Interest, limits: ChargingLimits = NO_LIMITS, *, charged_before_ore: int = 0) -> int:
    """Return what is to be charged: what was earned, less what was debited or paid before; zero below the limits.

    Never below zero. No day is charged twice as long as what was charged before is told here.
    Raises DataError when that is below zero.
    """
    if charged_before_ore < 0:
        raise DataError("what has been charged before cannot be below zero")
    left_ore = earned.interest_ore - charged_before_ore
    if left_ore < limits.minimum_ore or earned.days < limits.minimum_days:
        return 0
    return max(left_ore, 0)
