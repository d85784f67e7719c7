"""What other parts of the hub do about money that is drawn: dunning waits, invoices go as direct debits."""

from __future__ import annotations

import pytest
from dunning_world import DunningWorld, dunning_tenant
from mandate_world import PAYER, MandateWorld
from sqlalchemy import Engine

from hub.model.direct_debits import AdviceOutcome, RequestStatus
from hub.model.documents import Document
from hub.rules.delivery.payment_box import payment_asked
from hub.services.delivery.accepting import Acceptance, Offered, accept_documents

PAYABLE, DRAWN = "invoice", "direct_debit_invoice"


@pytest.fixture
def world(engine: Engine) -> MandateWorld:
    return MandateWorld(engine)


class TestDunning:
    @pytest.fixture
    def dunning(self, world: MandateWorld) -> DunningWorld:
        made = DunningWorld(world.engine, dunning_tenant())
        made.clock = world.clock
        made.store = world.store
        return made

    def drawn(self, world: MandateWorld, due_date: str = "2026-11-10") -> None:
        world.mandate()
        world.invoices("1008", due_date=due_date)
        world.until("2026-11-05")
        world.run()

    def test_waits_while_the_money_is_drawn(self, world, dunning):
        self.drawn(world)
        world.until("2026-11-20")
        assert dunning.said(dunning.plan()) == [("reminder_1", "leave", "direct_debit: 2026-11-10")]

    @pytest.mark.parametrize("status", [RequestStatus.NO_COVER, RequestStatus.NO_ACCOUNT])
    def test_goes_on_when_the_bank_had_no_money(self, world, dunning, status):
        self.drawn(world)
        world.outcome(status)
        world.until("2026-11-20")
        assert [(step, verdict) for step, verdict, _ in dunning.said(dunning.plan())] == [("reminder_1", "take")]

    def test_waits_while_the_bank_tries_again(self, world, dunning):
        self.drawn(world)
        world.outcome(RequestStatus.RETRIED)
        world.until("2026-11-20")
        assert dunning.said(dunning.plan()) == [("reminder_1", "leave", "direct_debit: 2026-11-10")]

    def test_looks_again_when_it_takes_its_step(self, world, dunning):
        self.drawn(world)
        world.outcome(RequestStatus.NO_COVER)
        world.until("2026-11-20")
        plan_no = dunning.plan()
        world.sql_change("UPDATE payment_request SET state = 'ordered'")
        dunning.run(plan_no)
        assert dunning.said(plan_no) == [("reminder_1", "left_out", "direct_debit: 2026-11-10")]

    def test_a_receivable_that_a_letter_has_asked_for_is_not_drawn(self, world, dunning):
        world.invoices("1008", due_date="2026-11-10")
        world.until("2026-11-18")
        dunning.run()
        world.mandate()
        world.run()
        assert world.left_out() == [("request", "leave", "dunned")]


class TestDelivery:
    def hand_over(self, world: MandateWorld, **fields: object) -> Acceptance:
        given = {
            "number": "1008",
            "issue_date": "2026-11-02",
            "due_date": "2026-11-30",
            "debtor": {"name": "Tolvan Tolvansson", "number": "4711"},
            "lines": [{"text": "Vatten", "amount": "1000,00", "vat_category": "O", "vat_rate_percent": 0}],
            **fields,
        }
        (accepted,) = accept_documents(world.store, world.tenant, [Offered("1", Document.model_validate(given))])
        assert not accepted.problem, accepted.problem
        return accepted

    def kept(self, world: MandateWorld, accepted: Acceptance) -> Document:
        ((sha256,),) = world.sql(f"SELECT sha256 FROM document WHERE document_no = {accepted.document_no}")
        return Document.model_validate_json(world.store.contents.open(sha256).read())

    def test_an_invoice_of_a_debtor_with_a_mandate_says_what_it_is_drawn_by(self, world):
        world.mandate()
        document = self.kept(world, self.hand_over(world))
        assert (document.kind, document.mandate, document.reference) == (DRAWN, PAYER, "")

    @pytest.mark.parametrize(
        "fields",
        [
            {"debtor": {"name": "Tolvan Tolvansson", "number": "4712"}},
            {"kind": "credit_note", "due_date": None, "credits_number": "1007"},
            {"copy_no": 1},
            {"kind": "interest_invoice", "reference": "10082"},
            {"kind": "replacement_invoice", "credits_number": "1007"},
        ],
    )
    def test_any_other_document_goes_as_it_is(self, world, fields):
        world.mandate()
        kept = self.kept(world, self.hand_over(world, **fields))

        assert (kept.kind, kept.mandate) == (fields.get("kind", PAYABLE), "")
        assert (payment_asked(kept) is None) == (kept.kind == "credit_note")  # what is not drawn has its slip

    def test_a_mandate_that_is_not_active_draws_nothing(self, world):
        world.mandate(is_registered=False)
        assert self.kept(world, self.hand_over(world)).kind == PAYABLE

    def test_a_mandate_of_a_routine_that_is_not_collected_draws_nothing(self, world):
        world.set(routines=["04"])
        world.mandate()
        assert self.kept(world, self.hand_over(world)).kind == PAYABLE

    def test_the_same_invoice_again_is_the_same_document_when_the_mandate_has_ended(self, world):
        world.mandate()
        first = self.hand_over(world)
        world.advise(outcome=AdviceOutcome.ENDED)
        again = self.hand_over(world)
        assert (again.is_new, again.document_no) == (False, first.document_no)

    def test_the_same_invoice_again_is_the_same_document_when_a_mandate_has_come(self, world):
        world.invoices("1008")  # the books know its source system by the second time
        first = self.hand_over(world)
        world.mandate()
        again = self.hand_over(world)
        assert (again.is_new, again.document_no) == (False, first.document_no)

    def test_an_invoice_whose_source_system_the_books_learn_later_is_the_same_too(self, world):
        first = self.hand_over(world)
        world.mandate()
        world.invoices("1008")
        again = self.hand_over(world)
        assert (again.is_new, again.document_no) == (False, first.document_no)

    def test_money_is_not_drawn_for_what_went_to_be_paid_before_the_books_knew_it(self, world):
        self.hand_over(world)
        world.invoices("1008")
        world.mandate()
        world.until("2026-11-24")
        world.run()
        assert world.left_out() == [("request", "leave", "sent_as_payable")]

    def test_a_new_version_takes_the_place_of_one_of_the_other_kind(self, world):
        first = self.hand_over(world)
        world.mandate()
        self.hand_over(world, version=2)
        assert world.sql(f"SELECT state FROM document WHERE document_no = {first.document_no}") == [("closed",)]

    @pytest.mark.parametrize("kind", [PAYABLE, "replacement_invoice", "invoice_copy"])
    def test_money_is_not_drawn_for_an_invoice_that_went_to_be_paid(self, world, kind):
        world.invoices("1008")
        about = {"credits_number": "1007"} if kind == "replacement_invoice" else {}
        self.hand_over(world, kind=kind, copy_no=int(kind == "invoice_copy"), **about)
        world.mandate()
        world.until("2026-11-24")
        world.run()
        assert world.left_out() == [("request", "leave", "sent_as_payable")]

    def test_money_is_drawn_for_an_invoice_that_went_as_a_direct_debit(self, world):
        world.invoices("1008")
        world.mandate()
        self.hand_over(world)
        world.until("2026-11-24")
        world.run()
        assert world.states() == ["ordered"]
