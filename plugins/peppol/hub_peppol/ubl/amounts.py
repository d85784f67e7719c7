"""How numbers are written in UBL: two decimals for money, as few as there are for anything else."""

from __future__ import annotations

from decimal import Decimal, localcontext

from hub.money import plain_kronor

MOST_DIGITS = 60


def money(amount_ore: int, currency: str) -> tuple[str, str]:
    """Return an amount with its currency."""
    return plain_kronor(amount_ore), currency


def money_if_any(amount_ore: int, currency: str) -> tuple[str, str] | None:
    """Return an amount with its currency, None for zero."""
    return money(amount_ore, currency) if amount_ore else None


def number(value: Decimal) -> str:
    """Write a number without exponent and without zeros that say nothing.

    >>> number(Decimal("1.500")), number(Decimal("1E+3")), number(Decimal("-0.0"))
    ('1.5', '1000', '0')
    """
    with localcontext(prec=MOST_DIGITS):
        return f"{value.normalize():f}" if value else "0"
