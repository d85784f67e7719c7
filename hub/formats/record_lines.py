"""Bytes in, lines out that can be written back byte for byte: text, how it was encoded, and what ended it.

`record_stream` is for millions of records of one width. This is for files that are looked at line by line, with
titles above them, lines trimmed or padded, and any line end.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hub.errors import FormatError
from hub.formats.fixed_width import RECORD_WIDTH
from hub.formats.record_stream import BYTE_ORDER_MARK, HEAD_BYTES, LONGEST_LINE_BYTES

_ENCODED_TWICE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf]")
_FOREIGN_BYTES = re.compile("[\udc80-\udcff]")
BLOCK_BYTES = 1 << 15  # every line of a block is an object
ERRORS = {"utf-8": "surrogateescape", "latin-1": "strict"}  # every byte has its way back


class RecordLine(NamedTuple):
    """One line. `text` is for reading: U+FFFD where a byte was no letter; `end` is blank at the end of the file."""

    number: int  # from 1
    text: str
    end: str
    encoding: str
    source: bytes  # without line end and byte order mark
    is_mended: bool = False  # it was encoded twice, and is read as it was before
    lead: bytes = b""  # the byte order mark before the first line

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing but blanks, TABs or the end mark of old systems."""
        return not self.text.strip(" \t\x1a")

    @property
    def is_damaged(self) -> bool:
        """Whether letters were lost or encoded twice."""
        return self.is_mended or "\ufffd" in self.text

    def encoded(self, text: str) -> bytes:
        """Return `text` with this line's end, encoded as the line was. Raises FormatError when it cannot be."""
        try:
            data = text.encode("utf-8" if self.is_mended else self.encoding, ERRORS[self.encoding])
        except UnicodeEncodeError:
            raise FormatError("the text has letters that latin-1 lacks", code="TEXT_UNWRITABLE") from None
        if self.is_mended:
            data = data.decode("latin-1").encode("utf-8")
        return self.lead + data + self.end.encode("ascii")

    @property
    def verbatim(self) -> str:
        """The text as it decodes, with marks for bytes that are no letters, so that `encoded` gives the same bytes."""
        return _decoded(self.source, self.encoding, is_mended=self.is_mended)


def record_lines(stream: BinaryIO, *, width: int = RECORD_WIDTH) -> Iterator[RecordLine]:
    """Yield the lines of a file in constant memory; one unbroken run of records is cut at `width`.

    Raises:
        FormatError: a NUL, or a line without end.
    """
    encoding = ""
    for number, (data, end) in enumerate(_pieces(stream, width), 1):
        if b"\0" in data:
            raise FormatError(
                "the file holds NUL characters; send it as latin-1 or UTF-8 text", code="NUL", line=number
            )
        lead = BYTE_ORDER_MARK if number == 1 and data.startswith(BYTE_ORDER_MARK) else b""
        encoding = encoding or ("utf-8" if lead else _encoding_of(data))
        yield _line(number, data.removeprefix(lead), end, encoding or "latin-1")._replace(lead=lead)


def _line(number: int, data: bytes, end: bytes, encoding: str) -> RecordLine:
    if data.isascii():
        return RecordLine(number, data.decode("ascii"), end.decode(), encoding, data)
    is_mended = encoding == "utf-8" and _is_encoded_twice(data.decode(encoding, ERRORS[encoding]))
    text = _decoded(data, encoding, is_mended=is_mended)
    return RecordLine(number, _FOREIGN_BYTES.sub("\ufffd", text), end.decode(), encoding, data, is_mended)


def _decoded(data: bytes, encoding: str, *, is_mended: bool) -> str:
    text = data.decode(encoding, ERRORS[encoding])
    return text.encode("latin-1").decode("utf-8") if is_mended else text


def _is_encoded_twice(text: str) -> bool:
    """Say whether text of a UTF-8 file is UTF-8 once more."""
    if not _ENCODED_TWICE.search(text):
        return False
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _encoding_of(data: bytes) -> str:
    """Return the encoding that the first line with a letter beyond ASCII shows; blank while none has come."""
    if data.isascii():
        return ""
    return "utf-8" if _is_utf8(data) else "latin-1"


def _pieces(stream: BinaryIO, width: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield each line and its end."""
    rest = b""
    while len(rest) <= HEAD_BYTES and (block := stream.read(BLOCK_BYTES)):
        rest += block
    head = rest[:HEAD_BYTES]
    if b"\n" in head or b"\r" in head:
        yield from _lines(rest, stream)
    else:
        yield from _runs(rest, stream, width)


def _lines(rest: bytes, stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while rest:
        block = stream.read(BLOCK_BYTES)
        lines = rest.splitlines(keepends=True)
        rest = b""
        if block and not lines[-1].endswith(b"\n"):
            rest = lines.pop()  # its end, or the line feed of its end, may be in the next block
        for line in lines:
            content = line.rstrip(b"\r\n")
            yield content, line[len(content) :]
        if len(rest) > LONGEST_LINE_BYTES:
            raise FormatError("a line has no end; this is no file of records", code="LINE_TOO_LONG")
        rest += block


def _runs(rest: bytes, stream: BinaryIO, width: int) -> Iterator[tuple[bytes, bytes]]:
    """Cut an unbroken run; what is UTF-8 is cut by letters, so that a record is as wide in both."""
    encoding = "utf-8" if _is_utf8(rest) else "latin-1"
    decoder = codecs.getincrementaldecoder(encoding)(ERRORS[encoding])
    text = ""
    while rest:
        text += decoder.decode(rest)
        whole = len(text) // width * width
        for start in range(0, whole, width):
            yield _record(text[start : start + width].encode(encoding, ERRORS[encoding]))
        text = text[whole:]
        rest = stream.read(BLOCK_BYTES)
    if text := text + decoder.decode(b"", final=True):
        yield _record(text.encode(encoding, ERRORS[encoding]))


def _record(data: bytes) -> tuple[bytes, bytes]:
    """Return a record of a run and the line end behind the last one."""
    line = data.rstrip(b"\r\n")
    if b"\n" in line or b"\r" in line:
        message = "a line end stands inside a record of an unbroken file; ask for the original"
        raise FormatError(message, code="LINE_END_INSIDE_RECORD")
    return line, data[len(line) :]


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True
