"""OCR reference (*OCR-nummer*): 2 to 25 digits, the last a check digit; the last but one may state the length.

Source: Bankgirot, OCR-referenskontroll.
"""

from __future__ import annotations

from hub.errors import IdentifierError
from hub.identifiers import luhn
from hub.identifiers.validity import passes

SHORTEST = 2
LONGEST = 25
_SEPARATORS = str.maketrans("", "", " \u00a0-")


def compact(number: str) -> str:
    """Take blanks and hyphens out; leading zeros are part of the number and stay."""
    return number.translate(_SEPARATORS)


def validate(number: str) -> str:
    """Return the compact reference when length and check digit fit.

    Raises IdentifierError.

    >>> validate("12 344")
    '12344'
    >>> validate("12345")
    Traceback (most recent call last):
    hub.errors.IdentifierError: the check digit of the OCR reference does not fit
    """
    digits = compact(number)
    if not luhn.is_digits(digits):
        raise IdentifierError("an OCR reference has digits only")
    if not SHORTEST <= len(digits) <= LONGEST:
        raise IdentifierError(f"an OCR reference has {SHORTEST} to {LONGEST} digits")
    if luhn.checksum(digits):
        raise IdentifierError("the check digit of the OCR reference does not fit")
    return digits


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the reference as it is printed on a payment slip: without separators."""
    return compact(number)


def length_digit(length: int) -> str:
    """Return the length digit (*längdsiffra*) of a reference of `length` digits, both control digits included.

    >>> length_digit(12)
    '2'
    """
    return str(length % 10)


def has_length_digit(digits: str) -> bool:
    """Say whether the last but one of compact `digits` states their number, modulus 10."""
    return len(digits) >= SHORTEST and digits[-2] == length_digit(len(digits))


def with_check_digit(payload: str) -> str:
    """Put the check digit behind `payload`.

    >>> with_check_digit("1234")
    '12344'
    """
    return payload + luhn.check_digit(payload)


def with_length_and_check_digit(payload: str) -> str:
    """Put length digit and check digit behind `payload`.

    >>> with_length_and_check_digit("6578")
    '657866'
    """
    return with_check_digit(payload + length_digit(len(payload) + 2))
