"""Warnings of one file: a few of each kind in full, the rest counted, so that a damaged file cannot flood the log."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import FormatError
from hub.formats.warning_limit import WarningLimit
from hub.model.payment_file import Warned

REFUSED_WHEN_STRICT = frozenset({"TAB", "DAMAGED_TEXT", "TITLE_LINES"})


class Oddities:
    """Collects `Warned` events until the reader hands them on."""

    def __init__(self, *, strict: bool, per_code: int) -> None:
        self._strict = strict
        self._limit = WarningLimit(per_code)
        self.waiting: list[Warned] = []

    def note(self, code: str, message: str, line: int, record: str = "", field: str = "") -> None:
        """Keep a warning. Raises FormatError for damage when the reader is strict."""
        if self._strict and code in REFUSED_WHEN_STRICT:
            raise FormatError(
                f"{message}; ask the sender for the original file, or read without `strict`",
                code=code,
                line=line,
                record=record,
                field=field,
            )
        warning = Warned(code, message, line, record, field)
        if self._limit.shows(warning):
            self.waiting.append(warning)

    def taken(self) -> list[Warned]:
        """Return what has come since the last call."""
        waiting, self.waiting = self.waiting, []
        return waiting

    def summaries(self) -> Iterator[Warned]:
        """Yield one more warning for each kind of which some were only counted."""
        return self._limit.summaries()
