"""Ways in which a file may be damaged on its way: cut, changed in places, in another encoding, or no file at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import strategies as st

CUTS = 20
SPOTS = 100
LONGEST_RANDOM_BYTES = 2000
MOST_CHANGES = 4
WRONG_ENCODINGS = ("latin-1", "utf-8", "utf-16", "utf-16-le", "utf-32", "cp500")


class Change(NamedTuple):
    """Bytes put in place of others: `at` is the place as a share of the file, in thousandths."""

    at: int
    removed: int
    inserted: bytes


def truncations(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the file cut at every twentieth part, the whole left out."""
    for part in range(1, CUTS):
        cut = data[: len(data) * part // CUTS]
        if cut and data[len(cut) :].strip():
            yield f"cut at {part}/{CUTS}", cut
    if len(data) > 2:
        yield "without its last two characters", data.rstrip()[:-2]


def spots(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the file with one byte replaced, at places spread over the whole file: a letter, and a digit."""
    for number in range(SPOTS):
        place = len(data) * number // SPOTS
        for written in (b"x", b"7"):
            yield f"{written.decode()} written at byte {place}", data[:place] + written + data[place + 1 :]


def other_encodings(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the file as other encodings write it, encoded twice, and with a NUL in its middle."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    for encoding in WRONG_ENCODINGS:
        yield f"as {encoding}", text.encode(encoding, errors="replace")
    yield "encoded twice as UTF-8", text.encode("utf-8").decode("latin-1").encode("utf-8")
    yield "with NUL characters", data[: len(data) // 2] + b"\x00" + data[len(data) // 2 :]


def changed(data: bytes, changes: list[Change]) -> bytes:
    """Return the file with the changes made, one after the other."""
    for change in changes:
        place = len(data) * change.at // 1000
        data = data[:place] + change.inserted + data[place + change.removed :]
    return data


_INSERTED = st.one_of(
    st.binary(max_size=3),
    st.sampled_from(
        [b"0", b"9", b"-", b"-1", b",", b".", b" ", b"\n", b"\r\n", b"\t", b"\x00", b"\xff", b"99999999999"]
    ),
)
CHANGES = st.lists(
    st.builds(Change, st.integers(0, 999), st.integers(0, 12), _INSERTED), min_size=1, max_size=MOST_CHANGES
)
RANDOM_BYTES = st.binary(min_size=1, max_size=LONGEST_RANDOM_BYTES)
