"""Packets of SFTP version 3: their kinds, how their parts are written and read. Source: see `sftp_wire`."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum, IntFlag
from typing import NamedTuple

_SIZE, _OWNER, _MODE, _TIMES, _MORE = 1, 2, 4, 8, 0x80000000
_KIND_OF_FILE, _REGULAR = 0o170000, 0o100000


class WireError(Exception):
    """What came is no SFTP, or came to an end."""


class Kind(IntEnum):
    """Kinds of packets."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Status(IntEnum):
    """What a request was answered; from 9 on they are of later versions, and some servers say them all the same."""

    OK = 0
    END = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    UNSUPPORTED = 8
    NO_SUCH_PATH = 10
    EXISTS = 11
    WRITE_PROTECTED = 12
    NO_SPACE = 14
    QUOTA = 15
    INVALID_NAME = 20


NOT_THERE = (Status.NO_SUCH_FILE, Status.NO_SUCH_PATH)
NO_RIGHT = (Status.PERMISSION_DENIED, Status.WRITE_PROTECTED)


class Open(IntFlag):
    """How a file is opened."""

    READ = 1
    WRITE = 2
    CREATE = 8
    TRUNCATE = 16
    EXCLUSIVE = 32


class Attributes(NamedTuple):
    """What is told of a file; None where it is not."""

    size: int | None = None
    mode: int | None = None
    changed_s: int | None = None

    @property
    def is_regular(self) -> bool:
        """Whether it is a plain file; one whose kind is not told is taken for one."""
        return self.mode is None or self.mode & _KIND_OF_FILE in (0, _REGULAR)


class Body:
    """The content of a packet, read from its beginning; whoever reads past its end gets a WireError."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def u32(self) -> int:
        """Read a number."""
        return int.from_bytes(self._take(4))

    def string(self) -> bytes:
        """Read bytes."""
        return self._take(self.u32())

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Read pairs of texts to the end."""
        while self._at < len(self._content):
            yield self.string().decode("utf-8", "replace"), self.string().decode("utf-8", "replace")

    def attributes(self) -> Attributes:
        """Read a file's attributes."""
        flags = self.u32()
        size = int.from_bytes(self._take(8)) if flags & _SIZE else None
        self._take(8 if flags & _OWNER else 0)
        mode = self.u32() if flags & _MODE else None
        changed_s = int.from_bytes(self._take(8)[4:]) if flags & _TIMES else None
        for _ in range(self.u32() if flags & _MORE else 0):
            self.string(), self.string()
        return Attributes(size, mode, changed_s)

    def rest(self) -> bytes:
        """Read what is left."""
        return self._take(len(self._content) - self._at)

    def _take(self, size: int) -> bytes:
        taken = self._content[self._at : self._at + size]
        if len(taken) < size:
            raise WireError("a packet that ends too soon")
        self._at += size
        return taken


def string(content: bytes) -> bytes:
    """Write bytes with their length before them."""
    return struct.pack(">I", len(content)) + content


def text(value: str) -> bytes:
    """Write a text; names are UTF-8."""
    return string(value.encode("utf-8"))
