"""Bytes in, records of equal width out, block by block and in constant memory.

Files of fixed-width records come with CRLF, LF, CR or a mixture, with lines trimmed or padded, or as one unbroken
run of records; in latin-1 or UTF-8. All become a *grid*: text in which every record is exactly as wide as declared
and is followed by one line feed, so that position and line number are one division apart. Characters are decoded
before columns are cut, because in UTF-8 a Swedish letter is two bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hub.errors import FormatError
from hub.formats.fixed_width import RECORD_WIDTH

BLOCK_BYTES = 1 << 18  # big enough that the work per block vanishes, small enough to stay in the processor's cache
HEAD_BYTES = 200  # a file with line ends shows one within this; see the pitfalls of the 80-column formats
LONGEST_LINE_BYTES = 8192  # no editor pads further; more without a line end is no record
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
END_OF_FILE = "\x1a"  # left by old file transfers


class Grid(NamedTuple):
    """Whole records: `width` characters and a line feed each; `first_line` is the 1-based number of the first."""

    first_line: int
    text: str


def record_grids(stream: BinaryIO, *, width: int = RECORD_WIDTH, block_bytes: int = BLOCK_BYTES) -> Iterator[Grid]:
    """Yield the records of a file as grids, in order; blank lines are kept as blank records.

    Raises:
        FormatError: text beyond the width, a line without end, a NUL, or a line end inside an unbroken record.
    """
    head = _read_at_least(stream, HEAD_BYTES, block_bytes).removeprefix(BYTE_ORDER_MARK)
    start = head[:HEAD_BYTES]
    is_unbroken = b"\n" not in start and b"\r" not in start
    fit: _UnbrokenCutter | _LineFitter
    if is_unbroken:
        pieces, fit = _unbroken_pieces(head, stream, block_bytes), _UnbrokenCutter(width)
    else:
        pieces, fit = _line_pieces(head, stream, block_bytes, width), _LineFitter(width)
    decoder = _Decoder()
    line = 1
    for piece, is_last in pieces:
        text = fit(decoder.decode(piece), line, is_last)
        if text:
            yield Grid(line, text)
            line += len(text) // (width + 1)


def _read_at_least(stream: BinaryIO, least: int, block_bytes: int) -> bytes:
    """Read on until there is enough to judge by; a pipe may hand over a few bytes at a time."""
    data = stream.read(block_bytes)
    while len(data) < least and (more := stream.read(block_bytes)):
        data += more
    return data


def _line_pieces(head: bytes, stream: BinaryIO, block_bytes: int, width: int) -> Iterator[tuple[bytes, bool]]:
    """Cut the stream after line ends; the last piece is what remains."""
    rest = head
    while block := stream.read(block_bytes):
        cut = _after_last_line_end(rest)
        if cut:
            yield _with_line_feeds(rest[:cut], width), False
        rest = rest[cut:]
        if len(rest) > block_bytes + LONGEST_LINE_BYTES:
            raise FormatError("a line has no end; this is no file of records", code="LINE_TOO_LONG")
        rest += block
    yield _with_line_feeds(rest, width), True


def _with_line_feeds(piece: bytes, width: int) -> bytes:
    """Return the lines with a line feed alone at each end, whatever they end with."""
    if b"\r" not in piece:
        return piece
    count, rest = divmod(len(piece), width + 2)
    if not rest and piece[width :: width + 2] == b"\r" * count:
        shorter = piece.replace(b"\r", b"")  # ten times as fast as replacing pairs
        if len(shorter) == count * (width + 1) and shorter[width :: width + 1] == b"\n" * count:
            return shorter
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _after_last_line_end(data: bytes) -> int:
    """Position after the last complete line; a CR at the very end may be half of a CRLF and is left."""
    cut = data.rfind(b"\n") + 1
    return cut or data.rfind(b"\r", 0, -1) + 1


def _unbroken_pieces(head: bytes, stream: BinaryIO, block_bytes: int) -> Iterator[tuple[bytes, bool]]:
    """Cut the stream anywhere but inside a character of several bytes."""
    rest = head
    while block := stream.read(block_bytes):
        cut = len(rest)
        while cut > len(rest) - 4 and cut and rest[cut - 1] >= 0x80:
            cut -= 1
        yield rest[:cut], False
        rest = rest[cut:] + block
    yield rest, True


class _Decoder:
    """Decides once, by the first piece that is not plain ASCII: UTF-8 if it is valid as that, else latin-1.

    In a UTF-8 file a later byte that is not UTF-8 becomes U+FFFD, one for one, so columns stay where they are.
    """

    def __init__(self) -> None:
        self._encoding = ""

    def decode(self, piece: bytes) -> str:
        if b"\x00" in piece:
            raise FormatError("the file holds NUL characters; send it as latin-1 or UTF-8 text", code="NUL")
        if piece.isascii():
            return piece.decode("ascii")
        if not self._encoding:
            self._encoding = "utf-8" if _is_utf8(piece) else "latin-1"
        return piece.decode(self._encoding, errors="replace")


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _LineFitter:
    """Makes lines exactly as wide as a record."""

    def __init__(self, width: int) -> None:
        self._width = width

    def __call__(self, text: str, first_line: int, is_last: bool) -> str:  # noqa: ARG002  called like the cutter
        if self._is_grid(text):
            return text
        lines = text.split("\n")
        if not lines[-1].strip(f" \t{END_OF_FILE}"):
            lines.pop()  # what stands after the last line end is no line unless it holds something
        fitted = [self._fit(line, number) for number, line in enumerate(lines, first_line)]
        return "".join(fitted)

    def _is_grid(self, text: str) -> bool:
        count, rest = divmod(len(text), self._width + 1)
        if rest or text.count("\n") != count:
            return False
        return text[self._width :: self._width + 1] == "\n" * count

    def _fit(self, line: str, number: int) -> str:
        if len(line) > self._width and line[self._width :].strip(f" \t{END_OF_FILE}"):
            raise FormatError(
                f"the record goes on after position {self._width}; ask the sender for the original",
                code="LINE_TOO_LONG",
                line=number,
            )
        return line.rstrip(END_OF_FILE)[: self._width].ljust(self._width) + "\n"


class _UnbrokenCutter:
    """Cuts an unbroken run into records; what is left of one waits for the next piece."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rest = ""

    def __call__(self, text: str, first_line: int, is_last: bool) -> str:
        text = self._rest + text
        width = self._width
        if is_last:
            text = text.rstrip(f" \t\r\n{END_OF_FILE}")
            text = text.ljust(-(-len(text) // width) * width)
        whole = len(text) // width * width
        self._rest = text[whole:]
        records = [text[start : start + width] for start in range(0, whole, width)]
        if "\n" in text or "\r" in text:
            records = [self._without_line_ends(r, n) for n, r in enumerate(records, first_line)]
        return "\n".join(records) + "\n" if records else ""

    def _without_line_ends(self, record: str, number: int) -> str:
        if not record.strip():
            return " " * self._width
        if "\n" in record or "\r" in record:
            raise FormatError(
                "a line end stands inside a record of an unbroken file; ask for the original",
                code="LINE_END_INSIDE_RECORD",
                line=number,
            )
        return record
