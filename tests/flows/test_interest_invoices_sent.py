"""Interest invoices go out: handed over with the chunk that makes them, withdrawn when the plan is undone."""

from __future__ import annotations

import pytest
from payment_world import World
from test_interest_invoices import ROUTINES, SETTINGS, paid_late, plan, run_of
from test_manual_payments import METHODS

from hub.model.delivery import Reach, Reachable, RouteStep
from hub.model.documents import Document, DocumentKind
from hub.model.interest_charges import KIND
from hub.runtime.carrying import Carrier
from hub.services.delivery import deliver_documents, withdraw_letters
from hub.services.dunning.interest_invoices import begin
from hub.services.dunning.interest_undoing import undo
from tests.flows.delivery_world import DeliveryWorld, StubChannel


class Sending:
    """A tenant that invoices interest and delivers."""

    def __init__(self, engine) -> None:
        self.books = World(
            engine,
            payment_methods=METHODS,
            routines=ROUTINES,
            references={
                "giro": {"control": {"level": "check_digit"}, "elements": [{"kind": "invoice_number", "width": 6}]}
            },
            accounts={"demand_fee": "3591", "interest_revenue": "8313"},
        )
        self.channel = StubChannel(RouteStep.KIVRA)
        self.north = DeliveryWorld(engine, self.channel)
        self.north.tenant, self.north.clock, self.north.store = self.books.tenant, self.books.clock, self.books.store

    def invoice(self) -> int:
        """Plan what was paid late, and carry the plan out; its letters wait."""
        plan_no = plan(self.books)
        with self.books.store.write() as work:
            run_id = begin(work, self.books.tenant.id, plan_no, SETTINGS)
        run = run_of(self.books, lambda work, commands: deliver_documents(work, self.books.tenant, commands))
        carried = Carrier(self.books.store, {KIND: run}).carry_out(run_id)
        assert not carried.why, carried.why
        return plan_no

    def undo(self, plan_no: int) -> list[str]:
        with self.books.store.write() as work:
            return undo(work, self.books.tenant, plan_no, withdraw_letters, user="clerk").taken_back

    def documents(self) -> list[Document]:
        rows = self.north.sql("SELECT sha256 FROM document ORDER BY document_no")
        contents = self.north.store.contents.read_all([row[0] for row in rows])
        return [Document.model_validate_json(contents[row[0]]) for row in rows]

    def states(self) -> list[str]:
        return [row[0] for row in self.north.sql("SELECT state FROM document ORDER BY document_no")]


@pytest.fixture
def sending(engine):
    return Sending(engine)


def test_an_interest_invoice_says_what_it_is_interest_on_and_is_paid_by_its_own_reference(sending):
    paid_late(sending.books, "010001")
    sending.invoice()
    sending.north.work()

    (document,) = sending.documents()
    assert (document.kind, document.number, document.due_date) == (
        DocumentKind.INTEREST_INVOICE,
        "510001",
        "2026-12-02",
    )
    assert (document.to_pay_ore, document.reference) == (3836, "5100011")
    (line,) = document.lines
    assert line.text == "Dröjsmålsränta på faktura 010001, 14 dagar"
    assert line.note.split("\n") == [
        "Faktura 010001 av 2026-10-01 på 10 000,00 SEK, förföll 2026-10-31 och var betald 2026-11-16.",
        "2026-11-03 till 2026-11-16: 14 dagar på 10 000,00 SEK, 10,00 procent om året",
    ]
    assert sending.states() == ["delivered"]
    assert sending.channel.numbers == ["510001"]


def test_an_undone_plan_withdraws_what_has_not_been_sent(sending):
    paid_late(sending.books, "010001")
    plan_no = sending.invoice()

    assert sending.undo(plan_no) == ["510001"]
    sending.north.work()

    assert (sending.states(), sending.channel.numbers) == (["withdrawn"], [])


def test_what_has_been_sent_stays_sent_when_its_plan_is_undone(sending):
    paid_late(sending.books, "010001")
    plan_no = sending.invoice()
    sending.north.work()

    assert sending.undo(plan_no) == ["510001"]
    assert sending.states() == ["delivered"]


def test_an_interest_invoice_that_no_channel_takes_waits_for_a_person_and_stays_owed(sending):
    sending.channel.reaches = Reach(Reachable.NO, "not a customer there")
    paid_late(sending.books, "010001")
    sending.invoice()
    sending.north.work()

    assert sending.states() == ["held"]
    (task,) = sending.north.tasks()
    assert "interest invoice 510001 (document 1) is held" in task


def test_an_interest_invoice_whose_address_cannot_be_read_is_owed_and_told_to_a_person(sending):
    paid_late(sending.books, "010001", debtor_address="Storgatan 1\n111 22 Stockholm\nAtlantis")
    paid_late(sending.books, "010002")
    sending.invoice()

    assert [document.number for document in sending.documents()] == ["510002"]
    (task,) = sending.north.tasks()
    assert "interest invoice 510001 is owed and cannot be sent" in task
    with sending.books.store.read() as work:
        assert [row.principal_ore for row in work.receivables.find(number="510001")] == [3836]
