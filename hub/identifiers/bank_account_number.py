"""Domestic bank account number (BBAN): clearing number and account number as digits in one run.

Whether and how an account's check digit counts differs between banks and series, so only form and length are checked.
"""

from __future__ import annotations

from hub.errors import IdentifierError
from hub.identifiers import luhn
from hub.identifiers.validity import passes

SHORTEST = 6
LONGEST = 20  # the BBAN part of a Swedish IBAN
_SEPARATORS = str.maketrans("", "", " \u00a0-.,")


def compact(number: str) -> str:
    """Take blanks, hyphens, points and commas out; leading zeros stay."""
    return number.translate(_SEPARATORS)


def validate(number: str) -> str:
    """Return the compact number when it has a possible form.

    Raises IdentifierError.

    >>> validate("9150-123 456 7")
    '91501234567'
    >>> validate("9150")
    Traceback (most recent call last):
    hub.errors.IdentifierError: a bank account number has 6 to 20 digits, clearing number included
    """
    digits = compact(number)
    if not luhn.is_digits(digits):
        raise IdentifierError("a bank account number has digits only, clearing number first")
    if not SHORTEST <= len(digits) <= LONGEST:
        raise IdentifierError(f"a bank account number has {SHORTEST} to {LONGEST} digits, clearing number included")
    return digits


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the number with a hyphen behind the clearing number's four digits.

    >>> format("91501234567")
    '9150-1234567'
    """
    digits = compact(number)
    return f"{digits[:4]}-{digits[4:]}"
