"""Plusgiro number (*plusgironummer*): 2 to 8 digits, the last a modulus 10 check digit, written 12 34 56-6."""

from __future__ import annotations

from hub.errors import IdentifierError
from hub.identifiers import luhn
from hub.identifiers.validity import passes

SHORTEST = 2
LONGEST = 8
_SEPARATORS = str.maketrans("", "", " \u00a0-")


def compact(number: str) -> str:
    """Take blanks, hyphens and padding zeros out."""
    return number.translate(_SEPARATORS).lstrip("0")


def validate(number: str) -> str:
    """Return the compact number when length and check digit fit.

    Raises IdentifierError.

    >>> validate("1018-1")
    '10181'
    >>> validate("1018-2")
    Traceback (most recent call last):
    hub.errors.IdentifierError: the check digit of the plusgiro number does not fit
    """
    digits = compact(number)
    if not luhn.is_digits(digits):
        raise IdentifierError("a plusgiro number has digits, blanks and a hyphen only")
    if not SHORTEST <= len(digits) <= LONGEST:
        raise IdentifierError(f"a plusgiro number has {SHORTEST} to {LONGEST} digits")
    if luhn.checksum(digits):
        raise IdentifierError("the check digit of the plusgiro number does not fit")
    return digits


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the number as it is printed, in pairs from the right.

    >>> format("9690017")
    '96 90 01-7'
    """
    digits = compact(number)
    front, check = digits[:-1], digits[-1:]
    first = len(front) % 2
    pairs = [front[:first]] if first else []
    pairs += [front[at : at + 2] for at in range(first, len(front), 2)]
    return f"{' '.join(pairs)}-{check}"
