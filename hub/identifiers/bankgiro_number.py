"""Bankgiro number (*bankgironummer*): 7 or 8 digits, the last a modulus 10 check digit, written 123-4567 or 1234-5678.

Bank files pad it with zeros in front; a bankgiro number itself never begins with zero.
"""

from __future__ import annotations

from hub.errors import IdentifierError
from hub.identifiers import luhn
from hub.identifiers.validity import passes

_SEPARATORS = str.maketrans("", "", " \u00a0-")


def compact(number: str) -> str:
    """Take blanks, hyphens and padding zeros out."""
    return number.translate(_SEPARATORS).lstrip("0")


def validate(number: str) -> str:
    """Return the compact number when length and check digit fit.

    Raises IdentifierError.

    >>> validate("991-2346")
    '9912346'
    >>> validate("991-2347")
    Traceback (most recent call last):
    hub.errors.IdentifierError: the check digit of the bankgiro number does not fit
    """
    digits = compact(number)
    if not luhn.is_digits(digits):
        raise IdentifierError("a bankgiro number has digits and a hyphen only")
    if len(digits) not in (7, 8):
        raise IdentifierError("a bankgiro number has 7 or 8 digits")
    if luhn.checksum(digits):
        raise IdentifierError("the check digit of the bankgiro number does not fit")
    return digits


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the number as it is printed.

    >>> format("9912346")
    '991-2346'
    """
    digits = compact(number)
    return f"{digits[:-4]}-{digits[-4:]}"
