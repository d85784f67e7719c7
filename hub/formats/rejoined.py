"""A stream whose beginning has been looked at, from its beginning again."""

from __future__ import annotations

import io
from typing import BinaryIO


def rejoined(stream: BinaryIO, most: int) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream that cannot go back, and a stream of all of it."""
    head = b""
    while len(head) < most and (more := stream.read(most - len(head))):
        head += more
    return head, io.BufferedReader(_Rejoined(head, stream))


class _Rejoined(io.RawIOBase):
    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        found = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(found) :] if self._head else b""
        buffer[: len(found)] = found
        return len(found)
