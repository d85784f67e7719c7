"""Coordination number (*samordningsnummer*): a personal identity number whose day of birth has 60 added.

A day that is not known stands as 60 and a month as 00; both are accepted. Source: lag (2022:1697) om
samordningsnummer; Skatteverket, SKV 707, whose example is the one below.
"""

from __future__ import annotations

from hub.errors import IdentifierError
from hub.identifiers import personal_identity_number as person
from hub.identifiers.validity import passes

ADDED_TO_DAY = 60
UNKNOWN_MONTH = "00"


def compact(number: str) -> str:
    """Take blanks and hyphens out; the plus sign of a ten-digit number stays."""
    return person.compact(number)


def validate(number: str) -> str:
    """Return the compact number when date and check digit fit.

    Raises IdentifierError.

    >>> validate("701063-2391")
    '7010632391'
    >>> validate("19121212-1212")
    Traceback (most recent call last):
    hub.errors.IdentifierError: a coordination number begins with a date of birth whose day has 60 added
    """
    text = compact(number)
    digits = person.checked_digits(text, name="coordination number")
    if not _is_date_with_added_day(digits[:-4]):
        raise IdentifierError("a coordination number begins with a date of birth whose day has 60 added")
    return text


def is_valid(number: str) -> bool:
    """Say whether `validate` would return."""
    return passes(validate, number)


def format(number: str) -> str:
    """Write the number with its sign before the last four."""
    return person.format(number)


def _is_date_with_added_day(digits: str) -> bool:
    century_and_year, month, day = digits[:-4], digits[-4:-2], int(digits[-2:]) - ADDED_TO_DAY
    known_month = "01" if month == UNKNOWN_MONTH else month
    known_day = 1 if day == 0 else day
    return known_day > 0 and person.is_date(f"{century_and_year}{known_month}{known_day:02}")
