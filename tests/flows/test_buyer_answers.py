"""What buyers answer to invoices is told once, stops dunning where it disputes, and books nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hub.model.delivery import AnswerKind, BuyerAnswer, RouteStep
from hub.runtime.carrying import Carrier
from hub.services.webhooks import RUN_KIND, Notice, OfPlugin, WebhookRun, keep_notice
from tests.flows.delivery_world import DeliveryWorld, ReportingChannel, document
from tests.flows.imported_ledger import Ledger

BUYER = "0007:5566778899"
COMPANY = {"name": "Köparen AB", "identity": "556677-8899", "e_invoice_address": BUYER}


@pytest.fixture
def peppol() -> ReportingChannel:
    return ReportingChannel(RouteStep.PEPPOL)


@pytest.fixture
def north(engine: Engine, peppol: ReportingChannel) -> DeliveryWorld:
    """A creditor that has sent invoice 1001 and whose buyer has it."""
    world = DeliveryWorld(engine, peppol)
    world.deliver(document(debtor=COMPANY))
    return world


@pytest.fixture
def booked(engine: Engine, peppol: ReportingChannel) -> DeliveryWorld:
    """The same, and the invoice is a receivable of the books."""
    Ledger(engine).rows({"number": "1001"})
    world = DeliveryWorld(engine, peppol)
    world.deliver(document(debtor=COMPANY))
    return world


def answers(world: DeliveryWorld, *said: BuyerAnswer) -> None:
    world.channels["peppol"].answers += said
    world.follow()


def by_number(kind: AnswerKind, *, buyer: str = BUYER, **more: str) -> BuyerAnswer:
    return BuyerAnswer(kind, document_number="1001", buyer=buyer, **more)


def holds(world: DeliveryWorld) -> list[tuple[str, str, str]]:
    return [(str(c), str(s), str(r)) for c, s, r in world.sql("SELECT code, source, reason FROM hold")]


def balances(world: DeliveryWorld) -> list[tuple[object, ...]]:
    return world.sql("SELECT count(*), sum(amount_ore) FROM entry")


@pytest.mark.parametrize("kind", [AnswerKind.REJECTED, AnswerKind.UNDER_QUERY])
def test_a_dispute_stops_dunning_and_asks_a_person(booked, kind):
    before = balances(booked)
    answers(booked, by_number(kind, reason="the price is another", at="2026-11-24"))

    assert holds(booked) == [("dispute", "peppol", "the price is another")]
    (task,) = booked.tasks()
    assert "the price is another" in task
    assert "hub receivables end-hold 1001 --code dispute" in task
    assert balances(booked) == before


@pytest.mark.parametrize("kind", sorted(set(AnswerKind) - {AnswerKind.REJECTED, AnswerKind.UNDER_QUERY}))
def test_any_other_answer_is_told_and_changes_nothing(booked, kind):
    before = balances(booked)
    answers(booked, by_number(kind))

    assert [event["answer"] for event in booked.events("invoice_answered")] == [str(kind)]
    assert (holds(booked), booked.tasks(), balances(booked)) == ([], [], before)


def test_the_same_answer_again_is_told_once(booked):
    said = by_number(AnswerKind.REJECTED, reason="not ordered", at="2026-11-24")
    answers(booked, said, said)
    answers(booked, said)

    assert len(booked.events("invoice_answered")) == 1
    assert len(holds(booked)) == 1


def test_another_dispute_while_one_is_open_adds_no_second_hold(booked):
    answers(booked, by_number(AnswerKind.UNDER_QUERY, at="2026-11-24"))
    answers(booked, by_number(AnswerKind.REJECTED, at="2026-11-25"))

    assert [event["answer"] for event in booked.events("invoice_answered")] == ["under_query", "rejected"]
    assert len(holds(booked)) == 1
    assert any("rejects invoice 1001" in task for task in booked.tasks())


def test_an_answer_of_somebody_else_does_nothing_but_ask_a_person(booked):
    answers(booked, by_number(AnswerKind.REJECTED, buyer="0007:5592000000"), by_number(AnswerKind.REJECTED, buyer=""))

    assert (booked.events("invoice_answered"), holds(booked)) == ([], [])
    assert [event["number"] for event in booked.events("answer_strayed")] == ["1001", "1001"]
    (task,) = booked.tasks()
    assert "did not go to the sender of the answer or cannot be read" in task


def test_another_answer_of_the_same_day_and_words_is_another(booked):
    answers(booked, by_number(AnswerKind.REJECTED, at="2026-11-24", answer_id="a"))
    booked.tell("end_hold", receivable={"company": "1", "number": "1001"}, code="dispute")
    answers(booked, by_number(AnswerKind.REJECTED, at="2026-11-24", answer_id="b"))

    assert len(booked.events("invoice_answered")) == 2
    assert booked.sql("SELECT count(*) FROM hold WHERE ended_at IS NULL") == [(1,)]


def test_the_same_answer_told_with_other_words_is_one(booked):
    said = by_number(AnswerKind.REJECTED, answer_id="a", at="2026-11-24")
    answers(booked, said, said._replace(reason="not ordered"))

    assert len(booked.events("invoice_answered")) == 1


@pytest.mark.parametrize("first", [AnswerKind.RECEIVED, AnswerKind.UNDER_QUERY])
def test_a_rejection_under_an_id_that_its_buyer_has_used_before_is_another_answer(booked, first):
    answers(booked, by_number(first, answer_id="1"))
    answers(booked, by_number(AnswerKind.REJECTED, answer_id="1"))

    assert [event["answer"] for event in booked.events("invoice_answered")] == [str(first), "rejected"]
    assert len(holds(booked)) == 1
    assert any("rejects invoice 1001" in task for task in booked.tasks())


def test_a_rejection_of_another_day_is_another_under_the_same_id_too(booked):
    answers(booked, by_number(AnswerKind.REJECTED, answer_id="1", at="2026-11-24"))
    booked.tell("end_hold", receivable={"company": "1", "number": "1001"}, code="dispute")
    answers(booked, by_number(AnswerKind.REJECTED, answer_id="1", at="2026-11-25"))

    assert booked.sql("SELECT count(*) FROM hold WHERE ended_at IS NULL") == [(1,)]


def test_an_answer_to_one_of_several_versions_is_about_the_latest(booked):
    booked.deliver(document(debtor=COMPANY, version=2))
    answers(booked, by_number(AnswerKind.REJECTED))

    assert [event["version"] for event in booked.events("invoice_answered")] == [2]
    assert len(holds(booked)) == 1


def test_the_date_of_the_document_tells_which_version_is_meant(booked):
    booked.deliver(document(debtor=COMPANY, version=2, issue_date="2026-11-24"))
    answers(booked, by_number(AnswerKind.REJECTED, document_date="2026-11-23"))

    assert [event["version"] for event in booked.events("invoice_answered")] == [1]


def test_what_may_be_about_several_invoices_is_about_each(booked):
    booked.deliver(document(debtor=COMPANY, source_system="water"))
    answers(booked, by_number(AnswerKind.REJECTED))

    assert len(booked.events("invoice_answered")) == 2
    assert booked.events("answer_strayed") == []


@pytest.mark.parametrize("buyer", ["0007:5566778899", "9955:SE556677889901", "9955:se556677889901"])
def test_a_buyer_is_known_by_any_address_that_is_its(booked, buyer):
    answers(booked, by_number(AnswerKind.ACCEPTED, buyer=buyer))

    assert len(booked.events("invoice_answered")) == 1


@pytest.mark.parametrize("name", ["delivery_id", "external_id"])
def test_an_answer_finds_its_invoice_by_what_only_the_two_sides_know(booked, name):
    value = booked.delivery_id("peppol") if name == "delivery_id" else "peppol-1"
    answers(booked, BuyerAnswer(AnswerKind.REJECTED, **{name: value}))

    assert len(holds(booked)) == 1


def test_an_answer_by_number_finds_an_invoice_that_went_twice_by_the_same_channel(booked):
    booked.later(hours=2)
    booked.follow()
    booked.later(minutes=1)
    booked.tell("send_document", document_no=1)
    answers(booked, by_number(AnswerKind.ACCEPTED))

    assert booked.outcomes("peppol") == ["sent", "delivered"]
    assert len(booked.events("invoice_answered")) == 1


def test_who_answers_has_the_document(north):
    assert north.one().state == "sent"
    answers(north, by_number(AnswerKind.IN_PROCESS))

    assert north.one().state == "delivered"


def test_a_dispute_of_what_the_books_do_not_have_says_so(north):
    answers(north, by_number(AnswerKind.REJECTED))

    (task,) = north.tasks()
    assert "no receivable of it is known here" in task
    assert "hub receivables hold 1001 --code dispute" in task  # one that is imported later is not held by itself


def test_a_person_who_has_answered_the_buyer_closes_the_task(north):
    answers(north, by_number(AnswerKind.REJECTED))
    ((task_no,),) = north.sql("SELECT task_no FROM task WHERE state = 'open'")
    north.tell("see_report", task_no=task_no)

    assert north.tasks() == []


def test_a_text_of_many_lines_is_kept_as_one_that_a_hold_takes(booked):
    answers(booked, by_number(AnswerKind.REJECTED, reason="no order\n\x07\n" + "x" * 500))

    ((_, _, reason),) = holds(booked)
    assert reason.startswith("no order x")
    assert len(reason) <= 200


class _Receiver:
    name = "stub"

    def __init__(self, said: list[BuyerAnswer]) -> None:
        self.said = said

    def verify(self, headers, body):
        return headers["id"]

    def interpret(self, body):
        return self.said


def test_a_notice_that_answers_what_nobody_has_is_told_too(booked, peppol):
    receiver = _Receiver([by_number(AnswerKind.REJECTED, buyer="0007:5592000000")])
    booked.more_bodies[RUN_KIND] = WebhookRun(booked.store, booked.tenant, {"stub": OfPlugin(receiver, [peppol])})
    keep_notice(booked.store, Notice("stub", "stub", "n1", b"{}"))
    booked.clock.advance(timedelta(hours=2))  # until then what it answers may still be written down
    booked.work()

    assert len(booked.events("answer_strayed")) == 1


def test_a_notice_that_holds_an_answer_does_the_same(booked, peppol):
    receiver = _Receiver([by_number(AnswerKind.REJECTED, reason="not ordered")])
    run = WebhookRun(booked.store, booked.tenant, {"stub": OfPlugin(receiver, [peppol])})
    booked.more_bodies[RUN_KIND] = run
    keep_notice(booked.store, Notice("stub", "stub", "n1", b"{}"))
    carrier = Carrier(booked.store, booked.more_bodies)
    with booked.store.read() as work:
        queued = [run.run_id for run in work.runs.unfinished() if run.kind == RUN_KIND]
    for run_id in queued:
        carrier.carry_out(run_id)

    assert holds(booked) == [("dispute", "peppol", "not ordered")]
    assert booked.sql("SELECT state FROM exchange WHERE kind = 'webhook'") == [("read",)]


def test_an_answer_to_what_cannot_be_read_any_more_is_a_persons_and_stops_no_other(engine, booked):
    Ledger(engine).rows({"number": "1002"})
    booked.deliver(document("1002", debtor=COMPANY))
    damage = "UPDATE content_part SET data = :data WHERE upload IN (SELECT upload FROM content WHERE sha256 = :sha256)"
    with engine.begin() as connection:
        connection.execute(text(damage), {"data": b"no zlib", "sha256": booked.one("1001").sha256})

    rejected = BuyerAnswer(AnswerKind.REJECTED, document_number="1002", buyer=BUYER)
    answers(booked, by_number(AnswerKind.REJECTED), rejected)

    assert [event["number"] for event in booked.events("answer_strayed")] == ["1001"]
    assert [event["number"] for event in booked.events("invoice_answered")] == ["1002"]
    assert "hub receivables end-hold 1002" in " ".join(booked.tasks())
