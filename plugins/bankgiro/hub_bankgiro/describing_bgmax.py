"""What stands in a BgMax file, record by record, for `hub inspect`; what is wrong with it, its reader says."""

from __future__ import annotations

from collections import Counter
from typing import BinaryIO

from hub.contracts import FileDescription, Recognition
from hub.errors import FormatError
from hub.formats.record_stream import record_grids
from hub_bankgiro.forms import BGMAX
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.repair import repaired
from hub_bankgiro.seal import key_of

_AMOUNTS = {
    code: field.span for code, layout in BGMAX.layouts.items() for field in layout.values if field.name == "amount"
}


class BgMaxFiles:
    """Counts and sums the records of BgMax files, damaged ones as the reader repairs them."""

    name = "BgMax"

    def recognises(self, head: bytes) -> bool:
        """Say whether the reader takes a file that begins with `head`; never raises."""
        return BgMaxReader().recognises(head) is Recognition.YES

    def describe(self, stream: BinaryIO, *, seal_key: str = "", strict: bool = False) -> FileDescription:
        """Count and sum the records up to where a file cannot be read; BgMax has no seal to compare a key with.

        Raises ConfigurationError for what is no key.
        """
        if seal_key:
            key_of(seal_key)
        records: Counter[str] = Counter()
        sum_ore: Counter[str] = Counter()
        errors: list[FormatError] = []
        try:
            for grid in record_grids(stream):
                _count(repaired(grid, Oddities(strict=strict, per_code=0)), records, sum_ore)
        except FormatError as error:
            errors.append(error)
        counts, sums = (dict(sorted(one.items())) for one in (records, sum_ore))
        return FileDescription(BGMAX.format, BGMAX.direction, counts, sums, errors=errors)


def _count(text: str, records: Counter[str], sum_ore: Counter[str]) -> None:
    for record in text.splitlines():
        code = record[:2]
        if code.isdigit():  # those that the reader does not know, too
            records[code] += 1
        if code in _AMOUNTS and (amount := record[_AMOUNTS[code]]).isascii() and amount.isdigit():
            sum_ore[code] += int(amount)
