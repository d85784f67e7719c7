"""What an integrator tries with `hub sandbox`: a buyer that disputes an invoice by Peppol, and dunning that stops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.model.documents import Document
from hub.testing.contexts import ContextInMemory
from hub_peppol import Plugin
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_documents import small_invoice
from hub_peppol.settings import PeppolSettings
from tests.flows.delivery_world import DeliveryWorld, document
from tests.flows.imported_ledger import Ledger

BUYER = "0007:5560000001"
COMPANY = {"name": "Exempelbolaget AB", "identity": "556000-0001", "e_invoice_address": BUYER}


class PeppolWorld(DeliveryWorld):
    """A creditor who sends by Peppol; the e-invoices are as small as an access point can take them."""

    def e_invoice(self, document: Document) -> bytes:
        return small_invoice(number=document.number, buyer=BUYER)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[AccessPointSandbox]:
    with AccessPointSandbox("peppyrus", tmp_path) as serving:
        yield serving


@pytest.fixture
def north(engine: Engine, sandbox: AccessPointSandbox) -> PeppolWorld:
    """Invoice 1001 is a receivable, and goes to a buyer who is in the network."""
    Ledger(engine).rows({"number": "1001"})
    settings = PeppolSettings.model_validate({**sandbox.settings, "judge_before_sending": False})
    context = ContextInMemory({"api_key": sandbox.books.key})
    return PeppolWorld(engine, *Plugin(settings).hub_delivery_channels(context))


def holds(world: DeliveryWorld) -> list[tuple[str, str]]:
    return [(str(code), str(source)) for code, source in world.sql("SELECT code, source FROM hold")]


@pytest.mark.parametrize(
    ("fault", "answer", "held"),
    [
        ("buyer_rejects", "rejected", [("dispute", "peppol")]),
        ("buyer_queries", "under_query", [("dispute", "peppol")]),
        ("buyer_accepts", "accepted", []),
        ("buyer_pays", "paid", []),
    ],
)
def test_a_buyer_that_is_ordered_to_dispute_stops_dunning(
    north: PeppolWorld, sandbox: AccessPointSandbox, fault: str, answer: str, held: list[tuple[str, str]]
) -> None:
    sandbox.order(fault)
    north.deliver(document(debtor=COMPANY))
    before = north.sql("SELECT count(*), sum(amount_ore) FROM entry")
    for _ in range(3):
        north.follow()

    assert north.one("1001").state == "delivered"
    assert [event["answer"] for event in north.events("invoice_answered")] == [answer]
    assert (holds(north), bool(north.tasks())) == (held, bool(held))
    assert north.sql("SELECT count(*), sum(amount_ore) FROM entry") == before
