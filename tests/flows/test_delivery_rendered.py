"""Documents that are handed over become real pages: in the right language, once, and what cannot be printed waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.model.delivery import RouteStep
from hub.model.documents import Document
from hub.rendering import Renderer
from hub.testing.example_tenant import company_settings
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document
from tests.rendering.pages import text_of


class PrintingWorld(DeliveryWorld):
    """One whose documents are set by typst."""

    def __init__(self, engine: Engine, *channels: StubChannel) -> None:
        sender = company_settings(letterhead={"language": "en"})
        super().__init__(engine, *channels, companies=[sender])
        self.printed: dict[str, bytes] = {}
        self._renderer = Renderer(self.tenant.companies[0], home=Path())

    def pdf(self, document: Document, e_invoice: bytes) -> bytes:
        self.printed[document.number] = self._renderer.render(document, e_invoice or None)
        return self.printed[document.number]


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel) -> PrintingWorld:
    return PrintingWorld(engine, kivra)


def test_a_document_is_in_the_letterheads_language_unless_it_says_its_own(north, kivra):
    north.deliver(document("1"), document("2", language="sv"))

    assert [text_of(north.printed[number]).split("\n")[1] for number in ("1", "2")] == ["Invoice", "Faktura"]
    assert kivra.numbers == ["1", "2"]


def test_the_bytes_that_are_kept_are_those_that_were_printed(north):
    north.deliver(document())

    with north.store.read() as work:
        (row,) = work.documents.by_keys(["1::invoice:1001:1:0"]).values()
    assert north.store.contents.read_all([row.pdf_sha256])[row.pdf_sha256] == north.printed["1001"]


def test_a_document_with_a_letter_that_no_font_has_waits_for_a_person_and_holds_no_other(north, kivra):
    north.deliver(document("1", notes=["漢字"]), document("2"))

    assert kivra.numbers == ["2"]
    assert [north.one(number).state for number in ("1", "2")] == ["held", "delivered"]
    assert any("write it in Latin" in task for task in north.tasks())
