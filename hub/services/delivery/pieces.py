"""Work taken by the piece: so many documents at once, and fewer where they are large, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

BYTES_AT_ONCE = 8 * 1024 * 1024  # of documents as handed over; with renderings and messages they are several times that


def pieces(items: Iterable[T], size_of: Callable[[T], int], *, most: int) -> Iterator[list[T]]:
    """Yield items in their order, at most so many together and none after others that it would be too much with."""
    piece: list[T] = []
    size = 0
    for one in items:
        its_size = size_of(one)
        if piece and size + its_size > BYTES_AT_ONCE:
            yield piece
            piece, size = [], 0
        piece.append(one)
        size += its_size
        if len(piece) == most:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece
