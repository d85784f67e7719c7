"""Warnings that may come a million times: shown up to a limit for each kind, then counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hub.model.payment_file import Warned


class WarningLimit:
    """Counts the warnings of one file by their code."""

    def __init__(self, per_code: int) -> None:
        self._per_code = per_code
        self._counts: Counter[str] = Counter()

    def shows(self, warning: Warned) -> bool:
        """Count a warning and say whether it is still shown."""
        self._counts[warning.code] += 1
        return self._counts[warning.code] <= self._per_code

    def summaries(self) -> Iterator[Warned]:
        """Yield one more warning for each kind of which some were only counted."""
        for code, number in self._counts.items():
            if number > self._per_code:
                yield Warned(code, f"{number - self._per_code} more of this kind in the file")
