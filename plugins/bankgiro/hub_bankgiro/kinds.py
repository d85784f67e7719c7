"""Kinds of fields in Bankgirot's and Plusgirot's records beside the common ones; see `hub.formats.field_kinds`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.formats.field_kinds import CalendarDate, FieldKind, FieldRefused

_DATE = CalendarDate()


@dataclass(frozen=True, slots=True)
class DateOr:
    """A date as YYYYMMDD, or None: written as the first of `words`, such as `GENAST` for at once, and read as any."""

    words: tuple[str, ...]
    is_filler = False

    def pattern(self, width: int) -> str:
        words = "|".join(re.escape(word.ljust(width)) for word in self.words)
        return f"(?:[0-9]{{{width}}}|{words})"

    def read(self, raw: str) -> date | None:
        return None if raw.rstrip(" ") in self.words else _DATE.read(raw)

    def write(self, value: Any, width: int) -> str:
        return self.words[0].ljust(width) if value is None else _DATE.write(value, width)


MAYBE_DATE = DateOr(("", "0" * 8))
DATE_OR_AT_ONCE = DateOr(("GENAST",))


@dataclass(frozen=True, slots=True)
class Echoed:
    """A field that comes back as we sent it, so that it may hold what its kind refuses: that is read as None."""

    kind: FieldKind
    is_filler = False

    def pattern(self, width: int) -> str:
        return self.kind.pattern(width)

    def read(self, raw: str) -> Any:
        try:
            return self.kind.read(raw)
        except FieldRefused:
            return None

    def write(self, value: Any, width: int) -> str:
        return " " * width if value is None else self.kind.write(value, width)


@dataclass(frozen=True, slots=True)
class Unused:
    """Positions that say nothing in this record: blank, or zeros."""

    is_filler = True

    def pattern(self, width: int) -> str:
        return f"[ 0]{{{width}}}"

    def read(self, raw: str) -> None:
        if raw.strip(" 0"):
            raise FieldRefused("UNUSED_NOT_BLANK", "must be blank or zeros")

    def write(self, value: Any, width: int) -> str:  # noqa: ARG002  every kind is asked the same way
        return " " * width
