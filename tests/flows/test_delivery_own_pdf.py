"""A document that was printed before it was handed over goes out as those bytes, and says nothing more."""

from __future__ import annotations

import base64

import pytest
import typst
from sqlalchemy import Engine

from hub.errors import RuleViolation
from hub.model.delivery import RouteStep
from hub.testing.sample_documents import sample_pdf
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document

PDF = sample_pdf("Faktura 1001")
OURS = typst.compile(b"= Faktura")
MANGLED = OURS.replace(b"\n", b"\r\n")
LOCKED = PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root")
EMPTIED = PDF[:9] + bytes(len(PDF) - 49) + PDF[-40:]


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra)


def printed(number: str = "1001", **changes: object) -> dict[str, object]:
    given = {"lines": [], "to_pay": "125.00", "pdf": base64.b64encode(PDF).decode(), **changes}
    return document(number, **given)


def test_a_pdf_that_came_with_a_document_is_sent_and_none_is_made(north, kivra):
    north.deliver(printed())

    assert [one.pdf for one in kivra.outgoing] == [PDF]
    assert [one.document.to_pay_ore for one in kivra.outgoing] == [12500]


def test_no_e_invoice_is_made_of_a_document_that_says_its_sum_alone(north, kivra):
    north.writes_e_invoices = True
    north.deliver(printed("1"), printed("2", lines=[{"text": "Water", "amount": "100.00"}]))

    assert [bool(one.e_invoice) for one in kivra.outgoing] == [False, True]
    assert "without lines" in kivra.outgoing[0].no_e_invoice
    assert {one.pdf for one in kivra.outgoing} == {PDF}


WRONG = {
    "needs to_pay": {"to_pay": None},
    "pdf: the file is no whole PDF": {"pdf": base64.b64encode(b"<html>").decode()},
    "give all of it": {"pdf": base64.b64encode(PDF[:-4]).decode()},
    "or its list of objects is missing": {"pdf": base64.b64encode(EMPTIED).decode()},
    "pdf": {"pdf": "no base64!"},
    "pdf: the file is empty": {"pdf": ""},
    "or leave it out and the hub prints it": {"pdf": b"", "lines": [{"text": "Water", "amount": "100.00"}]},
    "without what stands before": {"pdf": b"\xef\xbb\xbf" + PDF},
    "as after a transfer as text": {"pdf": MANGLED},
    "without password": {"pdf": LOCKED},
    "attachments[1].content: the file is locked": {"attachments": [{"name": "a.pdf", "content": LOCKED}]},
    "attachments[1].content: the file is damaged": {"attachments": [{"name": "a.pdf", "content": MANGLED}]},
    "below zero": {"to_pay": "-1.00"},
}


def test_what_is_wrong_with_a_document_of_its_own_pdf_is_said(north, kivra):
    accepted = north.deliver(*[printed(str(at), **wrong) for at, wrong in enumerate(WRONG.values())])

    assert [why for why, one in zip(WRONG, accepted, strict=True) if why not in one.problem] == []
    assert not kivra.outgoing


def test_the_same_document_with_another_pdf_is_another_document(north, kivra):
    north.deliver(printed())

    (again,) = north.deliver(printed(pdf=base64.b64encode(PDF + b"\n").decode()))

    assert "raise its version" in again.problem
    assert len(kivra.outgoing) == 1


@pytest.mark.parametrize("asked", [{}, {"says_copy": False, "officer": "Vera Lund"}, {"issue_date": "2026-12-01"}])
def test_nothing_is_printed_on_a_copy_of_a_pdf_that_came_so_none_goes_that_was_to_say_more(north, kivra, asked):
    (original,) = north.deliver(printed())
    with pytest.raises(RuleViolation, match="nothing is printed on that: copy it as it is, without the word copy"):
        north.tell("copy_document", document_no=original.document_no, **asked)
    assert len(kivra.outgoing) == 1

    north.tell("copy_document", key="as it is", document_no=original.document_no, says_copy=False)
    assert [(one.pdf, one.document.copy_no) for one in kivra.outgoing] == [(PDF, 0), (PDF, 1)]
