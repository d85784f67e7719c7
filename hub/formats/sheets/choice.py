"""How a sheet is written: in which language, with headings and totals or without."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.documents import Language
from hub.model.sheets import Line, LineKind


class Choice(NamedTuple):
    language: Language = Language.EN
    with_headings: bool = True
    with_totals: bool = True

    def shows(self, line: Line) -> bool:
        """Say whether a line is written."""
        return self.with_totals or line.kind is LineKind.ROW
