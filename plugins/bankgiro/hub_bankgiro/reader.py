"""The BgMax reader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from hub.contracts import Recognition
from hub.formats.fixed_width import RECORD_WIDTH
from hub.formats.record_stream import BYTE_ORDER_MARK, record_grids
from hub.model.payment_file import FileEvent
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.records import RecordSequence
from hub_bankgiro.unread import unread_format

BEGINNINGS = (b"01BGMAX ", b"01BGMAX\t")  # unbroken, trimmed or padded: all begin so


class BgMaxReader:
    """Reads incoming payments from Bankgirot (*Bankgiro Inbetalningar, BgMax*).

    Source: Bankgiro Inbetalningar, teknisk manual, November 2019.
    """

    name = "bgmax"

    def __init__(self, *, strict: bool = False, warnings_per_code: int = 20) -> None:
        self._strict = strict
        self._warnings_per_code = warnings_per_code

    def recognises(self, head: bytes) -> Recognition:
        """Say whether the file begins with BgMax's own file header; never raises."""
        start = head[:RECORD_WIDTH].removeprefix(BYTE_ORDER_MARK).lstrip(b"\r\n")
        return Recognition.YES if start.startswith(BEGINNINGS) else Recognition.NO

    def unread_format(self, head: bytes) -> str:
        """Name a file of Bankgirot's other services that is not read yet, such as Autogiro; '' for any other."""
        return unread_format(head)

    def content_key(self, stream: BinaryIO) -> str:
        """Return SHA-256 over the records at full width, without line ends, blank lines or encoding.

        Raises:
            FormatError: the bytes are no records.
        """
        digest = hashlib.sha256()
        blank = " " * RECORD_WIDTH + "\n"
        for grid in record_grids(stream):
            text = grid.text
            if blank in text:
                text = "".join(r for r in text.splitlines(keepends=True) if r != blank)
            digest.update(text.replace("\n", "").encode("utf-8"))
        return digest.hexdigest()

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        """Yield what the file says, in file order and in constant memory.

        Payments carry no booked date; the section states it when it closes. All payments of a section belong to its one
        deposit (`entry` is 1). Totals of every section and the file's counters have agreed before `FileClosed`.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        sequence = RecordSequence(Oddities(strict=self._strict, per_code=self._warnings_per_code))
        blocks = (sequence.events(grid) for grid in record_grids(stream))
        return chain(chain.from_iterable(blocks), sequence.finish())  # one Python frame an event, not three
