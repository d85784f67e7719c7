"""The conformance kit on this plugin, through every access point."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import pytest

from hub.model.documents import Document, DocumentKind
from hub.testing.conformance import (
    DocumentChannelConformance,
    FollowedChannelConformance,
    PluginConformance,
    QueryableChannelConformance,
    SignedNotice,
    WebhookReceiverConformance,
)
from hub.testing.conformance.channel_under_test import Place
from hub.testing.sample_documents import COMPANY
from hub_peppol import Plugin
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_documents import small_invoice
from hub_peppol.sandbox_qvalia import signed_notice

EXEMPELBOLAGET = COMPANY.model_copy(
    update={"identity": "5560000001", "vat_number": "SE556000000101", "e_invoice_address": "0007:5560000001"}
)
"""Known by the network of the sandbox."""


class TestPlugin(PluginConformance):
    plugin = Plugin


class ThroughAnAccessPoint(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    debtor = EXEMPELBOLAGET
    passes_the_pdf_on = False  # what goes by Peppol is the e-invoice

    def make_e_invoice(self, document: Document) -> bytes:
        root = "CreditNote" if document.kind is DocumentKind.CREDIT_NOTE else "Invoice"
        return small_invoice(number=document.number, root=root, buyer=document.debtor.e_invoice_address)


def table_of(access_point: str) -> dict[str, object]:
    """Return the settings that differ from the sandbox's own: the kit's small e-invoices would break every rule."""
    return {"access_point": access_point, "timeout_s": 0.5, "margin_s": 0, "judge_before_sending": False}


class TestPeppyrus(ThroughAnAccessPoint):
    settings = table_of("peppyrus")


class TestRecommand(ThroughAnAccessPoint):
    settings = table_of("recommand")


class TestQvalia(ThroughAnAccessPoint):
    settings = table_of("qvalia")


class TestStorecove(ThroughAnAccessPoint):
    settings = table_of("storecove")


class TestMaventa(ThroughAnAccessPoint, QueryableChannelConformance):
    settings = table_of("maventa")


@pytest.mark.skipif(find_spec("as4") is None, reason="the extra as4 is not installed")
class TestOwnAccessPoint(ThroughAnAccessPoint):
    settings = table_of("as4") | {"timeout_s": 2.0}  # three calls, with keys that take their time


class TestQvaliasNotices(WebhookReceiverConformance):
    plugin = Plugin
    settings = table_of("qvalia")

    def signed_notices(self, place: Place) -> Sequence[SignedNotice]:
        assert isinstance(place.sandbox, AccessPointSandbox)
        books = place.sandbox.books
        with books.lock:
            one = books.find(number="1001") or books.take(small_invoice(), "0007:5560000001")
        at_s = int(place.clock.now().timestamp())
        return [SignedNotice(*signed_notice(books.secret, one, at_s=at_s, is_first=first)) for first in (True, False)]
