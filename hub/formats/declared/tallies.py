"""Counts and totals while records go by, of the whole file and of each item that is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hub.formats.declared.compiled import RECORDS, Record, Says


class Tally:
    """What has gone by; the outermost item is the file."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()
        self._before: list[dict[str, int]] = []

    def open(self) -> None:
        """Begin an item: what it counts begins here."""
        self._before.append(dict(self._sums))

    def close(self) -> None:
        """End the innermost item."""
        self._before.pop()

    def add(self, record: Record, values: Sequence[Any]) -> None:
        """Take a record into account, with a value for each of its fields."""
        self._sums[RECORDS] += 1
        self._sums[record.name] += 1
        for slot, value in zip(record.slots, values, strict=True):
            if slot.says is Says.VALUE and isinstance(value, int) and not isinstance(value, bool):
                self._sums[f"{record.name}.{slot.name}"] += value

    def within(self, targets: Sequence[str]) -> int:
        """Return a count or total of the innermost item."""
        return sum(self._sums[target] - self._before[-1].get(target, 0) for target in targets)
