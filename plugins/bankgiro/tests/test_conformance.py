"""The conformance kit on the BgMax reader and its plugin."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hub.contracts import PaymentFileReader
from hub.testing.conformance import PaymentFileReaderConformance, PluginConformance
from hub_bankgiro import BgMaxReader, Plugin
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry

FOLDER = Path(__file__).parent
WIDTH = 80


class TestBgMaxReader(PaymentFileReaderConformance):
    samples = FOLDER / "samples"
    own_kinds = frozenset({"bgmax"})

    def make_reader(self) -> PaymentFileReader:
        return BgMaxReader()

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:
        return "".join(f"{record}\r\n" for record in _records(amounts_ore)).encode("latin-1")

    def variants(self, sample: bytes) -> Mapping[str, bytes]:
        records = _records_of(sample)
        text = {
            "CRLF": "".join(f"{record}\r\n" for record in records),
            "LF": "".join(f"{record}\n" for record in records),
            "CR": "".join(f"{record}\r" for record in records),
            "no line ends": "".join(record.ljust(WIDTH) for record in records),
            "trimmed": "".join(f"{record.rstrip()}\n" for record in records),
            "padded": "".join(f"{record.ljust(WIDTH + 12)}\r\n" for record in records),
            "blank lines at the end": "".join(f"{record}\n" for record in [*records, "", ""]),
        }
        forms = {f"{name}, latin-1": form.encode("latin-1") for name, form in text.items()}
        return forms | {f"{name}, UTF-8": form.encode("utf-8") for name, form in text.items()}

    def summarise(self, sample: Path) -> dict[str, Any]:
        described: dict[str, Any] = _maker().described(sample.read_bytes())
        return described


class TestPlugin(PluginConformance):
    plugin = Plugin


def _records(amounts_ore: Sequence[int]) -> Iterator[str]:
    file = BgMaxWriter("20261120183000000001")
    yield file.start()
    yield file.open_section("9912346")
    for amount_ore in amounts_ore:
        yield from file.entry(WrittenEntry(amount_ore, "657866", name="Testbolaget AB", texts=("Tack",)))
    yield file.close_section(date(2026, 11, 20), serial="7")
    yield file.end()


def _records_of(sample: bytes) -> list[str]:
    try:
        text = sample.decode("utf-8")
    except UnicodeDecodeError:
        text = sample.decode("latin-1")
    if "\n" in text or "\r" in text:
        return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    return [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]


def _maker() -> Any:
    specification = importlib.util.spec_from_file_location("bankgiro_samples", FOLDER / "make_samples.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
