"""Path patterns of contexts: `cac:Party/cbc:ID` at the end of a path, `/ubl:Invoice/*/cbc:ID` from the root."""

from __future__ import annotations

from functools import cache

Path = tuple[str, ...]


def matches(pattern: str, path: Path) -> bool:
    """Say whether the path of an element, root first, fits a pattern."""
    steps, is_absolute = _parsed(pattern)
    if len(steps) > len(path) or (is_absolute and len(steps) != len(path)):
        return False
    return all(step in ("*", name) for step, name in zip(reversed(steps), reversed(path), strict=False))


@cache
def last_step(pattern: str) -> str:
    """Return the name of the element that a pattern is about; `*` for any."""
    return pattern.rpartition("/")[2]


@cache
def _parsed(pattern: str) -> tuple[Path, bool]:
    if pattern.startswith("//"):
        return tuple(pattern[2:].split("/")), False
    if pattern.startswith("/"):
        return tuple(pattern[1:].split("/")), True
    return tuple(pattern.split("/")), False
