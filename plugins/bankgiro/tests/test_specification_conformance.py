"""The conformance kit on the readers of Autogiro's payment specification and of Total IN."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.contracts import PaymentFileReader
from hub.testing.conformance import PaymentFileReaderConformance
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.total_in.reader import TotalInReader

sys.path.insert(0, str(Path(__file__).parent))
import autogiro_files as files

WIDTH = 80


def forms(sample: bytes) -> Mapping[str, bytes]:
    """Return a sample in every accepted form."""
    text = sample.decode("latin-1")
    if "\n" in text:
        records = [line.ljust(WIDTH) for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    else:
        records = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    if not records[0].startswith(("00", "01")):
        records = records[1:]  # a title, which no key counts
    written = {
        "CRLF": "".join(f"{record}\r\n" for record in records),
        "CR": "".join(f"{record}\r" for record in records),
        "no line ends": "".join(records),
        "trimmed": "".join(f"{record.rstrip()}\n" for record in records),
        "padded": "".join(f"{record}      \r\n" for record in records),
        "blank lines": "".join(f"{record}\n" for record in [*records, "", ""]),
    }
    found = {f"{name}, latin-1": form.encode("latin-1") for name, form in written.items()}
    return found | {f"{name}, UTF-8": form.encode("utf-8") for name, form in written.items()}


class TestSpecificationReader(PaymentFileReaderConformance):
    samples = files.SPECIFICATIONS

    def make_reader(self) -> PaymentFileReader:
        return SpecificationReader()

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:
        return files.as_file(files.payments(amounts_ore))

    def variants(self, sample: bytes) -> Mapping[str, bytes]:
        return forms(sample)


class TestTotalInReader(PaymentFileReaderConformance):
    samples = files.TOTALS

    def make_reader(self) -> PaymentFileReader:
        return TotalInReader()

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:
        return files.as_file(files.whole_total_in(files.total_in_payments(amounts_ore)))

    def variants(self, sample: bytes) -> Mapping[str, bytes]:
        return forms(sample)
