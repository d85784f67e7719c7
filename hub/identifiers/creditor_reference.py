"""Structured creditor reference (ISO 11649): RF, two check digits and at most 21 letters and digits."""

from __future__ import annotations

from stdnum import iso11649 as standard
from stdnum.exceptions import ValidationError

from hub.errors import IdentifierError
from hub.identifiers.validity import passes

LONGEST = 25
_SEPARATORS = str.maketrans("", "", " \u00a0-.,/:")


def compact(number: str) -> str:
    """Take blanks and separators out, in upper case."""
    return number.translate(_SEPARATORS).upper()


def validate(number: str) -> str:
    """Return the compact reference when form and check digits fit.

    Raises IdentifierError.

    >>> validate("RF18 5390 0754 7034")
    'RF18539007547034'
    >>> validate("RF17 5390 0754 7034")
    Traceback (most recent call last):
    hub.errors.IdentifierError: the form or the check digits of the RF reference do not fit
    """
    text = compact(number)
    if not (text.isascii() and text.isalnum()) or len(text) > LONGEST:
        raise IdentifierError(f"an RF reference has letters and digits only, at most {LONGEST}")
    try:
        return str(standard.validate(text))
    except ValidationError:
        raise IdentifierError("the form or the check digits of the RF reference do not fit") from None


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the reference in groups of four.

    >>> format("RF18539007547034")
    'RF18 5390 0754 7034'
    """
    text = compact(number)
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
