"""Streams and sequences that behave as the world does: slow, and large without being held."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import overload

TRICKLE_BYTES = 11  # divides no usual record width


class Trickle(io.RawIOBase):
    """A stream that hands over a few bytes at a time and cannot go back, as a connection does."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = memoryview(data)
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's buffer type is newer than 3.11
        piece = self._data[self._at : self._at + min(TRICKLE_BYTES, len(buffer))]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class UnevenAmounts(Sequence[int]):
    """Amounts in öre that differ from each other, as many as asked for, in no memory."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return 10_000 + 37 * (index % self._count)
