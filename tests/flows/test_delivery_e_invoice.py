"""A document is made for machines once: the same bytes are kept, stand in the PDF and go to every channel."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.errors import RejectedError
from hub.model.delivery import RouteStep, Unfit
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document

XML = b"<Invoice>1001</Invoice>"


@pytest.fixture
def peppol() -> StubChannel:
    return StubChannel(RouteStep.PEPPOL)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER)


@pytest.fixture
def north(engine: Engine, peppol: StubChannel, letter: StubChannel) -> DeliveryWorld:
    world = DeliveryWorld(engine, peppol, letter)
    world.writes_e_invoices = True
    return world


def test_a_document_is_written_once_and_goes_to_every_channel_as_it_was(north, peppol, letter):
    peppol.goes_wrong.append(RejectedError("not a receiver any more"))
    north.deliver(document())

    assert [one.e_invoice for channel in (peppol, letter) for one in channel.outgoing] == [XML, XML]
    row = north.one("1001")
    assert north.store.contents.read_all([row.e_invoice_sha256])[row.e_invoice_sha256] == XML
    assert letter.outgoing[0].pdf == b"%PDF 1001" + XML
    assert north.rendered == ["1001"]


def test_without_anything_that_writes_there_is_none_and_no_complaint(north, peppol):
    north.writes_e_invoices = False
    north.deliver(document())

    assert [(one.e_invoice, one.no_e_invoice) for one in peppol.outgoing] == [(b"", "")]
    assert north.one("1001").e_invoice_sha256 == ""


def test_what_cannot_be_an_e_invoice_says_why_to_channels_and_goes_on_without(north, peppol, letter):
    north.unwritable.add("1001")
    peppol.unfit["1001"] = Unfit("", "there is no e-invoice")
    north.deliver(document())

    assert [one.no_e_invoice for one in letter.outgoing] == ["buyer_reference: the buyer asks for one"]
    assert (north.one("1001").channel, letter.outgoing[0].pdf) == ("letter", b"%PDF 1001")


def test_it_is_written_later_when_what_was_missing_is_there(north, peppol, letter):
    north.unwritable.add("1001")
    peppol.unfit["1001"] = letter.unfit["1001"] = Unfit("", "not now")
    north.deliver(document())
    assert north.one("1001").state == "held"

    north.unwritable.clear()
    peppol.unfit.clear()
    north.tell("send_document", document_no=1)
    north.work()

    assert (north.one("1001").state, peppol.outgoing[-1].e_invoice) == ("delivered", XML)
    assert peppol.outgoing[-1].pdf == b"%PDF 1001"  # a page that was kept stays as it is
    assert north.rendered == ["1001"]
