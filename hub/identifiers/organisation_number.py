"""Organisation number (*organisationsnummer*): ten digits, the third at least 2, the last a modulus 10 check digit.

The third digit tells it from a personal identity number, whose third and fourth are a month. Twelve digits with 16 in
front are the same number as authorities write it.

Source: lag (1974:174) om identitetsbeteckning för juridiska personer m.fl.
"""

from __future__ import annotations

from stdnum.exceptions import ValidationError
from stdnum.se import orgnr as standard

from hub.errors import IdentifierError
from hub.identifiers.validity import passes

CENTURY_OF_ORGANISATIONS = "16"


def compact(number: str) -> str:
    """Take blanks, hyphens, points and the 16 of the twelve-digit form out."""
    digits = str(standard.compact(number))
    return digits[2:] if len(digits) == 12 and digits.startswith(CENTURY_OF_ORGANISATIONS) else digits


def validate(number: str) -> str:
    """Return the ten digits when form and check digit fit.

    Raises IdentifierError.

    >>> validate("999999-9999")
    '9999999999'
    >>> validate("999999-9998")
    Traceback (most recent call last):
    hub.errors.IdentifierError: an organisation number has ten digits, the third at least 2, and a check digit that fits
    """
    digits = compact(number)
    try:
        standard.validate(digits)
    except ValidationError:
        raise _wrong() from None
    if digits[2] < "2":
        raise _wrong()
    return digits


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the number as it is printed.

    >>> format("169999999999")
    '999999-9999'
    """
    return str(standard.format(compact(number)))


def _wrong() -> IdentifierError:
    return IdentifierError("an organisation number has ten digits, the third at least 2, and a check digit that fits")
