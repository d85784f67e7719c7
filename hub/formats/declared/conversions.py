"""How one value is written as text and read again; what it cannot be is refused, in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from hub.formats.declared.document import Amount, Sign
from hub.formats.declared.vocabulary import Kind
from hub.formats.field_kinds import FieldRefused
from hub.identifiers.luhn import is_digits
from hub.money import LARGEST_ORE

_Wanted = TypeVar("_Wanted", str, int, date)
CENTURY = 2000  # of years with two digits: claims are of our time
LONGEST_NUMBER = 18
_TOKENS = {"YYYY": "([0-9]{4})", "YY": "([0-9]{2})", "MM": "([0-9]{2})", "DD": "([0-9]{2})"}
_TOKEN = re.compile("YYYY|YY|MM|DD")
_DECIMAL_SIGN = {"point": ".", "comma": ","}
_FLAGS = {"true": True, "false": False}
_SIGNS = re.compile(r"(?P<before>[+-]?)(?P<number>[0-9]+(?:[.,][0-9]{1,2})?)(?P<behind>[ +-]?)")


class DatePattern:
    """A pattern of YYYY or YY, MM and DD, each once, with anything between.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._tokens = _TOKEN.findall(pattern)
        if sorted(token[0] for token in self._tokens) != ["D", "M", "Y"]:
            raise ValueError("a date is written with YYYY or YY, MM and DD, each once, such as YYYY-MM-DD")
        between = (re.escape(part) for part in _TOKEN.split(pattern))
        shape = next(between)
        for token, part in zip(self._tokens, between, strict=True):
            shape += _TOKENS[token] + part
        self._shape = re.compile(shape)

    def write(self, value: date) -> str:
        """Return the date as text. Raises FieldRefused for one whose year does not fit."""
        if "YY" in self._tokens and not CENTURY <= value.year < CENTURY + 100:
            raise FieldRefused("DATE_UNWRITABLE", "a year with two digits is one from 2000 to 2099")
        parts = {"YYYY": f"{value.year:04}", "YY": f"{value.year % 100:02}", "MM": f"{value:%m}", "DD": f"{value:%d}"}
        return _TOKEN.sub(lambda found: parts[found[0]], self.pattern)

    def read(self, text: str) -> date:
        """Return the date. Raises FieldRefused."""
        found = self._shape.fullmatch(text)
        if found is not None:
            parts = dict(zip((token[0] for token in self._tokens), map(int, found.groups()), strict=True))
            year = parts["Y"] + (CENTURY if "YY" in self._tokens else 0)
            try:
                return date(year, parts["M"], parts["D"])
            except ValueError:
                pass  # refused below with the rest: no such day
        raise FieldRefused("DATE_UNREADABLE", f"must be an existing day as {self.pattern}")


@dataclass(frozen=True, slots=True)
class ValueForm:
    """How one field's values are written; `codes` are the other side's words by ours."""

    kind: Kind
    date: DatePattern
    amount: Amount
    sign: Sign
    codes: Mapping[str, str] = field(default_factory=dict)
    unlisted: str | None = None
    digits: bool = False

    def write(self, value: Any) -> str:
        """Return a value that is given as text. Raises FieldRefused."""
        if self.codes:
            return self._coded(value)
        if self.kind is Kind.DATE:
            return self.date.write(_is(value, date))
        if self.kind is Kind.AMOUNT:
            return self._amount(_is(value, int))
        if self.kind is Kind.NUMBER:
            return str(_is(value, int))
        return _flag(value) if self.kind is Kind.FLAG else self._text(_is(value, str))

    def read(self, text: str) -> Any:
        """Return the value of a text that is not blank. Raises FieldRefused."""
        if self.codes:
            return self._decoded(text)
        if self.kind is Kind.DATE:
            return self.date.read(text)
        if self.kind is Kind.AMOUNT:
            return self._ore(text)
        if self.kind is Kind.NUMBER:
            return _whole(text)
        return _decided(text) if self.kind is Kind.FLAG else self._text(text)

    def _coded(self, value: Any) -> str:
        ours = plain(value)
        if ours not in self.codes:
            raise FieldRefused("CODE_UNKNOWN", f"the layout has no code for {ours!r}; add it to codes")
        return self.codes[ours]

    def _decoded(self, text: str) -> Any:
        ours = next((ours for ours, theirs in self.codes.items() if theirs == text), self.unlisted)
        if ours is None:
            raise FieldRefused("CODE_UNKNOWN", "the layout lists no such code; add it to codes, or set unlisted")
        return from_plain(self.kind, ours)

    def _amount(self, value: int) -> str:
        whole, cents = divmod(abs(value), 100)
        decimal_sign = _DECIMAL_SIGN.get(self.amount)
        digits = f"{abs(value)}" if decimal_sign is None else f"{whole}{decimal_sign}{cents:02}"
        if self.sign == "none" and value < 0:
            raise FieldRefused("AMOUNT_NEGATIVE", "holds no amount below zero")
        if self.sign == "trailing":
            return digits + ("-" if value < 0 else " ")
        return ("-" if value < 0 else "+" if self.sign == "always" else "") + digits

    def _ore(self, text: str) -> int:
        found = _SIGNS.fullmatch(text.strip())
        if found is None or (found["before"] and found["behind"].strip()):
            raise FieldRefused("AMOUNT_UNREADABLE", "is no amount")
        ore = self._hundredths(found["number"])
        is_negative = "-" in (found["before"], found["behind"])
        if is_negative and self.sign == "none":
            raise FieldRefused("AMOUNT_NEGATIVE", "holds no amount below zero")
        if ore > LARGEST_ORE:
            raise FieldRefused("AMOUNT_TOO_LARGE", "is larger than the hub can book")
        return -ore if is_negative else ore

    def _hundredths(self, digits: str) -> int:
        if len(digits) > LONGEST_NUMBER + 1:
            digits = digits.lstrip("0") or "0"  # filled up with zeros
        if len(digits) > LONGEST_NUMBER + 1:
            raise FieldRefused("AMOUNT_TOO_LARGE", "is larger than the hub can book")
        decimal_sign = _DECIMAL_SIGN.get(self.amount)
        if decimal_sign is None and is_digits(digits):
            return int(digits)
        whole, sign, cents = digits.partition(decimal_sign or "!")
        if not is_digits(whole) or (sign and not is_digits(cents)):
            raise FieldRefused("AMOUNT_UNREADABLE", "is no amount as the layout writes it")
        return int(whole) * 100 + int(cents.ljust(2, "0") or "0")

    def _text(self, value: str) -> str:
        if not value.isprintable():
            raise FieldRefused("TEXT_UNWRITABLE", "takes one line of printable text")
        if self.digits and not is_digits(value):
            raise FieldRefused("NUMBER_UNREADABLE", "must be digits only")
        return value


def plain(value: Any) -> str:
    """Return a value as layouts write it in `when` and `codes`."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def from_plain(kind: Kind, ours: str) -> Any:
    """Return the value that is written so. Raises FieldRefused."""
    return _decided(ours) if kind is Kind.FLAG else _whole(ours) if kind is Kind.NUMBER else ours


def _is(value: Any, wanted: type[_Wanted]) -> _Wanted:
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise FieldRefused("VALUE_OF_OTHER_KIND", f"takes a value of the kind {wanted.__name__}")
    return value


def _flag(value: Any) -> str:
    if not isinstance(value, bool):
        raise FieldRefused("VALUE_OF_OTHER_KIND", "takes yes or no")
    return plain(value)


def _decided(text: str) -> bool:
    if text not in _FLAGS:
        raise FieldRefused("CODE_UNKNOWN", "is neither true nor false; declare codes")
    return _FLAGS[text]


def _whole(text: str) -> int:
    digits = text.removeprefix("-")
    if not is_digits(digits) or len(digits.lstrip("0")) > LONGEST_NUMBER:
        raise FieldRefused("NUMBER_UNREADABLE", "must be a whole number")
    return int(text)
