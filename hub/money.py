"""Money as whole öre: strict reading, exact conversion, Swedish writing.

Inside the hub an amount is an `int` of öre (the hundredth of any currency). At the edges it is text or `Decimal` in
kronor. A `float` is never taken, because it has already lost what we would need to refuse it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from hub.errors import FormatError

ORE_PER_KRONA = 100
LARGEST_ORE = 10**16  # a hundred thousand milliard kronor: sums of many such still fit a 64-bit column
LONGEST_AMOUNT = 40  # characters; longer text is no amount, and Python's int refuses very long digit strings

_BLANKS = " \u00a0\u2009\u202f"  # blank, no-break, thin and narrow no-break: all stand between groups of three
_GROUP = f"[{_BLANKS}]"
_KRONOR = re.compile(
    rf"(?P<sign>[+\-\u2212]?){_GROUP}?"
    rf"(?P<whole>[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+|[0-9]+)"
    r"(?:(?P<point>[,.])(?P<cents>[0-9]{1,2}))?"
    r"(?P<sign_behind>[\-\u2212]?)"
)
_NO_BLANKS = str.maketrans("", "", _BLANKS)


def parse_kronor(text: str, *, decimal_sign: str = "") -> int:
    """Read an amount in kronor, such as `1 234,50`, `1234.5`, `-12` or `12,00-`, as öre.

    Groups of three may be parted by blanks; comma or point is the decimal sign, with one or two decimals behind it.
    With `decimal_sign` only that one is taken. `1.234` and `1,234.50` are refused, never guessed at.

    Raises:
        FormatError: AMOUNT_MISSING, AMOUNT_UNREADABLE or AMOUNT_TOO_LARGE.

    >>> parse_kronor("1 234,50")
    123450
    >>> parse_kronor("1.234")
    Traceback (most recent call last):
    hub.errors.FormatError: the amount is not a number of kronor with at most two decimals
    """
    stripped = text.strip()
    if not stripped:
        raise FormatError("the amount is missing", code="AMOUNT_MISSING")
    found = _KRONOR.fullmatch(stripped) if len(stripped) <= LONGEST_AMOUNT else None
    if found is None or (found["sign"] and found["sign_behind"]):
        raise _unreadable(stripped)
    if decimal_sign and found["point"] not in (None, decimal_sign):
        raise _unreadable(stripped)
    whole = int(found["whole"].translate(_NO_BLANKS)) * ORE_PER_KRONA
    ore = whole + int((found["cents"] or "0").ljust(2, "0"))
    is_negative = (found["sign"] or found["sign_behind"]) in ("-", "\u2212")
    return _within_limit(-ore if is_negative else ore)


def parse_amount(value: str | int | Decimal, *, decimal_sign: str = "") -> int:
    """Read an amount in kronor given as text, whole number or Decimal, as öre.

    Raises:
        FormatError: as `parse_kronor`; a float, a truth value or anything else is AMOUNT_UNREADABLE.
    """
    if isinstance(value, str):
        return parse_kronor(value, decimal_sign=decimal_sign)
    if isinstance(value, Decimal):
        return ore_from_decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _within_limit(value * ORE_PER_KRONA)
    raise _unreadable("")


def ore_from_decimal(kronor: Decimal) -> int:
    """Turn kronor into öre exactly.

    Raises:
        FormatError: AMOUNT_UNREADABLE when it is no finite number or has parts of an öre; AMOUNT_TOO_LARGE.
    """
    if not kronor.is_finite():
        raise _unreadable(str(kronor))
    if kronor.adjusted() > LONGEST_AMOUNT:  # before any arithmetic: 1E+999999 would fill the memory
        raise _too_large()
    _, digits, exponent = kronor.as_tuple()
    if isinstance(exponent, int) and exponent < -2 and any(digits[exponent + 2 :]):
        raise _unreadable(str(kronor))
    return _within_limit(int(kronor.scaleb(2)))


def plain_kronor(amount_ore: int) -> str:
    """Write öre as kronor for machines: point, two decimals, no groups (`-1234.50`)."""
    whole, cents = divmod(abs(amount_ore), ORE_PER_KRONA)
    return f"{_minus(amount_ore)}{whole}.{cents:02}"


def format_kronor(amount_ore: int) -> str:
    """Write öre as kronor the Swedish way, minus in front when below zero.

    >>> format_kronor(-123450)
    '-1 234,50'
    """
    whole, cents = divmod(abs(amount_ore), ORE_PER_KRONA)
    return f"{_minus(amount_ore)}{whole:,}".replace(",", " ") + f",{cents:02}"


def _minus(amount_ore: int) -> str:
    return "-" if amount_ore < 0 else ""


def _within_limit(amount_ore: int) -> int:
    if abs(amount_ore) > LARGEST_ORE:
        raise _too_large()
    return amount_ore


def _too_large() -> FormatError:
    return FormatError("the amount is larger than the hub can book", code="AMOUNT_TOO_LARGE")


def _unreadable(value: str) -> FormatError:
    return FormatError(
        "the amount is not a number of kronor with at most two decimals",
        code="AMOUNT_UNREADABLE",
        value=value,
    )
