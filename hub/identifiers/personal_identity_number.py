"""Personal identity number (*personnummer*): birth date, three digits and a modulus 10 check digit.

Twelve digits carry the century; ten do not, unless a plus sign says that the person has turned 100. The compact form
keeps what was given, so that nothing is guessed. Coordination numbers have a module of their own.

Source: folkbokföringslag (1991:481) 18 §.
"""

from __future__ import annotations

from datetime import date

from hub.errors import IdentifierError
from hub.identifiers import luhn
from hub.identifiers.validity import passes

FEBRUARY_29_EXISTS = 2000  # a leap year, for the dates of ten-digit numbers whose century is not known
_SEPARATORS = str.maketrans("", "", " \u00a0-")


def compact(number: str) -> str:
    """Take blanks and hyphens out; the plus sign of a ten-digit number stays."""
    return number.translate(_SEPARATORS)


def validate(number: str) -> str:
    """Return the compact number when date and check digit fit.

    Raises IdentifierError.

    >>> validate("19121212-1212")
    '191212121212'
    >>> validate("19121312-1211")
    Traceback (most recent call last):
    hub.errors.IdentifierError: a personal identity number begins with a date of birth
    """
    text = compact(number)
    digits = checked_digits(text, name="personal identity number")
    if not is_date(digits[:-4]):
        raise IdentifierError("a personal identity number begins with a date of birth")
    return text


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the number with its sign before the last four.

    >>> format("191212121212")
    '19121212-1212'
    """
    text = compact(number)
    return text if "+" in text else f"{text[:-4]}-{text[-4:]}"


def is_date(digits: str) -> bool:
    """Say whether six or eight `digits` are a date; with six, any century will do."""
    year = int(digits[:-4]) if len(digits) == 8 else FEBRUARY_29_EXISTS
    try:
        date(year, int(digits[-4:-2]), int(digits[-2:]))
    except ValueError:
        return False
    return True


def checked_digits(text: str, *, name: str) -> str:
    """Return the ten or twelve digits of a compact number of a person when their check digit fits.

    `name` says in the message what the number is. Raises IdentifierError.
    """
    has_plus = len(text) == 11 and text[6] == "+"
    digits = text.replace("+", "") if has_plus else text
    if not luhn.is_digits(digits) or len(digits) not in (10, 12):
        raise IdentifierError(f"a {name} has 10 or 12 digits")
    if luhn.checksum(digits[-10:]):
        raise IdentifierError(f"the check digit of the {name} does not fit")
    return digits
