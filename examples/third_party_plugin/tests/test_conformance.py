"""The conformance kit on this plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.contracts import PaymentFileReader
from hub.money import plain_kronor
from hub.testing.conformance import PaymentFileReaderConformance, PluginConformance
from hub_fjordbanken import FjordbankenReader, Plugin


class TestFjordbankenReader(PaymentFileReaderConformance):
    samples = Path(__file__).parent / "samples"

    def make_reader(self) -> PaymentFileReader:
        return FjordbankenReader()

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:
        kronor = [plain_kronor(amount).replace(".", ",") for amount in amounts_ore]
        return "\n".join(
            [
                "FJORDBANKEN;KONTOUTDRAG;1;2026-11-20T18:30:00",
                "KONTO;SE3550000000054910000003;SEK;2026-47",
                "IN;2026-11-20;0,00",
                *(f"RAD;2026-11-20;INSATTNING;{amount};657866;Testbolaget AB;;;" for amount in kronor),
                f"UT;2026-11-20;{plain_kronor(sum(amounts_ore)).replace('.', ',')}",
                f"SLUT;{len(kronor)}",
            ]
        ).encode()

    def variants(self, sample: bytes) -> Mapping[str, bytes]:
        plain = sample.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf")
        return {
            "CRLF": plain.replace(b"\n", b"\r\n"),
            "byte order mark": b"\xef\xbb\xbf" + plain,
            "blank lines": plain.replace(b"\n", b"\n\n"),
            "blanks around values": plain.replace(b";", b" ; "),
            "no line end at the end": plain.rstrip(b"\n"),
        }


class TestPlugin(PluginConformance):
    plugin = Plugin
