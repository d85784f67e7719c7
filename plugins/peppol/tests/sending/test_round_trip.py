"""From a document to what its buyer answers, with everything that the plugin is made of, over real sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("hub_peppol.ubl.writing")
pytest.importorskip("hub_peppol.answers")

from hub.model.attempts import Message
from hub.model.company import Company
from hub.model.delivery import AnswerKind, Outgoing, ReceiptKind, Recipient
from hub.model.documents import Document
from hub.model.parties import DebtorClass
from hub.rules.delivery.totals import totals_of
from hub.testing.contexts import ContextInMemory
from hub.testing.example_tenant import company_settings
from hub_peppol import Plugin
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_answers import Address, Clarification, invoice_response
from hub_peppol.settings import PeppolSettings
from hub_peppol.ubl.writing import BisWriter

FIELDS: dict[str, Any] = {
    "number": "1001",
    "issue_date": "2026-11-23",
    "due_date": "2026-12-23",
    "debtor": {
        "name": "Exempelbolaget AB",
        "identity": "5560000001",
        "debtor_class": "company",
        "vat_number": "SE556000000101",
        "address": {"street": "Box 117", "postal_code": "603 22", "city": "Nordvik"},
    },
    "buyer_reference": "REF1",
    "payee_account": "bankgiro:9912346",
    "reference": "04000012312",
    "lines": [{"text": "Elnät november 2026", "amount": "100.00"}],
}
LETTERHEAD = {
    "street": "Elgatan 1",
    "postal_code": "602 16",
    "city": "Nordvik",
    "vat_number": "SE556677889901",
    "seat": "Nordvik",
    "bic": "ESSESESS",
}
BUYER, SELLER = Address("0007", "5560000001"), Address("0007", "5566778899")
RECIPIENT = Recipient("k1", "Exempelbolaget AB", BUYER.number, DebtorClass.COMPANY)


def e_invoice_of(document: Document) -> bytes:
    settings = company_settings(payee_accounts=[{"bankgiro": "991-2346"}], letterhead=LETTERHEAD)
    return BisWriter().write(document, Company.model_validate(settings))


@pytest.mark.parametrize("layers", ["none", "all"])
def test_a_buyer_disputes_what_was_made_judged_and_sent(tmp_path: Path, layers: str) -> None:
    if layers == "all":
        pytest.importorskip("hub_peppol.judging.en16931")
    document = Document.model_validate(FIELDS)
    document = document.model_copy(update={"to_pay_ore": totals_of(document).to_pay_ore})
    with AccessPointSandbox("peppyrus", tmp_path) as sandbox:
        table = {**sandbox.settings, "judge_before_sending": layers == "all"}
        context = ContextInMemory({"api_key": sandbox.books.key})
        (channel,) = Plugin(PeppolSettings.model_validate(table)).hub_delivery_channels(context)
        address = channel.reach([RECIPIENT])["k1"].address  # type: ignore[attr-defined]
        outgoing = Outgoing("delivery-1", document, RECIPIENT, address, b"%PDF-1.7", e_invoice_of(document))
        preparation = channel.prepare([outgoing])  # type: ignore[attr-defined]
        assert not preparation.unfit
        external_id = channel.send(Message("0" * 32, preparation.prepared[0].content)).external_id
        said = invoice_response(
            "1001",
            "UQ",
            buyer=BUYER,
            seller=SELLER,
            at=context.clock.now(),
            clarifications=[Clarification("OPStatusReason", "REF", "Anna wants another reference")],
        )
        sandbox.books.comes_in(said, ":".join(BUYER))
        followed = [channel.follow(""), channel.follow("")]  # type: ignore[attr-defined]

    (answer,) = followed[0].answers
    assert (answer.kind, answer.document_number, answer.buyer) == (AnswerKind.UNDER_QUERY, "1001", ":".join(BUYER))
    assert "Anna" not in answer.reason
    assert followed[0].problems == []
    assert (followed[1].receipts[0].kind, followed[1].receipts[0].external_id) == (ReceiptKind.DELIVERED, external_id)
