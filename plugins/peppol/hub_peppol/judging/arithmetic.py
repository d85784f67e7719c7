"""Numbers as the official rules reckon them: exact decimals, rounded half towards plus infinity (XPath's fn:round)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from hub_peppol.judging.node import Node

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)
_CENT: Final = Decimal("0.01")


def to_cents(number: Decimal) -> Decimal:
    """Round to two decimals: 0.125 is 0.13, and -0.125 is -0.12."""
    return number.quantize(_CENT, ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP)


def to_units(number: Decimal) -> Decimal:
    """Round to a whole number: 2.5 is 3, and -2.5 is -2."""
    return number.to_integral_value(ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP)


def is_percent_of(part: Decimal, whole: Decimal, percent: Decimal) -> bool:
    """Say whether an amount is a percentage of another, to less than one unit of the currency, whatever their signs."""
    meant = to_cents(abs(whole) * percent / HUNDRED)
    return abs(part) - ONE < meant < abs(part) + ONE


def total(nodes: Iterable[Node]) -> Decimal:
    """Add the numbers that elements hold; Unreadable when one is none."""
    return sum((node.decimal() for node in nodes), ZERO)
