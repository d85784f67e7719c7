"""What a person has sent anew, closed or decided is sent by one way: messages that were let go stay unsent."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.errors import DocumentError, OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.model.commands import parse_command
from hub.model.delivery import Receipt, ReceiptKind, RouteStep, Silence
from hub.services.attempts import ATTEMPT_HANDLERS
from hub.services.books import carry_out
from hub.services.delivery import DELIVERY_HANDLERS
from hub.services.delivery.reports import apply_receipts
from hub.services.ports import JsonObject
from hub.services.runs import cancel, retry
from hub.services.verifying import verify
from hub.store.database import WRITES
from hub.store.delivery.documents import SqlDocuments
from hub.store.verifying import SqlVerifying
from tests.flows.delivery_world import DeliveryWorld, ReportingChannel, StubChannel, document

DEBTOR = {**document()["debtor"], "email": "test@example.se", "email_consent": True}


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER, price_ore=900)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel, letter: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra, letter)


def order(world: DeliveryWorld, kind: str, **values: Any) -> JsonObject:
    """Carry out a command, and nothing after it."""
    command = parse_command({"kind": kind, "key": f"{kind}{values}", "user": "anna", **values})
    with world.store.write() as work:
        return carry_out(work, world.tenant, command, {**DELIVERY_HANDLERS, **ATTEMPT_HANDLERS})


def retried(world: DeliveryWorld, run_id: str) -> None:
    with world.store.write() as work:
        retry(work, run_id)


def cancelled(world: DeliveryWorld, channel: StubChannel, *documents: dict[str, Any]) -> str:
    """Return the run of documents that were held since it was cancelled before it could send them."""
    channel.goes_wrong.append(TransientError("503: later"))
    world.deliver(*documents)
    run_id = str(world.sql("SELECT max(run_id) FROM run WHERE kind = 'send'")[0][0])
    with world.store.write() as work:
        cancel(work, run_id)
    world.later(minutes=1)
    assert {row[0] for row in world.sql("SELECT state FROM document")} == {"held"}
    return run_id


def found(world: DeliveryWorld) -> set[str]:
    """What `hub verify` finds."""
    results = verify(SqlVerifying(world.engine, world.store.tenant), None, world.tenant).results
    return {result.code for result in results if result.found}


def change(world: DeliveryWorld, statement: str) -> None:
    with world.engine.connect().execution_options(**{WRITES: True}) as connection:
        assert connection.execute(text(statement)).rowcount
        connection.commit()


@pytest.mark.parametrize("command", ["send_document", "close_document"])
def test_a_message_that_goes_out_again_is_neither_sent_anew_nor_closed(north, kivra, letter, command):
    run_id = cancelled(north, kivra, document())
    retried(north, run_id)

    with pytest.raises(RuleViolation, match="is sending"):
        order(north, command, document_no=1)
    north.later(minutes=1)

    assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])
    assert (north.one().price_ore, found(north)) == (300, set())


def test_what_was_taken_before_the_document_is_told_is_not_sent_anew(north, kivra, letter):
    run_id = cancelled(north, kivra, document())
    retried(north, run_id)
    change(north, "UPDATE attempt SET state = 'delivered'")
    change(north, "UPDATE exchange SET state = 'delivered' WHERE direction = 'out'")

    with pytest.raises(RuleViolation, match="is delivered"):
        order(north, "send_document", document_no=1)


def test_a_held_document_whose_message_may_have_arrived_is_told_so(north, kivra, letter):
    run_id = cancelled(north, kivra, document())
    kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    retried(north, run_id)
    north.later(minutes=1)

    assert (north.one().state, letter.numbers) == ("unknown", [])


def test_what_a_person_sends_anew_is_sent_once_when_its_run_is_tried_again(north, kivra, letter):
    run_id = cancelled(north, kivra, document())
    order(north, "send_document", document_no=1, channel="letter")
    retried(north, run_id)
    north.later(minutes=1)

    assert (north.one().channel, kivra.numbers, letter.numbers) == ("letter", [], ["1001"])
    assert (north.one().price_ore, found(north)) == (900, set())


def test_a_closed_document_is_not_sent_when_its_run_is_tried_again(north, kivra, letter):
    run_id = cancelled(north, kivra, document())
    order(north, "close_document", document_no=1, remark="posted by hand")
    retried(north, run_id)
    north.later(minutes=1)

    assert (north.one().state, kivra.numbers, letter.numbers, found(north)) == ("closed", [], [], set())


@pytest.mark.parametrize("command", ["send_document", "close_document"])
def test_documents_that_stay_behind_with_a_message_find_their_way_anew(north, kivra, letter, command):
    kivra.at_once = 3
    run_id = cancelled(north, kivra, document("1"), document("2"), document("3"))
    order(north, command, document_no=2)
    retried(north, run_id)
    looked_after = found(north)
    north.later(minutes=1)

    gone = ["1", "3"] if command == "close_document" else ["1", "2", "3"]
    assert (sorted(kivra.numbers), letter.numbers) == (gone, [])
    assert north.one("2").state == ("closed" if command == "close_document" else "delivered")
    assert (looked_after, found(north), north.tasks()) == (set(), set(), [])


def test_what_was_let_go_is_not_sent_whatever_its_run_does(north, kivra, letter):
    kivra.goes_wrong.append(TransientError("503: later"))
    north.deliver(document())
    change(north, "UPDATE exchange SET let_go = 1 WHERE direction = 'out'")
    assert found(north) == {"DOCUMENT_SENT_TWICE"}
    north.later(minutes=1)

    assert (kivra.numbers, north.sql("SELECT state FROM attempt")) == ([], [("cancelled",)])


def test_a_call_of_what_is_let_go_at_that_moment_is_not_begun(north, kivra, letter):
    kivra.goes_wrong.append(TransientError("503: later"))
    north.deliver(document())
    with north.store.write() as work:
        attempt = work.attempts.get(1)
        change_of = attempt._replace(state="started")
        work.exchanges.change(attempt.exchange_no, let_go=1)
        assert work.attempts.record([(attempt, change_of)]) == [False]


def test_a_decision_that_meets_the_round_is_kept(engine, monkeypatch, kivra, letter):
    """PostgreSQL: the round has read that a message was given up when a person has it sent again."""
    if engine.dialect.name != "postgresql":
        pytest.skip("one writer at a time")
    north = DeliveryWorld(engine, kivra, letter)
    kivra.goes_wrong.extend(TransientError("503") for _ in range(10))
    ended, decided = SqlDocuments.ended, []

    def decide() -> None:
        decided.append(order(north, "decide_attempt", attempt_no=1, verdict="send_again"))

    def read_and_then_decided(self, *given):
        read = ended(self, *given)
        if read and not decided:
            thread = threading.Thread(target=decide)
            thread.start()
            thread.join(10)
        return read

    monkeypatch.setattr(SqlDocuments, "ended", read_and_then_decided)
    north.deliver(document())
    for _ in range(14):
        north.later(hours=7)

    assert decided
    assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])
    assert found(north) == set()


class TestSilence:
    """Documents that were taken, and of which no report came."""

    @pytest.fixture
    def post(self) -> ReportingChannel:
        return ReportingChannel(RouteStep.EMAIL)

    @pytest.fixture
    def north(self, engine: Engine, post: ReportingChannel, letter: StubChannel) -> DeliveryWorld:
        return DeliveryWorld(engine, post, letter)

    def silent(self, north: DeliveryWorld, *numbers: str) -> None:
        north.deliver(*(document(number, debtor=DEBTOR) for number in numbers))
        north.later(hours=2)
        north.follow()
        north.later(minutes=1)
        assert {row[0] for row in north.sql("SELECT state FROM document")} == {"held"}

    def test_one_of_a_message_is_sent_anew_with_others_and_nothing_fails(self, north, post):
        post.at_once = 3
        self.silent(north, "1", "2")
        order(north, "send_document", document_no=1)
        north.deliver(document("3", debtor=DEBTOR))

        assert post.numbers == ["1", "2", "1", "3"]
        assert north.one("2").state == "held"
        assert north.sql("SELECT run_id FROM run WHERE state NOT IN ('done', 'queued')") == []

    def test_a_channel_that_was_silent_is_not_taken_again_by_itself(self, north, post, letter):
        self.silent(north, "1001")
        letter.goes_wrong.append(RejectedError("no such address"))
        order(north, "send_document", document_no=1, channel="letter")
        north.work()
        before = (north.one().state, post.numbers, letter.numbers)
        order(north, "send_document", document_no=1)
        north.work()

        assert before == ("held", ["1001"], [])
        assert (north.one().state, post.numbers) == ("sent", ["1001", "1001"])
        assert north.sql("SELECT run_id FROM run WHERE state NOT IN ('done', 'queued')") == []

    def test_what_comes_back_after_it_had_arrived_is_sent_there_anew_by_a_new_name(self, north, post, letter):
        north.deliver(document(debtor=DEBTOR), document("1002", debtor=DEBTOR))
        first = north.delivery_id("email")
        post.reports += [Receipt(ReceiptKind.DELIVERED, first), Receipt(ReceiptKind.STOPPED, first)]
        north.follow()
        order(north, "send_document", document_no=1)
        north.deliver(document("1003", debtor=DEBTOR))

        assert post.numbers == ["1001", "1002", "1001", "1003"]
        assert north.one().state == "sent"
        assert north.sql("SELECT run_id FROM run WHERE state NOT IN ('done', 'queued')") == []

    def test_a_late_report_of_a_document_that_went_another_way_tells_a_person(self, north, post, letter):
        self.silent(north, "1001")
        order(north, "send_document", document_no=1, channel="letter")
        north.work()
        report = Receipt(ReceiptKind.DELIVERED, north.delivery_id("email"))
        post.reports += [report, report]
        north.follow()

        assert (north.one().state, north.one().channel) == ("delivered", "letter")
        assert len(north.events("attempt_arrived_late")) == 1
        assert "it may have arrived twice" in north.tasks()[0]
        north.tell("decide_attempt", attempt_no=1, verdict="delivered")
        assert (north.tasks(), found(north)) == ([], set())

    def test_reports_of_both_times_count_where_the_same_channel_had_it_twice(self, north, post):
        self.silent(north, "1001")
        first = north.delivery_id("email")
        order(north, "send_document", document_no=1)
        north.work()
        second = north.delivery_id("email")
        post.reports.append(Receipt(ReceiptKind.DELIVERED, first))
        north.follow()
        told = (north.one().state, [event["was"] for event in north.events("attempt_arrived_late")])
        post.reports += [Receipt(ReceiptKind.DELIVERED, second), Receipt(ReceiptKind.DELIVERED, external_id="email-1")]
        north.follow()

        assert (first != second, post.numbers) == (True, ["1001", "1001"])
        assert told == ("sent", ["sent another way"])
        assert (north.one().state, len(north.events("attempt_arrived_late"))) == ("delivered", 1)
        assert "it may have arrived twice" in north.tasks()[0]
        assert (north.outcomes("email"), found(north)) == (["delivered", "delivered"], set())

    def test_a_report_between_the_two_times_ends_it(self, north, post):
        self.silent(north, "1001")
        order(north, "send_document", document_no=1)
        with north.store.write() as work:
            apply_receipts(work, "north", post, [Receipt(ReceiptKind.DELIVERED, external_id="email-1")])
        north.work()

        assert (north.one().state, north.one().channel, post.numbers) == ("delivered", "email", ["1001"])
        assert (north.tasks(), found(north)) == ([], set())

    def test_a_late_bounce_of_the_first_time_is_known_when_the_second_is_silent(self, north, post):
        post.silence = Silence.DELIVERED
        north.deliver(document(debtor=DEBTOR))
        first = north.delivery_id("email")
        post.reports.append(Receipt(ReceiptKind.STOPPED, first))
        north.follow()
        order(north, "send_document", document_no=1, channel="email")
        north.work()
        post.reports.append(Receipt(ReceiptKind.RETURNED, first, reason="5.1.1", is_bad_address=True))
        north.follow()
        before = north.one().state
        north.later(hours=2)
        north.follow()
        north.later(minutes=1)

        assert (before, north.one().state) == ("sent", "held")
        assert "came back since" in north.tasks()[0]
        assert north.sql("SELECT count(*) FROM bad_address") == [(1,)]

    def test_a_report_before_it_is_sent_another_way_ends_it(self, north, post, letter):
        self.silent(north, "1001")
        order(north, "send_document", document_no=1, channel="letter")
        report = Receipt(ReceiptKind.DELIVERED, north.delivery_id("email"))
        with north.store.write() as work:
            apply_receipts(work, "north", post, [report])
        north.work()

        assert (north.one().state, north.one().channel, letter.numbers) == ("delivered", "email", [])
        assert (north.tasks(), found(north)) == ([], set())


@pytest.mark.parametrize("kind", [ReceiptKind.DELIVERED, ReceiptKind.UNDER_WAY])
def test_what_arrives_after_a_person_said_it_had_not_is_told(engine, letter, kind):
    post = ReportingChannel(RouteStep.KIVRA)
    north = DeliveryWorld(engine, post, letter)
    post.goes_wrong.append(OutcomeUnknownError("lost"))
    north.deliver(document())
    north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")
    post.reports += [Receipt(kind, north.delivery_id("kivra"))] * 2
    north.follow()

    assert (north.one().channel, letter.numbers) == ("letter", ["1001"])
    assert [event["was"] for event in north.events("attempt_arrived_late")] == ["rejected"]
    assert "it may have arrived twice" in north.tasks()[0]
    assert found(north) == set()


def test_a_bad_address_is_known_whatever_channel_the_document_is_on_now(engine, letter):
    post = ReportingChannel(RouteStep.EMAIL)
    north = DeliveryWorld(engine, post, letter)
    post.goes_wrong.append(OutcomeUnknownError("lost"))
    north.deliver(document(debtor=DEBTOR))
    north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")
    bounced = Receipt(ReceiptKind.RETURNED, north.delivery_id("email"), reason="5.1.1", is_bad_address=True)
    post.reports.append(bounced)
    north.follow()
    north.deliver(document("1002", debtor=DEBTOR))

    assert (north.events("attempt_arrived_late"), post.numbers, letter.numbers) == ([], [], ["1001", "1002"])


def test_a_channel_that_is_not_there_is_named_and_stops_no_round(north, kivra, letter):
    kivra.goes_wrong.append(DocumentError("the reference is refused"))
    north.deliver(document())
    order(north, "send_document", document_no=1, channel="lettre")
    north.work()
    held = north.one()
    north.later(minutes=1)
    order(north, "send_document", document_no=1, channel="letter")
    north.work()

    assert (held.state, held.reason) == (
        "held",
        "no channel that is turned on is called lettre; there are: kivra, letter",
    )
    assert (north.one().state, letter.numbers) == ("delivered", ["1001"])
    assert north.sql("SELECT run_id FROM run WHERE state = 'failed'") == []
