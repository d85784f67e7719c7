"""Payment requests: made in time for the due date, changed while that is possible, and what becomes of each."""

from __future__ import annotations

import pytest
from mandate_world import PAYEE, PAYER, MandateWorld, asked
from sqlalchemy import Engine

from hub.errors import DataError, RuleViolation
from hub.model.direct_debits import (
    AdviceOutcome,
    ChangeOutcome,
    Content,
    Refund,
    RequestChanged,
    RequestRejected,
    RequestStatus,
    SchemeCode,
)
from hub.services.mandates.filing import let_go_again
from hub.services.mandates.following import follow_files
from hub.testing.carrying import drain

CODE = SchemeCode("12", "cancelled", "", "cancelled")


@pytest.fixture
def world(engine: Engine) -> MandateWorld:
    return MandateWorld(engine)


def test_a_receivable_with_an_active_mandate_is_requested_in_time_for_its_due_date(world):
    world.mandate()
    world.invoices("1008", due_date="2026-11-30")
    world.until("2026-11-20")
    world.run()
    assert world.states() == []
    assert world.counted() == {"too_early": 1}

    world.until("2026-11-23")  # five banking days before
    answer = world.run()

    (request,) = world.requests()
    assert answer == {"files": 1, "orders": 1, "refused": 0}
    assert (request.on_date, request.amount_ore, request.payer_number) == ("2026-11-30", 100_000, PAYER)
    assert world.last_sent() == [
        (
            "PaymentRequest",
            {
                "payer_number": PAYER,
                "amount_ore": 100_000,
                "on_date": "2026-11-30",
                "reference": "10082",
                "direction": "collect",
                "recurrence": "once",
                "times": 0,
                "payer_account": "91501234567",
                "payer_name": "",
            },
        )
    ]
    assert world.events("payment_request") == ["payment_request_ordered"]


def test_a_request_is_made_once(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-24")
    world.run()
    assert world.run() == {"files": 0, "orders": 0, "refused": 0}
    assert len(world.requests()) == 1
    assert world.counted() == {"under_way": 1}


def test_a_due_date_on_a_day_off_is_drawn_on_the_next_banking_day(world):
    world.mandate()
    world.invoices("1008", due_date="2026-11-28")  # a Saturday
    world.until("2026-11-25")
    world.run()
    assert world.request().on_date == "2026-11-30"


def test_a_receivable_that_comes_late_is_drawn_on_the_first_day_in_time_within_the_limit(world):
    world.mandate()
    world.until("2026-11-24")
    world.invoices("1008", due_date="2026-11-20")
    world.invoices("1016", due_date="2026-11-10")
    world.run()

    (request,) = world.requests()
    assert (request.on_date, request.reason) == ("2026-11-26", "late")
    assert ("request", "leave", "too_late") in world.left_out()


@pytest.mark.parametrize("kind", ["credit_note", "internal"])
def test_only_invoices_are_collected(world, kind):
    world.mandate()
    fields = {"amount": "-100,00"} if kind == "credit_note" else {}
    world.invoices("1008", kind=kind, **fields)
    world.until("2026-11-24")
    world.run()
    assert world.requests() == []


def test_routines_outside_the_settings_are_not_collected(world):
    world.set(routines=["04"])
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-24")
    world.run()
    assert world.counted() == {"not_collected": 1}


def test_a_debtor_of_another_number_has_no_mandate(world):
    world.mandate("4712")
    world.invoices("1008")
    world.until("2026-11-24")
    world.run()
    assert world.requests() == []


def test_a_plan_says_why_what_has_no_active_mandate_is_not_drawn(world):
    world.set(routines=["01"])
    world.mandate(is_registered=False)
    world.invoices("1008")
    world.invoices("1016", debtor_number="4712")
    world.invoices("1024", debtor_number="4713")
    world.invoices("1032", debtor_number="4713", routine="04")
    world.until("2026-11-20")
    world.run()
    assert (world.counted(), world.left_out()) == ({"too_early": 1, "no_mandate": 2}, [])

    world.until("2026-11-24")
    world.run()
    assert (world.counted(), world.left_out()) == ({"no_mandate": 2}, [("request", "leave", "no_mandate: asked")])

    world.advise()
    world.run()
    assert world.states() == ["ordered"]
    world.advise(outcome=AdviceOutcome.STOPPED)
    world.invoices("1040")
    world.run()
    assert world.counted() == {"under_way": 1, "no_mandate": 2}
    assert world.left_out() == [("request", "leave", "no_mandate: stopped")]


def test_a_mandate_of_one_source_system_does_not_pay_for_another(world):
    world.mandate(source_system="elsewhere")
    world.invoices("1008")
    world.until("2026-11-24")
    world.run()
    assert world.requests() == []


def test_a_held_receivable_is_not_requested_and_a_live_request_is_taken_back(world):
    world.mandate()
    world.invoices("1008", "1016")
    world.tell("set_hold", receivable=target("1008"), code="dispute", source="anna")
    world.until("2026-11-24")
    world.run()
    assert [one.reference for one in world.requests()] == ["10165"]
    assert ("request", "leave", "held: dispute") in world.left_out()

    world.tell("set_hold", receivable=target("1016"), code="dispute", source="anna")
    world.run()
    assert world.states() == ["cancelling"]
    kind, fields = world.last_sent()[0]
    assert (kind, fields["on_date"], fields["amount_ore"], fields["reference"]) == (
        "RequestCancellation",
        "2026-11-30",
        100_000,
        "10165",
    )


def test_a_request_that_was_taken_back_is_made_again_when_the_bank_has_said_so_and_the_hold_ends(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.tell("set_hold", receivable=target("1008"), code="dispute", source="anna")
    world.run()
    world.tell("end_hold", receivable=target("1008"), hold_no=1)
    world.run()
    assert world.states() == ["cancelling"]  # nobody is asked twice

    world.answer(Content.CHANGED_REQUESTS, changed(world.request(), ChangeOutcome.CANCELLED))
    world.run()
    assert world.states() == ["cancelled", "ordered"]


def test_a_request_whose_order_has_not_gone_is_withdrawn_without_a_word_to_the_bank(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.channel.refuses = True
    world.run()
    (exchange_no,) = [row[0] for row in world.sql("SELECT exchange_no FROM exchange WHERE kind = 'direct_debit_file'")]
    with world.store.write() as work:
        let_go_again(work, exchange_no, reason="the bank was closed", user="anna")
    world.channel.refuses = False
    world.tell("cancel_payment_request", request_no=world.request().request_no)

    assert world.states() == ["cancelled"]
    assert world.run() == {"files": 0, "orders": 0, "refused": 0}


def test_a_file_that_never_arrived_goes_again_whole_and_once(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.channel.refuses = True
    world.run()
    (exchange_no,) = [row[0] for row in world.sql("SELECT exchange_no FROM exchange WHERE kind = 'direct_debit_file'")]
    with world.store.write() as work:
        assert not follow_files(work)
    assert "nothing of it is collected" in world.tasks()["direct_debit_file_refused"]
    with world.store.write() as work:
        assert let_go_again(work, exchange_no, reason="closed", user="anna")["orders"] == 1
    assert world.tasks() == {}
    world.channel.refuses = False
    world.run()

    assert len(world.channel.files) == 1
    with world.store.write() as work, pytest.raises(DataError, match="already"):
        let_go_again(work, exchange_no, reason="closed", user="anna")


def test_orders_of_a_file_that_was_answered_do_not_go_again(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.outcome(RequestStatus.PAID)
    (exchange_no,) = [row[0] for row in world.sql("SELECT exchange_no FROM exchange WHERE kind = 'direct_debit_file'")]
    with world.store.write() as work, pytest.raises(RuleViolation, match="answered"):
        let_go_again(work, exchange_no, reason="closed", user="anna")


def test_a_credit_takes_the_request_back_and_the_rest_is_asked_for_anew(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.tell("credit_receivable", receivable=target("1008"), amount_ore=40_000)
    world.run()
    assert world.request().state == "cancelling"
    assert world.request().reason == "amount_changed"
    world.answer(Content.CHANGED_REQUESTS, changed(world.request(), ChangeOutcome.CANCELLED))
    world.run()
    assert [(one.state, one.amount_ore) for one in world.requests()] == [("cancelled", 100_000), ("ordered", 60_000)]


def test_what_is_paid_otherwise_is_not_drawn_too(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.pay(world.one("1008"), 100_000, "2026-11-23")
    world.run()
    assert (world.request().state, world.request().reason) == ("cancelling", "nothing_owed")


def test_what_is_paid_too_late_to_take_back_is_told_to_a_person(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.until("2026-11-27")  # one banking day before
    world.pay(world.one("1008"), 100_000, "2026-11-27")
    world.run()
    assert world.states() == ["ordered"]
    assert "no order is in time" in world.tasks()["payment_request_not_in_time"]


def test_a_due_date_that_moves_moves_the_request(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.tell("change_due_date", receivable=target("1008"), due_date="2026-12-12", reason="agreed")
    world.run()

    kind, fields = world.last_sent()[0]
    assert (kind, fields["on_date"], fields["new_date"]) == ("RequestMove", "2026-11-30", "2026-12-14")
    assert (world.request().state, world.request().moves_to) == ("ordered", "2026-12-14")
    assert world.run()["orders"] == 0  # nothing more until the bank has answered

    world.answer(Content.CHANGED_REQUESTS, changed(world.request(), ChangeOutcome.MOVED, new_date="2026-12-14"))
    assert (world.request().on_date, world.request().moves_to) == ("2026-12-14", "")
    world.run()
    assert world.counted() == {"under_way": 1}


def test_an_instalment_plan_takes_the_request_back(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.tell(
        "make_instalment_plan",
        receivables=(target("1008"),),
        first_payment="2026-12-23",
        amount_ore=50_000,
        without_interest=True,
        is_sent=False,
    )
    world.run()
    assert (world.request().state, world.request().reason) == ("cancelling", "held: plan")


def test_a_new_version_is_asked_for_when_the_old_one_has_been_taken_back(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.invoices("1008", version=2, amount="700,00")
    world.run()
    assert [(one.state, one.amount_ore) for one in world.requests()] == [("cancelling", 100_000)]
    world.answer(Content.CHANGED_REQUESTS, changed(world.request(), ChangeOutcome.CANCELLED))
    world.run()
    assert [(one.state, one.amount_ore) for one in world.requests()] == [("cancelled", 100_000), ("ordered", 70_000)]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (RequestStatus.PAID, "paid"),
        (RequestStatus.NO_COVER, "failed"),
        (RequestStatus.NO_ACCOUNT, "failed"),
        (RequestStatus.RETRIED, "retried"),
    ],
)
def test_the_banks_word_decides(world, status, state):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.outcome(status)
    assert world.states() == [state]
    assert world.events("payment_request") == ["payment_request_ordered", f"payment_request_{state}"]


def test_what_was_tried_again_is_paid_or_fails_later_on_another_day(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.outcome(RequestStatus.RETRIED)
    world.outcome(RequestStatus.PAID, world.request()._replace(on_date="2026-12-02"))
    assert world.states() == ["paid"]


def test_a_request_that_is_tried_again_is_paid_otherwise(world):
    world.mandate()
    world.invoices("1008", "1016")
    world.until("2026-11-23")
    world.run()
    world.outcome(RequestStatus.RETRIED, world.requests()[0])
    world.until("2026-12-01")
    world.tell("credit_receivable", receivable=target("1008"), amount_ore=100_000)
    world.run()
    world.run()
    assert "tries payment request 1" in world.tasks()["payment_request_retried"]
    assert world.states() == ["retried", "ordered"]

    world.outcome(RequestStatus.NO_COVER, world.requests()[0])
    assert (world.states(), world.tasks()) == (["failed", "ordered"], {})


def test_a_request_that_is_tried_again_is_taken_back_where_the_bank_takes_that(world):
    world.set(cancels_retried=True)
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.outcome(RequestStatus.RETRIED)
    world.until("2026-12-01")
    world.tell("credit_receivable", receivable=target("1008"), amount_ore=100_000)
    world.run()
    assert world.states() == ["cancelling"]
    kind, fields = world.last_sent()[0]
    assert (kind, fields["on_date"], fields["amount_ore"]) == ("RequestCancellation", "2026-11-30", 100_000)
    world.run()
    assert world.states() == ["cancelling"]
    world.answer(Content.CHANGED_REQUESTS, changed(world.request(), ChangeOutcome.CANCELLED))
    assert (world.states(), world.tasks()) == (["cancelled"], {})


def test_a_request_that_failed_is_not_made_again(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.outcome(RequestStatus.NO_COVER)
    world.run()
    assert world.states() == ["failed"]
    assert world.left_out() == [("request", "leave", "collected_before")]


def test_a_rejected_and_a_refunded_request(world):
    world.mandate()
    world.invoices("1008", "1016")
    world.until("2026-11-23")
    world.run()
    first, second = world.requests()
    why = SchemeCode("01", "no_mandate", "", "no mandate")
    world.answer(Content.REJECTED_REQUESTS, RequestRejected(0, PAYEE, asked(first), why))
    world.outcome(RequestStatus.PAID, second)
    world.answer(Content.PAYMENT_SPECIFICATION, Refund(0, PAYEE, asked(second), "2026-12-20", why))
    assert [(one.state, one.reason) for one in world.requests()] == [
        ("rejected", "no mandate"),
        ("refunded", "no mandate"),
    ]


@pytest.mark.parametrize(
    ("name", "state", "events"),
    [
        ("no_mandate", "cancelled", ["mandate_active", "mandate_cancelled"]),
        ("mandate_stopped", "stopped", ["mandate_active", "mandate_stopped"]),
        ("date_wrong", "active", ["mandate_active"]),
    ],
)
def test_nothing_more_is_collected_by_a_mandate_that_the_clearing_house_does_not_have(world, name, state, events):
    world.mandate()
    world.invoices("1008", "1016")
    world.until("2026-11-23")
    world.run()
    why = SchemeCode("01", name, "", "said so")
    answers = [RequestRejected(0, PAYEE, asked(one), why) for one in world.requests()]
    world.answer(Content.REJECTED_REQUESTS, *answers)
    world.invoices("1024")
    world.run()

    assert world.states() == ["rejected", "rejected", *(["ordered"] if state == "active" else [])]
    assert [(one.state, one.reason) for one in world.mandates()] == [(state, "" if state == "active" else "said so")]
    assert world.events("mandate") == events
    assert ("rejects request 1: said so" in world.tasks().get("mandate_advice", "")) == (state != "active")


def test_a_late_rejection_leaves_the_payers_newer_mandate_alone(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.pass_days(1)
    world.advise(outcome=AdviceOutcome.ENDED)
    world.mandate(is_registered=False)
    world.run()
    world.advise()
    why = SchemeCode("01", "no_mandate", "", "no mandate")
    world.answer(Content.REJECTED_REQUESTS, RequestRejected(0, PAYEE, asked(world.request()), why))
    assert (world.states(), world.mandates()[0].state, world.tasks()) == (["rejected"], "active", {})
    world.pass_days(1)
    world.invoices("1016", due_date="2026-12-02")
    world.run()
    world.answer(Content.REJECTED_REQUESTS, RequestRejected(0, PAYEE, asked(world.request()), why))

    assert (world.states(), world.mandates()[0].state) == (["rejected", "rejected"], "cancelled")


def test_the_same_file_again_changes_nothing(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    answer = world.outcome(RequestStatus.PAID)
    with world.store.read() as work:
        events = work.events.latest()
    content = world.store.contents.open(answer["exchange"].sha256).read()
    assert world.receive(content)["outcome"] == "duplicate"
    with world.store.read() as work:
        assert [one.kind for one in work.events.after(events)] == ["file_closed_as_duplicate"]


def test_an_answer_that_means_no_request_of_ours_is_for_a_person(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.outcome(RequestStatus.PAID, world.request()._replace(amount_ore=1))
    assert world.states() == ["ordered"]
    assert "means no request of ours" in world.tasks()["payment_request_answer"]


def test_a_request_without_an_answer_is_looked_for(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.until("2026-12-09")  # seven banking days behind
    world.run()
    assert "payment_request_unanswered" not in world.tasks()
    world.until("2026-12-10")
    world.run()
    assert "no answer has come" in world.tasks()["payment_request_unanswered"]
    world.tell("cancel_payment_request", request_no=world.request().request_no)
    assert world.states() == ["failed"]
    assert "payment_request_unanswered" not in world.tasks()


def test_a_cancellation_without_an_answer_is_given_up_by_a_person_when_its_day_has_passed(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.tell("credit_receivable", receivable=target("1008"), amount_ore=40_000)
    world.run()
    with pytest.raises(RuleViolation, match="wait for the answer"):
        world.tell("cancel_payment_request", request_no=1)
    world.until("2026-12-10")
    world.run()
    assert (world.states(), list(world.tasks())) == (["cancelling"], ["payment_request_unanswered"])

    world.tell("cancel_payment_request", request_no=1)
    assert (world.states(), world.tasks()) == (["failed"], {})


def test_an_answer_that_comes_after_all_closes_its_task(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.until("2026-12-10")
    world.run()
    assert "payment_request_unanswered" in world.tasks()
    world.outcome(RequestStatus.NO_COVER)
    assert (world.states(), world.tasks()) == (["failed"], {})


def test_a_request_outlives_the_order_to_end_its_mandate(world):
    world.invoices("1008")
    number = world.mandate()
    world.until("2026-11-23")
    world.run()
    world.tell("cancel_mandate", mandate_no=number)
    world.run()
    assert [kind for kind, _ in world.last_sent()] == ["MandateOrder"]
    assert (world.states(), world.counted()) == (["ordered"], {"under_way": 1})


def test_a_person_takes_a_request_back_for_good(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.tell("cancel_payment_request", request_no=world.request().request_no)
    world.run()
    world.answer(Content.CHANGED_REQUESTS, changed(world.request(), ChangeOutcome.CANCELLED))
    world.run()
    assert world.states() == ["cancelled"]


def test_a_request_that_is_drawn_tomorrow_cannot_be_taken_back(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.until("2026-11-27")
    with pytest.raises(RuleViolation, match="no order is in time"):
        world.tell("cancel_payment_request", request_no=world.request().request_no)


def test_a_plan_that_is_interrupted_in_the_middle_asks_for_nothing_twice(world):
    world.mandate()
    world.invoices(*(str(number) for number in range(2001, 2011)))
    world.until("2026-11-23")
    bodies = world.bodies()
    run = bodies["direct_debits"]
    whole, died = run._file, []

    def dies_once(work, input):
        if not died:
            died.append(input)
            raise DataError("the machine goes down")
        return whole(work, input)

    run._file = dies_once
    with world.store.write() as work:
        run_no = work.runs.enqueue_another("direct_debits:north:1", "direct_debits", {})
    drain(world.store, bodies)
    with world.store.write() as work:
        work.runs.try_again(run_no)
    drain(world.store, bodies)

    assert len(world.requests()) == 10
    assert [len(orders) for orders in world.sent()] == [10]


def target(number):
    return {"company": "1", "number": number, "source_system": "sundry"}


def changed(request, outcome, **fields):
    return RequestChanged(
        0, PAYEE, outcome, CODE, CODE, request.payer_number, request.on_date, request.amount_ore, "collect",
        request.reference, **fields,
    )  # fmt: skip


def test_a_change_that_names_a_payer_alone_is_about_all_of_its_live_requests(world):
    world.mandate()
    world.mandate("4712")
    world.invoices("1008", "1016")
    world.invoices("1024", debtor_number="4712")
    world.until("2026-11-23")
    world.run()
    ended = SchemeCode("23", "all_of_payer", "", "all of a payer")
    world.answer(Content.CHANGED_REQUESTS, RequestChanged(0, PAYEE, ChangeOutcome.CANCELLED, ended, CODE, PAYER, "", 0))
    assert world.states() == ["cancelled", "cancelled", "ordered"]


def test_a_change_of_several_payers_is_for_a_person(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    all_of_day = RequestChanged(0, PAYEE, ChangeOutcome.CANCELLED, CODE, CODE, "", "2026-11-30", 100_000, affected=1)
    world.answer(Content.CHANGED_REQUESTS, all_of_day)
    assert world.states() == ["ordered"]
    assert "means no request of ours" in world.tasks()["payment_request_answer"]
