"""What values look like: the texts that XML Schema takes as a number, a date, a time, a flag or an attached file.

This is XML Schema as published. libxml2 differs at the edges: it refuses blanks after a date or a time, and skips signs
that base64 does not have.
"""

from __future__ import annotations

import binascii
import datetime
import re
from collections.abc import Callable

Lexical = Callable[[str], bool]

BLANKS = " \t\r\n"

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DAY = r"(-?)([0-9]{4}|[1-9][0-9]{4,8})-([0-9]{2})-([0-9]{2})"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DATE = re.compile(f"{_DAY}{_ZONE}")
_TIME = re.compile(f"{_CLOCK}{_ZONE}")
_MOMENT = re.compile(f"{_DAY}T{_CLOCK}{_ZONE}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_URI = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))(?:[^%#\[\]]|%[0-9A-Fa-f]{2})*(?:#(?:[^%#\[\]]|%[0-9A-Fa-f]{2})*)?"
)
_FLAGS = frozenset({"true", "false", "1", "0"})
_NO_BLANKS = dict.fromkeys(map(ord, BLANKS))
_LAST_OF_ONE_BYTE = frozenset("AQgw")  # before `==`: its last four bits are nothing
_LAST_OF_TWO_BYTES = frozenset("AEIMQUYcgkosw048")  # before `=`: its last two bits are nothing
_LEAP_CYCLE = 400  # years after which the calendar repeats


def is_decimal(text: str) -> bool:
    """Say whether a text is a decimal number: digits, a point, a sign."""
    return _DECIMAL.fullmatch(text.strip(BLANKS)) is not None


def is_flag(text: str) -> bool:
    """Say whether a text is true or false."""
    return text.strip(BLANKS) in _FLAGS


def is_date(text: str) -> bool:
    """Say whether a text is a day of the calendar, such as 2026-11-22, perhaps with a time zone."""
    return _is_of_the_calendar(_DATE.fullmatch(text.strip(BLANKS)))


def is_moment(text: str) -> bool:
    """Say whether a text is a day and a time of it, such as 2026-11-22T12:30:00, perhaps with a time zone."""
    return _is_of_the_calendar(_MOMENT.fullmatch(text.strip(BLANKS)))


def _is_of_the_calendar(found: re.Match[str] | None) -> bool:
    if found is None or int(found[2]) == 0:
        return False
    year = int(found[2]) % _LEAP_CYCLE + _LEAP_CYCLE
    try:
        datetime.date(year, int(found[3]), int(found[4]))
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """Say whether a text is a time of the day, such as 12:30:00."""
    return _TIME.fullmatch(text.strip(BLANKS)) is not None


def is_language(text: str) -> bool:
    """Say whether a text is a language tag, such as sv or sv-SE."""
    return _LANGUAGE.fullmatch(text.strip(BLANKS)) is not None


def is_uri(text: str) -> bool:
    """Say whether a text may be a URI or a part of one: a scheme is a word, percent signs have two digits."""
    return _URI.fullmatch(text.strip(BLANKS)) is not None


def is_base64(text: str) -> bool:
    """Say whether a text is base64, with blanks anywhere."""
    if not text.isascii():
        return False
    packed = text.translate(_NO_BLANKS)
    if len(packed) % 4:
        return False
    try:
        binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        return False
    if packed.endswith("=="):
        return packed[-3] in _LAST_OF_ONE_BYTE
    return not packed.endswith("=") or packed[-2] in _LAST_OF_TWO_BYTES
