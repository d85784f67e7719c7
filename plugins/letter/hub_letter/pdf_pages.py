"""How many pages a PDF has, as far as that can be told without drawing it.

Page objects stand in the open or in object streams (ISO 32000-2, 7.5.7); other streams hold what is on the pages and
are not looked into.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

MOST_UNPACKED = 32 * 1024 * 1024  # object streams hold small dictionaries; more is an attack on memory
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z0-9])")
_OBJECTS = re.compile(rb"/Type\s*/ObjStm(?![A-Za-z0-9])")


def page_count(content: bytes) -> int | None:
    """Return the number of pages, None when it cannot be told."""
    return sum(len(_PAGE.findall(text)) for text in _texts(content)) or None


def _texts(content: bytes) -> Iterator[bytes]:
    yield _STREAM.sub(b"", content)
    left = MOST_UNPACKED
    for stream in _STREAM.finditer(content):
        before = content[content.rfind(b"obj", 0, stream.start()) : stream.start()]
        if _OBJECTS.search(before) and b"/FlateDecode" in before and left > 0:
            unpacked = _unpacked(stream[1], left)
            left -= len(unpacked)
            yield unpacked


def _unpacked(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""
