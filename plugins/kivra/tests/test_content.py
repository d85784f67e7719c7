"""A message is made once, by its document alone, and never larger than Kivra takes."""

from __future__ import annotations

import base64
import json

import pytest

from hub.model.delivery import Recipient
from hub.model.documents import DocumentKind
from hub_kivra import KivraSettings
from hub_kivra.content import LARGEST, content_of, file_name, mailbox_in
from hub_kivra.recipients import Mailbox
from hub_kivra.unfit import NotForKivra

PDF = b"%PDF-1.7 a page"
SETTINGS = KivraSettings()


def made_of(*arguments, outgoing, **changes):
    return json.loads(content_of(outgoing(*arguments, **changes), SETTINGS))


def test_an_invoice_to_a_person(outgoing):
    made = made_of(outgoing=outgoing)

    assert list(made) == ["ssn", "subject", "generated_at", "type", "parts", "payment_multiple_options"]
    assert (made["ssn"], made["subject"], made["generated_at"], made["type"]) == (
        "191212121212", "Faktura 1001", "2026-11-23", "invoice",
    )  # fmt: skip
    assert made["parts"] == [
        {"name": "1001_d-1.pdf", "data": base64.b64encode(PDF).decode(), "content_type": "application/pdf"}
    ]


def test_an_invoice_to_a_company(outgoing, company):
    made = made_of(outgoing=outgoing, recipient=company)

    assert (made["vat_number"], made["type"]) == ("SE556677889901", "invoice")
    assert "ssn" not in made


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_the_same_document_is_the_same_bytes(outgoing, kind):
    assert content_of(outgoing(kind), SETTINGS) == content_of(outgoing(kind), SETTINGS)


def test_two_deliveries_of_one_document_are_two_contents(outgoing):
    """Kivra would drop the second, and nobody would be told."""
    first, second = (content_of(outgoing(delivery_id=name), SETTINGS) for name in ("d-1", "d-2"))

    assert first != second


@pytest.mark.parametrize("kind", [DocumentKind.CREDIT_NOTE, DocumentKind.CANCELLATION_NOTICE])
def test_a_letter_has_no_payment_and_needs_no_account(outgoing, kind):
    made = made_of(kind, outgoing=outgoing, payee_account="", reference="", due_date=None, currency="EUR")

    assert "payment_multiple_options" not in made
    assert "retain" not in made


def test_attachments_are_further_files(outgoing):
    attachment = {"name": "villkor.pdf", "content": base64.b64encode(b"%PDF-1").decode()}
    own, other = made_of(outgoing=outgoing, attachments=[attachment])["parts"]

    assert own["name"] == "1001_d-1.pdf"
    assert (other["name"], base64.b64decode(other["data"])) == ("villkor.pdf", b"%PDF-1")


@pytest.mark.parametrize(
    ("changes", "reason", "is_for_a_person"),
    [
        ({"pdf": b""}, "hand it over anew", True),
        ({"pdf": b"<html>"}, "hand it over anew", True),
        ({"recipient": Recipient("r", identity="1212121212")}, "complete the debtor", False),
        ({"recipient": Recipient("r")}, "complete the debtor", False),
        ({"attachments": [{"name": "a.xml", "content_type": "text/xml", "content": "PGE+"}]}, "as PDF only", False),
        ({"to_pay": None}, "state to_pay", False),
    ],
)
def test_what_cannot_be_carried_says_what_to_do(outgoing, changes, reason, is_for_a_person):
    with pytest.raises(NotForKivra, match=reason) as raised:
        content_of(outgoing(**changes), SETTINGS)
    assert raised.value.is_for_a_person is is_for_a_person


def test_the_limit_is_kivras_to_the_byte(outgoing):
    overhead = len(content_of(outgoing(pdf=b"%PDF-1"), SETTINGS)) - 8  # six bytes are eight in base64
    room = (LARGEST - overhead) // 4 * 3
    fits = content_of(outgoing(pdf=b"%PDF-".ljust(room, b"x")), SETTINGS)

    assert LARGEST - 4 < len(fits) <= LARGEST
    with pytest.raises(NotForKivra, match="make logo and attachments smaller"):
        content_of(outgoing(pdf=b"%PDF-".ljust(room + 3, b"x")), SETTINGS)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("1001", "1001_d.pdf"),
        ("F/2026\\1", "F-2026-1_d.pdf"),
        ("a_b", "a-b_d.pdf"),
        ("../x", "..-x_d.pdf"),
        ("Åå 1", "Åå-1_d.pdf"),
    ],
)
def test_the_name_of_the_file_is_one(document, number, name):
    assert file_name(document(number=number), "d") == name


def test_a_message_says_whom_it_is_for(outgoing, company):
    assert mailbox_in(content_of(outgoing(), SETTINGS)) == Mailbox("ssn", "191212121212")
    assert mailbox_in(content_of(outgoing(recipient=company), SETTINGS)) == Mailbox("vat_number", "SE556677889901")
    assert mailbox_in(b"{}") is None
    assert mailbox_in(b"\xff") is None
