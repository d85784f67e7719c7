"""Values of a foreign e-invoice made to fit the core's model; what does not fit is named, never lost in silence."""

from __future__ import annotations

import re
from decimal import Decimal

from hub.errors import FormatError
from hub.money import ore_from_decimal

SHORT, LONG, NAME, ADDRESS, PARAGRAPH = 35, 200, 140, 100, 2_000
"""Characters that the model's texts hold."""

_DECIMAL = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Fitting:
    """Makes values fit; `left_out` names what did not, in the order of the document."""

    def __init__(self, left_out: dict[str, None]) -> None:
        self.left_out = left_out

    def line(self, name: str, text: str, most: int) -> str:
        """Return a text in one line, cut to its longest."""
        whole = self.one_line(text)
        if len(whole) > most:
            self.note(f"{name} beyond {most} characters")
        return whole[:most].rstrip()

    def one_line(self, text: str) -> str:
        """Return a text without line feeds and control characters, as long as it is."""
        return _CONTROL.sub(" ", text.replace("\n", " ")).strip()

    def code(self, name: str, text: str, most: int = SHORT, pattern: str = "") -> str:
        """Return a number or code as it stands; blank when it does not fit, since a part of one is another."""
        whole = self.one_line(text)
        fits = len(whole) <= most and (not pattern or re.fullmatch(pattern, whole) is not None)
        if not fits:
            self.note(name)
        return whole if fits else ""

    def paragraphs(self, text: str) -> list[str]:
        """Return the paragraphs of a text; one that is too long becomes several."""
        found = []
        for paragraph in _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
            whole = paragraph.strip()
            found += [whole[at : at + PARAGRAPH].strip() for at in range(0, len(whole), PARAGRAPH)]
        return found

    def note(self, name: str) -> None:
        """Say that something was left out."""
        self.left_out[name] = None


def decimal_of(text: str, name: str) -> Decimal:
    """Read a number of XML. Raises FormatError."""
    if not _DECIMAL.fullmatch(text):
        raise FormatError("no number, or one longer than any invoice has: ask its sender", code="NUMBER", field=name)
    return Decimal(text)


def ore_of(value: tuple[str, str] | None, name: str) -> int:
    """Read an amount as öre; 0 where it does not stand. Raises FormatError."""
    return 0 if value is None else ore_from_decimal(decimal_of(value[0], name))
