"""The envelope, and what is read out of a document for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from hub.errors import DocumentError, FormatError
from hub_peppol.network import identifiers, sbdh
from hub_peppol.network.routing import routing_of

CREATED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHARED = Path(__file__).parents[5] / "shared"
Maker = Callable[..., bytes]


def envelope_of(document: bytes, **more: str) -> sbdh.Envelope:
    instance = sbdh.instance_id("delivery-1", document)
    return sbdh.Envelope(routing_of(document), instance, CREATED, document, **more)


def test_a_document_says_where_it_is_going(invoice: Maker) -> None:
    routing = routing_of(invoice())
    assert routing.sender.value == "0007:9999999999"
    assert routing.receiver.value == "0007:5560000001"
    assert routing.document_type == identifiers.INVOICE
    assert routing.process == identifiers.BILLING_PROCESS
    assert routing.country == "SE"


def test_a_credit_note_is_asked_for_as_one(invoice: Maker) -> None:
    assert routing_of(invoice(root="CreditNote")).document_type == identifiers.CREDIT_NOTE


def test_a_self_billed_invoice_goes_from_the_buyer(invoice: Maker) -> None:
    routing = routing_of(invoice(customization=identifiers.SELF_BILLING))
    assert routing.sender.value == "0007:5560000001"
    assert routing.receiver.value == "0007:9999999999"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buyer": ""}, "the buyer has no electronic address"),
        ({"seller": ""}, "the seller has no electronic address"),
        ({"buyer": "0007:5560000002"}, "cannot be addressed"),
        ({"customization": ""}, "CustomizationID"),
        ({"root": "Order"}, "only invoices, credit notes"),
    ],
)
def test_a_document_that_cannot_be_addressed_says_what_to_mend(
    invoice: Maker, change: dict[str, str], said: str
) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        routing_of(invoice(**change))
    assert "556000" not in str(caught.value)


def test_the_same_delivery_and_document_have_the_same_instance_id(invoice: Maker) -> None:
    first = sbdh.instance_id("delivery-1", invoice())
    assert first == sbdh.instance_id("delivery-1", invoice())
    assert len({first, sbdh.instance_id("delivery-2", invoice()), sbdh.instance_id("delivery-1", b"<other/>")}) == 3


def test_the_same_arguments_make_the_same_bytes(invoice: Maker) -> None:
    assert sbdh.wrap(envelope_of(invoice())) == sbdh.wrap(envelope_of(invoice()))


def test_what_is_wrapped_comes_out_as_it_was(invoice: Maker) -> None:
    envelope = envelope_of(invoice(), mls_to="0242:000123", mls_type="FAILURE_ONLY")
    read = sbdh.unwrap(sbdh.wrap(envelope))
    assert read._replace(document=b"") == envelope._replace(document=b"")
    assert etree.canonicalize(etree.fromstring(read.document)) == etree.canonicalize(
        etree.fromstring(envelope.document)
    )
    assert routing_of(read.document) == envelope.routing


def test_an_envelope_is_told_from_a_plain_document(invoice: Maker) -> None:
    assert sbdh.is_envelope(sbdh.wrap(envelope_of(invoice())))
    assert not sbdh.is_envelope(invoice())


def test_an_envelope_without_a_zone_is_a_defect_of_ours(invoice: Maker) -> None:
    with pytest.raises(ValueError, match="zone"):
        sbdh.wrap(envelope_of(invoice())._replace(created=CREATED.replace(tzinfo=None)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Type>PROCESSID</Type>", b"<Type>OTHER</Type>"),
        (b"</BusinessScope>", b"<Scope><Type>COUNTRY_C1</Type></Scope></BusinessScope>"),
        (b"0007:5560000001", b"0007:5560000002"),
        (b"2026-11-23T12:00:00+00:00", b"2026-11-23T12:00:00"),
        (b"2026-11-23T12:00:00+00:00", b"yesterday"),
        (b"</StandardBusinessDocumentHeader>", b"</StandardBusinessDocumentHeader><again/>"),
        (b"StandardBusinessDocument ", b"Other "),
        (b"</StandardBusinessDocument>", b""),
    ],
)
def test_an_envelope_that_says_too_little_is_refused(invoice: Maker, old: bytes, new: bytes) -> None:
    content = sbdh.wrap(envelope_of(invoice()))
    assert old in content
    with pytest.raises(FormatError):
        sbdh.unwrap(content.replace(old, new))


def test_an_envelope_with_entities_is_refused(invoice: Maker) -> None:
    content = sbdh.wrap(envelope_of(invoice()))
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>\n<StandardBusinessDocument '
    with pytest.raises(FormatError, match="DTD"):
        sbdh.unwrap(content.replace(b"<StandardBusinessDocument ", bomb))


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" + b" " * (51 * 1024 * 1024) + b"</a>",
        b"<a>" + b"<b/>" * 1_000_001 + b"</a>",
        b"<a>" * 5000 + b"</a>" * 5000,
        b"<a b='" + b"x" * 20_000_000 + b"'/>",
    ],
    ids=["large", "many", "deep", "long"],
)
def test_what_would_take_long_to_read_is_refused_at_once(content: bytes) -> None:
    for read in (routing_of, sbdh.unwrap):
        with pytest.raises(FormatError):
            read(content)


def test_an_envelope_fits_the_published_schema(invoice: Maker) -> None:
    schema = SHARED / "artefacts" / "peppol" / "sbdh-xsd" / "StandardBusinessDocumentHeader.xsd"
    if not schema.exists():
        pytest.skip("the published schema of the envelope is not beside the checkout")
    made = etree.fromstring(sbdh.wrap(envelope_of(invoice(), mls_to="0242:000123")))
    checked = etree.XMLSchema(etree.parse(schema))
    header = etree.ElementTree(made[0])
    assert checked.validate(header) or checked.validate(made), checked.error_log
