"""Swedish postal code (*postnummer*): five digits, written 123 45."""

from __future__ import annotations

from stdnum.exceptions import ValidationError
from stdnum.se import postnummer as standard

from hub.errors import IdentifierError
from hub.identifiers.validity import passes


def compact(number: str) -> str:
    """Take blanks, hyphens and a leading SE out."""
    return str(standard.compact(number))


def validate(number: str) -> str:
    """Return the compact code when its form fits; whether the post delivers there is not checked.

    Raises IdentifierError.

    >>> validate("114 18")
    '11418'
    >>> validate("014 18")
    Traceback (most recent call last):
    hub.errors.IdentifierError: a Swedish postal code has five digits and does not begin with zero
    """
    try:
        return str(standard.validate(number))
    except ValidationError:
        raise IdentifierError("a Swedish postal code has five digits and does not begin with zero") from None


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the code as it is printed.

    >>> format("11418")
    '114 18'
    """
    return str(standard.format(number))
