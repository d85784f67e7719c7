"""The conformance kit on this plugin, with both forms that a printer reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from lxml import etree

from hub.money import parse_amount
from hub.testing.conformance import (
    DocumentArchiveConformance,
    DocumentChannelConformance,
    FollowedChannelConformance,
    Place,
    PluginConformance,
)
from hub_letter import Plugin
from hub_letter.sandbox import PrintHouse
from plugins.letter.tests.documents import PERSON, pdf
from plugins.letter.tests.test_incoming_archive import NAME, element, source


class TestPlugin(PluginConformance):
    plugin = Plugin


class ByAPrinter(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    stranger = None

    def between_questions(self, place: Place) -> None:
        """Let the printer print; it does so by itself, but not when it is asked to."""
        super().between_questions(place)
        assert isinstance(place.sandbox, PrintHouse)
        place.sandbox.room.work()


class TestManifest(ByAPrinter):
    pass


class TestArchiveIndex(ByAPrinter):
    settings = {"format": "archive_index"}  # noqa: RUF012 - a table

    def stated_payments(self, content: bytes) -> list[tuple[int, str]]:
        """Return what the index says of its letter; what is drawn and what is credited asks for nothing."""
        with zipfile.ZipFile(io.BytesIO(content)) as batch:
            entry = etree.fromstring(batch.read("ArchiveIndex.xml"))[0]
        amount_ore = parse_amount(entry.findtext("belopp_att_betala") or "0")
        is_asked = not entry.findtext("autogiro") and amount_ore > 0
        return [(amount_ore, entry.findtext("ocrnr") or "")] if is_asked else []


class TestIncomingArchive(DocumentArchiveConformance):
    plugin = Plugin

    def sample(self) -> bytes:
        files = {NAME: pdf("a"), "b.pdf": pdf("b"), "read.me": b"as it is"}
        return source(element(), element("b.pdf", fakturanr="8"), files=files).getvalue()

    def private(self) -> Sequence[str]:
        return [PERSON, "Åsa Öberg"]
