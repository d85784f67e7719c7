"""A dunning run's letters are written from the books and handed over; what cannot be written is told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine

from hub.model.books import Bucket
from hub.model.delivery import RouteStep
from hub.model.documents import Document
from hub.model.dunning import DunningStep
from hub.model.tenant import Tenant
from hub.rules.delivery.totals import totals_of
from hub.rules.dunning.letters import SentBefore
from hub.rules.interest.calculation import Segment
from hub.services.delivery import deliver_documents, withdraw_letters
from hub.services.dunning.handing_over import DeliveredLetters
from hub.services.payees import register_payees
from hub.services.ports import UnitOfWork
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.flows.delivery_world import DeliveryWorld, StubChannel
from tests.flows.imported_ledger import Ledger

D = date.fromisoformat
ADDRESS = {"address_line_1": "Storgatan 1", "address_line_2": "111 22 Stockholm"}
STEPS = {step: {"after_days": 10, "officer": "Vera Lund"} for step in DunningStep}
POLICY = {"name": "all", "heading": None, **STEPS}


def tenant_of(**changes: Any) -> Tenant:
    """Return a tenant whose one company has a policy of every step."""
    policy = {name: value for name, value in POLICY.items() if value is not None}
    given = {"payee_accounts": [{"bankgiro": "991-2346"}], "dunning": {"policies": [policy]}, **changes}
    routines = [{"number": "01", "name": "Sundry"}]
    return Tenant.model_validate(tenant_settings(company_settings(routines=routines, **given)))


TENANT = tenant_of()
SEGMENTS = (Segment(D("2026-11-01"), D("2026-11-22"), 22, 1000_00, Decimal("10.00"), 365),)


class Item(NamedTuple):
    receivable_id: int
    step: str
    is_fee: bool = False


class Asked(NamedTuple):
    key: str
    plan_no: int
    letter_no: int
    step: str
    dated_on: str
    answer_by: str
    items: tuple[Item, ...]


class Run:
    """A run that asks for letters, with what dunning and interest would tell of its receivables."""

    def __init__(self, engine: Engine) -> None:
        self.books = Ledger(engine)
        with self.books.store.write() as work:
            register_payees(work, TENANT)
        self.channel = StubChannel(RouteStep.KIVRA)
        self.north = DeliveryWorld(engine, self.channel)
        self.tenant = self.north.tenant = TENANT
        self.before: dict[int, list[SentBefore]] = {}
        self.segments: dict[int, Sequence[Segment]] = {}
        self.counted_until: list[date] = []

    def ask(self, step: str, *numbers: str, listed: Sequence[str] = (), **changes: Any) -> Asked:
        items = [Item(self.books.one(number).receivable_id, step) for number in numbers]
        items += [Item(self.books.one(number).receivable_id, "") for number in listed]
        letter = Asked("dun:7:1", 7, 1, step, "2026-11-23", "2026-12-07", tuple(items))
        return letter._replace(**changes)

    def send(self, *letters: Asked) -> None:
        with self.north.store.write() as work:
            self.letters.send(work, self.tenant, letters)

    @property
    def letters(self) -> DeliveredLetters:
        return DeliveredLetters(
            lambda work, commands: deliver_documents(work, self.tenant, commands),
            withdraw_letters,
            lambda _work, _ids: self.before,
            self._count,
        )

    def sent(self) -> list[Document]:
        """Return the letters as they are sent."""
        rows = self.north.sql("SELECT sha256 FROM document ORDER BY document_no")
        contents = self.north.store.contents.read_all([row[0] for row in rows])
        return [Document.model_validate_json(contents[row[0]]) for row in rows]

    def _count(
        self, _work: UnitOfWork, _tenant: Tenant, ids: Sequence[int], until: date
    ) -> Mapping[int, Sequence[Segment]]:
        self.counted_until.append(until)
        return {number: self.segments[number] for number in ids if number in self.segments}


@pytest.fixture
def run(engine: Engine) -> Run:
    run = Run(engine)
    run.books.rows(
        {"number": "1001", "reference": "10017", "refers_to": "Elnät", **ADDRESS},
        {"number": "1002", "amount": "500,00", "reference": "10025", **ADDRESS},
        {"number": "1003", "amount": "300,00", "due_date": "2026-12-20", "reference": "10033", **ADDRESS},
    )
    return run


def test_a_reminder_says_what_the_books_know_and_goes(run):
    run.send(run.ask("reminder_1", "1001"))
    run.north.work()
    (document,) = run.sent()

    assert (document.kind, document.number, document.issue_date, document.due_date) == (
        "reminder",
        "7-1",
        "2026-11-23",
        "2026-12-07",
    )
    assert (document.debtor.name, document.debtor.address.city) == ("Tolvan Tolvansson", "Stockholm")
    (claim,) = document.claims
    assert (claim.number, claim.text, claim.original_ore, claim.open_ore) == ("1001", "Elnät", 1000_00, 1000_00)
    assert (document.reference, document.payee_account) == ("10017", "bankgiro:9912346")
    assert (document.our_reference, "Betala senast 2026-12-07" in document.notes[0]) == ("Vera Lund", True)
    assert run.channel.numbers == ["7-1"]


def test_what_a_letter_prints_without_debiting_is_asked_for_and_its_interest_explained(run):
    owed = run.books.one("1001").receivable_id
    run.segments[owed] = SEGMENTS
    with run.north.store.write() as work:
        work.receivables.note_printed_charge(owed, printed_on="2026-11-23", fee_ore=60_00, interest_ore=6_03)
    run.send(run.ask("reminder_1", "1001"))
    (document,) = run.sent()

    assert (document.claims[0].fee_ore, document.claims[0].interest_ore) == (60_00, 6_03)
    assert [one.days for one in document.claims[0].interest_periods] == [22]
    assert totals_of(document).to_pay_ore == 1066_03
    assert run.north.sql("SELECT open_ore FROM document_balance") == [(1000_00,)]


def test_a_letter_to_a_debtor_lists_what_is_not_due_and_has_a_reference_of_its_own(run):
    run.send(run.ask("reminder_1", "1001", "1002", listed=["1003"]))
    (document,) = run.sent()

    assert [one.number for one in document.claims] == ["1001", "1002"]
    assert [one.number for one in document.also_open] == ["1003"]
    assert [one.reference for one in document.claims] == ["10017", "10025"]
    assert document.reference == "9000000019"
    assert len(run.north.sql("SELECT 1 FROM document_balance")) == 2


def test_a_claim_whose_reference_the_bank_refuses_by_now_goes_without_it(run):
    """The control was made hard since: what the books have lacks the digit that states the length."""
    run.books.rows({"number": "1004", "amount": "400,00", "reference": "100461", **ADDRESS})
    run.tenant = run.north.tenant = tenant_of(references={"giro": {"control": {"level": "length_digit"}}})
    run.send(run.ask("demand", "1001", "1004", "1002", listed=["1003"]))
    run.north.work()
    (document,) = run.sent()

    assert [(one.number, one.open_ore, one.reference) for one in document.claims] == [
        ("1001", 1000_00, ""),
        ("1004", 400_00, "100461"),
        ("1002", 500_00, ""),
    ]
    assert [(one.number, one.reference) for one in document.also_open] == [("1003", "")]
    assert (document.reference[0], len(document.reference)) == ("9", 11)
    assert (run.channel.numbers, run.north.one("7-1").state) == (["7-1"], "delivered")

    run.send(run.ask("demand", "1001", key="dun:7:2", letter_no=2))  # alone it would be paid by none
    run.north.work()
    alone = run.sent()[-1]

    assert (alone.number, alone.claims[0].number, alone.claims[0].reference) == ("7-2", "1001", "")
    assert (alone.reference[0], len(alone.reference), alone.reference != document.reference) == ("9", 11, True)
    assert run.north.one("7-2").state == "delivered"
    assert run.north.sql("SELECT count(*) FROM reference WHERE target_kind = 'letter'") == [(2,)]


def test_a_copy_goes_with_references_that_the_bank_takes_by_now(run):
    """The letters went before the control was made hard; a copy is paid by another reference that means the same."""
    run.books.rows({"number": "1004", "amount": "400,00", "reference": "20016", **ADDRESS})
    run.send(run.ask("demand", "1001", "1004"), run.ask("demand", "1004", key="dun:7:2", letter_no=2))
    run.north.work()
    several, alone = run.sent()
    assert ([one.reference for one in several.claims][1], alone.reference) == ("20016", "20016")

    run.tenant = run.north.tenant = tenant_of(references={"giro": {"control": {"level": "length_digit"}}})
    for number in (1, 2):
        run.north.tell("copy_document", key=f"c{number}", document_no=number)
    copies = run.sent()[2:]

    assert [[one.reference for one in copy.claims] for copy in copies] == [["", ""], [""]]
    assert [(copy.reference[0], len(copy.reference), copy.copy_no) for copy in copies] == [("9", 11, 1)] * 2
    assert run.channel.numbers == ["7-1", "7-2", "7-1", "7-2"]
    means = "SELECT target_kind, target_id FROM reference WHERE reference = '{}'"
    assert run.north.sql(means.format(copies[0].reference)) == [("letter", 1)]
    assert run.north.sql(means.format(copies[1].reference)) == [("receivable", run.books.one("1004").receivable_id)]


def test_a_residual_demand_repeats_the_demand_and_deducts_what_was_paid_since(run):
    one = run.books.one("1001")
    reminder = SentBefore(DunningStep.REMINDER_1, D("2026-10-20"), D("2026-11-03"))
    demand = SentBefore(DunningStep.DEMAND, D("2026-11-05"), D("2026-11-16"))
    own = SentBefore(DunningStep.RESIDUAL_DEMAND, D("2026-11-23"), D("2026-12-07"))
    run.before[one.receivable_id] = [reminder, demand, own]
    run.books.pay(one, 200_00, "2026-11-04")
    run.books.pay(one, 300_00, "2026-11-20", payment_id=8)

    run.send(run.ask("residual_demand", "1001"))
    (document,) = run.sent()

    assert (document.claims[0].open_ore, totals_of(document).to_pay_ore) == (800_00, 500_00)
    assert [(d.text, d.amount_ore) for d in document.deductions] == [("Betalt 2026-11-20", 300_00)]
    assert [letter.step for letter in document.earlier] == ["reminder_1", "demand"]


def test_a_residual_demand_asks_for_no_more_than_was_owed_when_a_payment_has_bounced(run):
    one = run.books.one("1001")
    run.before[one.receivable_id] = [SentBefore(DunningStep.DEMAND, D("2026-11-05"), D("2026-11-16"))]
    run.books.pay(one, 300_00, "2026-11-18", payment_id=8)
    run.books.pay(one, -300_00, "2026-11-20", payment_id=8)
    run.books.pay(one, 100_00, "2026-11-21", payment_id=9)

    run.send(run.ask("residual_demand", "1001"))
    (document,) = run.sent()

    assert (document.claims[0].open_ore, totals_of(document).to_pay_ore) == (1000_00, 900_00)
    assert [d.amount_ore for d in document.deductions] == [100_00]


def test_what_was_credited_since_the_demand_is_not_demanded_again_nor_called_paid(run):
    one = run.books.one("1001")
    run.before[one.receivable_id] = [SentBefore(DunningStep.DEMAND, D("2026-11-05"), D("2026-11-16"))]
    run.books.pay(one, 200_00, "2026-11-18", payment_id=None, cause="credited")

    run.send(run.ask("residual_demand", "1001"))
    (document,) = run.sent()

    assert (document.claims[0].open_ore, totals_of(document).to_pay_ore) == (800_00, 800_00)
    assert document.deductions == ()


def test_a_demand_that_the_law_does_not_let_leave_is_told_as_undeliverable_and_holds_no_other(run):
    too_soon = run.ask("demand", "1001", answer_by="2026-11-27")
    run.send(too_soon, run.ask("demand", "1002", key="dun:7:2", letter_no=2))
    run.north.work()

    assert run.channel.numbers == ["7-2"]
    (told,) = run.north.events("document_undeliverable")
    assert (told["command_key"], "gives time until" in told["reason"]) == ("dun:7:1", True)
    assert "letter dun:7:1 cannot be made" in run.north.tasks()[0]


def test_letters_of_an_undone_run_are_stopped(run):
    run.send(run.ask("reminder_1", "1001"))
    with run.north.store.write() as work:
        run.letters.withdraw(work, TENANT, ["dun:7:1"])
    run.north.work()

    assert (run.channel.numbers, run.north.one("7-1").state) == ([], "withdrawn")


def test_interest_of_a_residual_demand_is_counted_to_the_demand(run):
    owed = run.books.one("1001").receivable_id
    run.before[owed] = [SentBefore(DunningStep.DEMAND, D("2026-11-05"), D("2026-11-16"))]
    run.segments[owed] = SEGMENTS
    with run.north.store.write() as work:
        work.receivables.note_printed_charge(owed, printed_on="2026-11-23", fee_ore=0, interest_ore=6_03)
    run.send(run.ask("residual_demand", "1001"))

    assert run.counted_until == [D("2026-11-05")]


@pytest.mark.parametrize(("printed_ore", "until"), [(0, "2026-11-05"), (3_00, "2026-11-23")])
def test_interest_of_a_warning_is_counted_to_the_demand_unless_it_prints_its_own(run, printed_ore, until):
    one = run.books.one("1001")
    run.before[one.receivable_id] = [SentBefore(DunningStep.DEMAND, D("2026-11-05"), D("2026-11-16"))]
    run.segments[one.receivable_id] = SEGMENTS
    run.books.pay(one, -6_03, "2026-11-05", bucket=Bucket.INTEREST)
    with run.north.store.write() as work:
        work.receivables.note_printed_charge(
            one.receivable_id, printed_on="2026-11-23", fee_ore=0, interest_ore=printed_ore
        )
    run.send(run.ask("warning", "1001"))

    assert run.counted_until == [D(until)]


def test_a_residual_demand_whose_interest_has_been_paid_still_says_how_that_was_counted(run):
    one = run.books.one("1001")
    run.before[one.receivable_id] = [SentBefore(DunningStep.DEMAND, D("2026-11-05"), D("2026-11-16"))]
    run.segments[one.receivable_id] = SEGMENTS
    run.books.pay(one, -6_03, "2026-11-05", bucket=Bucket.INTEREST)
    run.books.pay(one, 6_03, "2026-11-20", payment_id=8, bucket=Bucket.INTEREST)
    run.books.pay(one, 300_00, "2026-11-20", payment_id=9)

    run.send(run.ask("residual_demand", "1001"))
    (document,) = run.sent()

    assert (document.claims[0].interest_ore, document.claims[0].interest_periods[0].days) == (6_03, 22)
    assert totals_of(document).to_pay_ore == 700_00


def test_a_demand_says_the_routine_where_the_invoice_does_not_say_what_it_is_for(run):
    run.send(run.ask("demand", "1002"))
    (document,) = run.sent()

    assert document.claims[0].text == "Sundry"
