"""The rate that late payment costs: by law, or as agreed (*avtalad ränta*)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.rules.interest.reference_rates import ReferenceRates, read_percent
from hub.rules.relations import Relation
from hub.rules.statutes import INTEREST_ACT

HIGHEST = Decimal(100)  # a rate above it is a slip of the hand: 36 § avtalslagen would not let it stand
LATE_SPREAD = Decimal(8)
RETURNED_SPREAD = Decimal(2)

_PREFIX = "ref+"
_NOTHING = Decimal("0.00")


class InterestRate(NamedTuple):
    """A rate in per cent a year: `percent` alone, or that much above the reference rate."""

    percent: Decimal
    is_above_reference: bool = False

    def on(self, day: date, references: ReferenceRates) -> Decimal:
        """Return the rate on a day; never below zero, since nobody is paid for being late.

        Raises RuleViolation when it stands on a reference rate that is not known.
        """
        if not self.is_above_reference:
            return self.percent
        return max(references.on(day).percent + self.percent, _NOTHING)

    def __str__(self) -> str:
        return f"{_PREFIX}{self.percent.normalize():f}" if self.is_above_reference else f"{self.percent:f}"


BY_LAW = InterestRate(LATE_SPREAD, is_above_reference=True)
"""Räntelagen (1975:635) 6 §: eight percentage points above the reference rate in force at each time."""

ON_RETURNED_PAYMENT = InterestRate(RETURNED_SPREAD, is_above_reference=True)
"""Räntelagen (1975:635) 5 §: two percentage points above it, when a payment goes back after a contract was undone."""


def rate_named(text: str) -> InterestRate:
    """Read a rate: `ref+8`, `ref+2`, or a fixed one such as `9.25`.

    Raises DataError when it is none of these, below zero, or above a hundred.
    """
    written = "".join(text.lower().split())
    is_above_reference = written.startswith(_PREFIX)
    try:
        percent = read_percent(written.removeprefix(_PREFIX))
    except DataError:
        raise DataError("a rate is written as ref+8, ref+2, or in per cent a year as 9.25") from None
    if not 0 <= percent <= HIGHEST:
        raise DataError(
            f"a rate is from 0 to {HIGHEST} per cent a year, alone as 9.25 or above the reference rate as ref+8"
        )
    return InterestRate(percent, is_above_reference)


def refuse_unlawful_rate(agreed: InterestRate, relation: Relation) -> None:
    """Refuse an agreed rate that the law makes void.

    Räntelagen (1975:635) 4 a §: in trade, interest cannot be agreed away. 6 §: a public debtor cannot agree to less
    than the law gives.
    """
    if relation.is_commercial and not agreed.is_above_reference and not agreed.percent:
        raise RuleViolation(
            "in trade, interest for being late cannot be agreed away", paragraph=f"{INTEREST_ACT} 4 a §"
        )
    is_surely_enough = agreed.is_above_reference and agreed.percent >= LATE_SPREAD
    if relation is Relation.PUBLIC_DEBTOR and not is_surely_enough:
        raise RuleViolation(
            "a public debtor pays at least eight percentage points above the reference rate: agree on ref+8 or more",
            paragraph=f"{INTEREST_ACT} 6 §",
        )
