"""The conformance kit on this plugin, through every access point."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

import pytest
from lxml import etree

from hub.errors import DocumentError
from hub.model.company import Company
from hub.model.documents import Document, DocumentKind
from hub.money import parse_amount
from hub.testing.conformance import (
    DocumentChannelConformance,
    FollowedChannelConformance,
    PluginConformance,
    QueryableChannelConformance,
    SignedNotice,
    WebhookReceiverConformance,
)
from hub.testing.conformance.channel_under_test import Place
from hub.testing.example_tenant import company_settings
from hub.testing.sample_documents import COMPANY
from hub_peppol import Plugin
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_documents import small_invoice
from hub_peppol.sandbox_qvalia import signed_notice
from hub_peppol.ubl.writing import BisWriter

EXEMPELBOLAGET = COMPANY.model_copy(
    update={"identity": "5560000001", "vat_number": "SE556000000101", "e_invoice_address": "0007:5560000001"}
)
"""Known by the network of the sandbox."""


SELLER = Company.model_validate(
    company_settings(
        payee_accounts=[{"bankgiro": "991-2346"}],
        letterhead={"street": "Elgatan 1", "postal_code": "602 16", "city": "Nordvik", "vat_number": "SE556677889901"},
    )
)
CREDIT_TRANSFER = "30"


NOBODY_IS_THERE = {"timeout_s": 0.2, "margin_s": 0}  # a name server says nothing when it is gone, and is waited for


@cache  # each access point is given the same documents, many times over
def written(document: Document) -> bytes:
    try:
        return BisWriter().write(document, SELLER)
    except DocumentError:
        root = "CreditNote" if document.kind is DocumentKind.CREDIT_NOTE else "Invoice"
        return small_invoice(number=document.number, root=root, buyer=document.debtor.e_invoice_address)


class TestPlugin(PluginConformance):
    plugin = Plugin


class ThroughAnAccessPoint(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    debtor = EXEMPELBOLAGET
    when_late = {"timeout_s": 0.5, "margin_s": 0}  # noqa: RUF012 - a table
    passes_the_pdf_on = False  # what goes by Peppol is the e-invoice

    def make_e_invoice(self, document: Document) -> bytes:
        """Return what the plugin writes; of an odd document that is none, as much as an access point takes."""
        return written(document)

    def stated_payments(self, content: bytes) -> list[tuple[int, str]]:
        """Return what the e-invoice in a message asks to be paid by giro; it says nothing else beside it."""
        e_invoice = etree.fromstring(b64decode(json.loads(content)["content"]))
        is_by_giro = e_invoice.findtext("{*}PaymentMeans/{*}PaymentMeansCode") == CREDIT_TRANSFER
        amount = e_invoice.findtext("{*}LegalMonetaryTotal/{*}PayableAmount") or ""
        reference = e_invoice.findtext("{*}PaymentMeans/{*}PaymentID") or ""
        return [(parse_amount(amount), reference)] if is_by_giro else []


def table_of(access_point: str) -> dict[str, object]:
    """Return the settings that differ from the sandbox's own: the kit's small e-invoices would break every rule."""
    return {"access_point": access_point, "judge_before_sending": False}


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
    settings = table_of("as4")
    when_late = {"timeout_s": 2.0, "margin_s": 0}  # noqa: RUF012 - a table; three calls, with keys that take their time

    def test_reach_without_the_counterparty_says_not_now(self) -> None:
        self.when_late = NOBODY_IS_THERE
        super().test_reach_without_the_counterparty_says_not_now()

    def test_without_the_counterparty_nothing_is_in_doubt(self) -> None:
        self.when_late = NOBODY_IS_THERE
        super().test_without_the_counterparty_nothing_is_in_doubt()


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
