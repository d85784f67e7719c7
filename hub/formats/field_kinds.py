"""Kinds of fields in fixed-width records: what a field may hold, how it is read, written and recognised.

A kind never guesses. What it cannot hold it refuses with `FieldRefused`, in both directions: no default for an
unreadable value, and one that does not fit is an error, never cut. `pattern` is the regular shape as a regular
expression; what matches it can be read, so a reader may test many fields in one go and ask `read` only for the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from hub.identifiers.luhn import is_digits

ENCODING = "latin-1"  # the character set of the Swedish 80-column formats


class FieldRefused(ValueError):
    """The field cannot hold this; `code` is stable, the text never repeats the value."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class FieldKind(Protocol):
    """What every kind can do."""

    @property
    def is_filler(self) -> bool:
        """Whether the field carries no value of its own: constants and spare positions."""
        ...

    def pattern(self, width: int) -> str:
        """Return the regular shape as a regular expression without groups."""
        ...

    def read(self, raw: str) -> Any:
        """Return the value. Raises FieldRefused."""
        ...

    def write(self, value: Any, width: int) -> str:
        """Return exactly `width` characters. Raises FieldRefused."""
        ...


def fill_left(digits: str, width: int) -> str:
    """Return digits right aligned and zero filled. Raises FieldRefused when they do not fit."""
    if len(digits) > width:
        raise FieldRefused("VALUE_TOO_LONG", f"holds {width} digits; shorten or split the value")
    return digits.zfill(width)


@dataclass(frozen=True, slots=True)
class Spare:
    """Positions the manual reserves (*reserv*): written blank; other content is for the reader to report."""

    is_filler = True

    def pattern(self, width: int) -> str:
        return f"[ ]{{{width}}}"

    def read(self, raw: str) -> None:
        if not raw.isspace():
            raise FieldRefused("SPARE_NOT_BLANK", "reserved positions are not blank")

    def write(self, value: Any, width: int) -> str:  # noqa: ARG002  every kind is asked the same way
        return " " * width


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed text, left aligned."""

    text: str
    is_filler = True

    def pattern(self, width: int) -> str:
        return re.escape(self.text.ljust(width))

    def read(self, raw: str) -> str:
        if raw.rstrip() != self.text:
            raise FieldRefused("CONSTANT_DIFFERS", f"must be {self.text!r}")
        return self.text

    def write(self, value: Any, width: int) -> str:  # noqa: ARG002  every kind is asked the same way
        return self.text.ljust(width)


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits kept as text with their leading zeros; blank gives an empty text where `may_be_blank`."""

    may_be_blank: bool = False
    is_filler = False

    def pattern(self, width: int) -> str:
        digits = f"[0-9]{{{width}}}"
        return f"(?:{digits}|[ ]{{{width}}})" if self.may_be_blank else digits

    def read(self, raw: str) -> str:
        if is_digits(raw):
            return raw
        if self.may_be_blank and not raw.strip(" "):
            return ""
        raise FieldRefused("NUMBER_UNREADABLE", "must be digits only")

    def write(self, value: Any, width: int) -> str:
        if value == "" and self.may_be_blank:
            return " " * width
        if not isinstance(value, str) or not is_digits(value):
            raise FieldRefused("NUMBER_UNREADABLE", "takes a text of digits")
        return fill_left(value, width)


@dataclass(frozen=True, slots=True)
class ShiftedDigits:
    """A number that should be zero filled but is met shifted left with blanks after it; blank gives an empty text.

    Only for numbers that inform (sender, organisation number), as Bankgirot's own examples do; never for money.
    """

    is_filler = False

    def pattern(self, width: int) -> str:
        return f"[0-9]{{{width}}}"

    def read(self, raw: str) -> str:
        digits = raw.strip(" ")
        if digits and not is_digits(digits):
            raise FieldRefused("NUMBER_UNREADABLE", "must be digits only")
        return digits

    def write(self, value: Any, width: int) -> str:
        return Digits().write(value or "0", width)


@dataclass(frozen=True, slots=True)
class Number:
    """A count or an amount, zero filled, read as `int`; amounts are in öre and carry no sign."""

    code: str = "NUMBER_UNREADABLE"
    is_filler = False

    def pattern(self, width: int) -> str:
        return f"[0-9]{{{width}}}"

    def read(self, raw: str) -> int:
        if not is_digits(raw):
            raise FieldRefused(self.code, "must be digits only, zero filled")
        return int(raw)

    def write(self, value: Any, width: int) -> str:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise FieldRefused(self.code, "takes a whole number, zero or above")
        return fill_left(str(value), width)


AMOUNT = Number("AMOUNT_UNREADABLE")
COUNT = Number("COUNT_UNREADABLE")


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A date as YYYYMMDD."""

    is_filler = False

    def pattern(self, width: int) -> str:
        return f"[0-9]{{{width}}}"

    def read(self, raw: str) -> date:
        if len(raw) == 8 and is_digits(raw):
            try:
                return date(int(raw[:4]), int(raw[4:6]), int(raw[6:]))
            except ValueError:
                pass  # refused below with the rest: no such day
        raise FieldRefused("DATE_UNREADABLE", "must be an existing day as YYYYMMDD")

    def write(self, value: Any, width: int) -> str:
        if not isinstance(value, date):
            raise FieldRefused("DATE_UNREADABLE", "takes a date")
        return f"{value:%Y%m%d}".zfill(width)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A code from a closed list; a blank in the list stands for "not given" and is read as an empty text."""

    values: tuple[str, ...]
    is_filler = False

    def pattern(self, width: int) -> str:
        choices = "|".join(re.escape(value.ljust(width)) for value in self.values)
        return f"(?:{choices})"

    def read(self, raw: str) -> str:
        if raw not in self.values:
            raise FieldRefused("CODE_UNKNOWN", "is not one of the codes of the manual")
        return raw.strip(" ")

    def write(self, value: Any, width: int) -> str:
        text = str(value).ljust(width)
        if text not in self.values:
            raise FieldRefused("CODE_UNKNOWN", "is not one of the codes of the manual")
        return text


@dataclass(frozen=True, slots=True)
class Symbol:
    """One character of a list that may grow: `regular` is what the manual names today, `allowed` what can be read."""

    regular: str
    allowed: str
    is_filler = False

    def pattern(self, width: int) -> str:
        return f"[{re.escape(self.regular)}]" if width == 1 else r"(?!)"

    def read(self, raw: str) -> str:
        if len(raw) != 1 or raw not in self.allowed:
            raise FieldRefused("CODE_UNKNOWN", "is not one of the codes of the manual")
        return raw

    def write(self, value: Any, width: int) -> str:
        if not isinstance(value, str) or width != 1 or len(value) != 1 or value not in self.regular:
            raise FieldRefused("CODE_UNKNOWN", "is not one of the codes of the manual")
        return value


@dataclass(frozen=True, slots=True)
class Letters:
    """Upper-case letters A to Z that fill the field, such as a currency."""

    is_filler = False

    def pattern(self, width: int) -> str:
        return f"[A-Z]{{{width}}}"

    def read(self, raw: str) -> str:
        if not (raw.isascii() and raw.isalpha() and raw.isupper()):
            raise FieldRefused("LETTERS_UNREADABLE", "must be upper-case letters only")
        return raw

    def write(self, value: Any, width: int) -> str:
        if not isinstance(value, str) or len(value) != width:
            raise FieldRefused("LETTERS_UNREADABLE", f"takes {width} upper-case letters")
        return self.read(value)


@dataclass(frozen=True, slots=True)
class Text:
    """Free text, blank filled; blanks around it are not part of it, leading zeros are."""

    is_right_aligned: bool = False
    is_filler = False

    def pattern(self, width: int) -> str:
        return f".{{{width}}}"

    def read(self, raw: str) -> str:
        return raw.strip()

    def write(self, value: Any, width: int) -> str:
        if not isinstance(value, str) or not value.isprintable():
            raise FieldRefused("TEXT_UNWRITABLE", "takes one line of printable text")
        try:
            value.encode(ENCODING)
        except UnicodeEncodeError as error:
            raise FieldRefused("TEXT_UNWRITABLE", "holds characters outside latin-1") from error
        if len(value) > width:
            raise FieldRefused("VALUE_TOO_LONG", f"holds {width} characters; shorten or split it")
        return value.rjust(width) if self.is_right_aligned else value.ljust(width)
