"""International bank account number (IBAN, ISO 13616)."""

from __future__ import annotations

from stdnum import iban as standard
from stdnum.exceptions import ValidationError

from hub.errors import IdentifierError
from hub.identifiers.validity import passes

LONGEST = 34
_SEPARATORS = str.maketrans("", "", " \u00a0-.")


def compact(number: str) -> str:
    """Take blanks, hyphens and points out, in upper case."""
    return number.translate(_SEPARATORS).upper()


def validate(number: str) -> str:
    """Return the compact IBAN when country, form and check digits fit.

    Raises IdentifierError.

    >>> validate("SE35 5000 0000 0549 1000 0003")
    'SE3550000000054910000003'
    >>> validate("SE36 5000 0000 0549 1000 0003")
    Traceback (most recent call last):
    hub.errors.IdentifierError: the country, the length or the check digits of the IBAN do not fit
    """
    text = compact(number)
    if not (text.isascii() and text.isalnum()) or len(text) > LONGEST:
        raise IdentifierError(f"an IBAN has letters and digits only, at most {LONGEST}")
    try:
        return str(standard.validate(text))
    except ValidationError:
        raise IdentifierError("the country, the length or the check digits of the IBAN do not fit") from None


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the IBAN in groups of four.

    >>> format("SE3550000000054910000003")
    'SE35 5000 0000 0549 1000 0003'
    """
    text = compact(number)
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
