"""A document is made for machines once: the same bytes are kept, stand in the PDF and go to every channel."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.errors import RejectedError
from hub.model.delivery import RouteStep, Unfit
from hub.services.delivery.register import keep_recipients
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document

XML = b"<Invoice>1001</Invoice>"
MENDED = b"<Invoice>10010088:7300010000001</Invoice>"


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
    assert peppol.outgoing[-1].pdf == b"%PDF 1001" + XML  # nobody has the page without it
    assert north.rendered == ["1001", "1001"]


def test_what_a_message_has_carried_stays_as_it_was(north, peppol, letter):
    north.unwritable.add("1001")
    peppol.goes_wrong.append(RejectedError("not a receiver any more"))
    letter.unfit["1001"] = Unfit("", "not now")
    north.deliver(document())
    assert north.one("1001").state == "held"

    north.unwritable.clear()
    letter.unfit.clear()
    north.tell("send_document", document_no=1)
    north.work()

    assert peppol.outgoing[-1].e_invoice == XML  # there was none before
    assert peppol.outgoing[-1].pdf == b"%PDF 1001"
    assert north.rendered == ["1001"]


def test_an_e_invoice_goes_to_the_address_that_the_register_has(north, peppol):
    company = {"name": "Köparen AB", "identity": "556677-8899", "e_invoice_address": "0007:5566778899"}
    with north.store.write() as work:
        keep_recipients(work, "north", {"5566778899": {"e_invoice_address": "0088:7300010000001"}})
    north.deliver(document(debtor=company))

    assert peppol.outgoing[-1].e_invoice == MENDED


def test_an_address_that_was_mended_before_anything_went_stands_in_the_e_invoice(north, peppol, letter):
    company = {"name": "Köparen AB", "identity": "556677-8899", "e_invoice_address": "0007:5566778899"}
    peppol.unfit["1001"] = letter.unfit["1001"] = Unfit("", "not there")
    north.deliver(document(debtor=company))
    with north.store.write() as work:
        keep_recipients(work, "north", {"5566778899": {"e_invoice_address": "0088:7300010000001"}})

    peppol.unfit.clear()
    north.tell("send_document", document_no=1)
    north.work()

    (sent,) = peppol.outgoing[-1:]
    assert (sent.e_invoice, sent.pdf) == (MENDED, b"%PDF 1001" + MENDED)
