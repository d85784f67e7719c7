"""The seal of a file to Bankgirot, compared line by line, whatever else is wrong with its records."""

from __future__ import annotations

from hub.contracts import FileSeal
from hub.errors import FormatError
from hub.formats.fixed_width import RECORD_WIDTH
from hub.formats.record_lines import RecordLine
from hub_bankgiro.layouts.autogiro_to_bankgirot import SEAL, SEAL_OPENING
from hub_bankgiro.seal import Sealing, StatedSeal, check


class SealOfFile:
    """The seal of one file while its lines go by."""

    def __init__(self, key: bytes | None) -> None:
        self.is_sealed = False  # a record of a seal has been seen
        self._sealing = Sealing(key) if key else None
        self._stated: StatedSeal | None = None
        self._is_first = True

    def take(self, line: RecordLine) -> None:
        """Take a line that is not blank. Raises FormatError where the seal cannot stand as it does."""
        code, is_first = line.text[:2], self._is_first
        self._is_first = False
        if self._stated is not None:
            message = "records follow the seal; make or fetch the file again"
            raise FormatError(message, code="AFTER_END", line=line.number, record=code)
        if code in (SEAL_OPENING.code, SEAL.code):
            self._take_of_seal(code, line, is_first=is_first)
        if self._sealing and code != SEAL.code:
            self._sealing.add(line.source.rstrip(b"\x1a"))

    def _take_of_seal(self, code: str, line: RecordLine, *, is_first: bool) -> None:
        was_sealed, self.is_sealed = self.is_sealed, True
        if is_first != (code == SEAL_OPENING.code) or was_sealed == is_first:
            message = "a record of the seal stands where none may; make or fetch the file again"
            raise FormatError(message, code="RECORD_MISPLACED", line=line.number, record=code)
        if code == SEAL.code:
            values = SEAL.read(line.text[:RECORD_WIDTH].ljust(RECORD_WIDTH), line.number)
            self._stated = StatedSeal(values["key_check"], values["mac"], line.number)

    def compared(self) -> FileSeal:
        """Say whether the file is as it was sealed; all lines have been taken.

        Raises:
            FormatError: `TRUNCATED` when its seal is missing, `SEAL_KEY` or `SEAL_DIFFERS` when it does not verify.
        """
        if not self.is_sealed:
            return FileSeal.NONE
        if self._stated is None:
            raise FormatError("the file ends before its seal; fetch it again", code="TRUNCATED")
        if self._sealing is None:
            return FileSeal.UNCHECKED
        check(self._stated, self._sealing)
        return FileSeal.OK
