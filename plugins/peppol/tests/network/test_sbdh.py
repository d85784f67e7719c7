"""What is read out of a document for its envelope, and the id that a message has in every try."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.errors import DocumentError, FormatError
from hub_peppol.network import identifiers, sbdh
from hub_peppol.network.routing import routing_of

Maker = Callable[..., bytes]


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
    with pytest.raises(FormatError):
        routing_of(content)
