"""Numbers of things as people say them."""

from __future__ import annotations


def counted(count: int, thing: str) -> str:
    """Return a count with its noun: one thing, or several.

    >>> counted(1, "payment"), counted(0, "payment"), counted(2, "rejected row")
    ('1 payment', '0 payments', '2 rejected rows')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
