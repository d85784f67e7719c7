"""Texts in the encoding of a file, and texts of the width of a field; what is lost on the way is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from hub.formats.declared.compiled import Record, Slot
from hub.formats.declared.document import FileForm
from hub.formats.field_kinds import FieldRefused

UNKNOWN = "?"  # of a letter that the encoding has no other way to write
_WRITTEN_AS = str.maketrans(
    {"–": "-", "—": "-", "‑": "-", "−": "-", "’": "'", "‘": "'", "”": '"', "“": '"', "€": "EUR", "\u00a0": " "}
)


class Loss(NamedTuple):
    """A text that stands in the file in another way than it was given: `CUT` or `REPLACED`."""

    code: str
    row: int  # of the records of the file, from 1
    record: str
    field: str


class Lettering:
    """How the texts of one file are written; `told` gets every loss."""

    def __init__(self, form: FileForm, told: Callable[[Loss], None]) -> None:
        self._encoding = form.encoding
        self._replaces = form.unwritable == "replace"
        self._told = told

    def text(self, text: str, row: int, record: Record, slot: Slot) -> str:
        """Return a text that the encoding has and that is no longer than it may be. Raises FieldRefused."""
        written = self._encodable(text)
        if written != text:
            self._told(Loss("REPLACED", row, record.name, slot.name))
        most = slot.width or slot.up_to
        if not most or len(written) <= most:
            return written
        if slot.too_long == "refuse" or slot.form.kind != "text" or slot.form.codes:
            raise FieldRefused("VALUE_TOO_LONG", f"holds {most} characters; shorten it, or let the layout cut it")
        self._told(Loss("CUT", row, record.name, slot.name))
        return written[:most]

    def _encodable(self, text: str) -> str:
        if text.isascii() or self._has(text):
            return text
        if not self._replaces:
            raise FieldRefused("TEXT_UNWRITABLE", f"holds letters that {self._encoding} does not have")
        return "".join(one if self._has(one) else self._nearest(one) for one in text.translate(_WRITTEN_AS))

    def _nearest(self, sign: str) -> str:
        base = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
        return "".join(one if self._has(one) else UNKNOWN for one in base) or UNKNOWN

    def _has(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True


def filled(text: str, slot: Slot) -> str:
    """Return a text as wide as its field; zeros go behind a sign."""
    if not slot.width:
        return text
    if not slot.is_right:
        return text.ljust(slot.width, slot.pad)
    if slot.pad == "0" and text:
        sign = text[0] if text[0] in "+-" else ""
        return sign + text.removeprefix(sign).rjust(slot.width - len(sign), "0")
    return text.rjust(slot.width, slot.pad if text else " ")


def bare(raw: str, slot: Slot) -> str:
    """Return what stands in a field without what fills it up; zeros of a number are left."""
    text = raw.strip(" ")
    if slot.pad == " " or slot.form.kind in ("amount", "number", "date"):
        return text
    return text.lstrip(slot.pad) if slot.is_right else text.rstrip(slot.pad)
