"""Many numbers or names, so many in one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

AT_ONCE = 500


def pages(some: Collection[Any]) -> list[list[Any]]:
    """Return numbers or names sorted, in lists that one statement takes."""
    every = sorted(some)
    return [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]
