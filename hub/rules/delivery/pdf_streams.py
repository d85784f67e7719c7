"""What stands in a PDF outside of its streams, and whether each of these ends where it says (ISO 32000-2, 7.3.8)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

_MOST = 9  # lengths that are tried for one stream: one, or after updates one for each of them
_BEGINS = re.compile(rb">>[\0\t\n\f\r ]{0,99}stream {0,9}(?:\r\n?|\n)")
_ENDS = re.compile(rb"[\0\t\n\f\r ]{0,9}endstream")
_LENGTH = re.compile(rb"/Length[\0\t\n\f\r ]{1,9}([0-9]{1,10})([\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}R)?")
_NUMBER = re.compile(rb"obj[\0\t\n\f\r ]{1,9}([0-9]{1,10})[\0\t\n\f\r ]{1,9}endobj")
_NAME = re.compile(rb"([0-9]{1,10})[\0\t\n\f\r ]{1,9}[0-9]{1,5}[\0\t\n\f\r ]{1,9}\Z")
_LONGEST_NAME = 33  # bytes


def outside_of_streams(content: bytes) -> bytes | None:
    """Return what stands outside of streams; None where one does not end where its `/Length` says, or does not begin.

    Line ends that became longer or shorter in a transfer, and a block that is gone, are seen by that. A length may
    stand in an object of its own, and count the line end before `endstream`; where it is not to be found, the next
    `endstream` ends the stream. Each byte is looked at a few times at most, whatever the PDF holds.
    """
    parts: list[bytes] = []
    at, numbers = 0, _numbers(content)
    while begun := _BEGINS.search(content, at):
        head = content[at : begun.start()]
        parts.append(head)
        stated = list(islice(_stated(head[max(head.rfind(b"obj"), 0) :], numbers), _MOST))
        end = _end(content, begun.end(), stated)
        if end is None:
            return None
        at = end
    outside = b"".join([*parts, content[at:]])
    return None if b"endstream" in outside else outside


def _end(content: bytes, begun: int, stated: Sequence[int]) -> int | None:
    ends: Iterable[re.Match[bytes] | None] = (_ENDS.match(content, begun + length) for length in stated)
    if stated:
        return next((end.end() for end in ends if end), None)
    found = content.find(b"endstream", begun)
    return found + len(b"endstream") if found >= 0 else None


def _stated(head: bytes, numbers: Mapping[bytes, Sequence[int]]) -> Iterator[int]:
    for length, is_elsewhere in _LENGTH.findall(head):
        yield from numbers.get(length, ()) if is_elsewhere else (int(length),)


def _numbers(content: bytes) -> Mapping[bytes, Sequence[int]]:
    """Return the objects that are a whole number; an update may give one anew."""
    found: defaultdict[bytes, list[int]] = defaultdict(list)
    for number in _NUMBER.finditer(content):
        if name := _NAME.search(content[max(number.start() - _LONGEST_NAME, 0) : number.start()]):
            found[name[1]].append(int(number[1]))
    return found
