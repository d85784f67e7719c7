"""What was stopped, or in doubt, when the register comes to protect its debtor goes by no way found before."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import Engine

from hub.errors import OutcomeUnknownError, RuleViolation, TransientError
from hub.model.attempts import Finding, Probed, Promise
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import Reach, Reachable, Receipt, ReceiptKind, RouteStep
from hub.rules.delivery.route import PROTECTED
from hub.services.attempts.turn import CALL_WITHIN_S
from hub.services.runs import cancel
from hub.store.attempts import SqlAttempts
from hub.store.exchanges import SqlExchanges
from tests.flows.delivery_world import AskableChannel, DeliveryWorld, ReportingChannel, StubChannel, document
from tests.flows.test_delivery_anew import cancelled, found, order, retried
from tests.flows.test_delivery_register import ANOTHER, PROTECTING, register


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER, price_ore=900)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel, letter: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra, letter)


def is_left_to_a_person(north: DeliveryWorld, *channels: StubChannel) -> bool:
    """Say whether the one document is held for its debtor's sake, sent to nobody, at no price, and all adds up."""
    one = north.one()
    taken = [number for channel in channels for number in channel.numbers]
    return (one.state, one.reason, one.price_ore, taken, found(north)) == ("held", PROTECTED, 0, [], set())


class TestCancelledRun:
    """Documents that are held since a person cancelled their run."""

    def test_one_that_is_tried_again_sends_nothing_to_whom_is_protected_since(self, north, kivra, letter):
        run_id = cancelled(north, kivra, document())
        register(north, PROTECTING)
        held = north.one()
        retried(north, run_id)
        north.later(minutes=1)

        assert held.state == "held"
        assert is_left_to_a_person(north, kivra, letter)
        assert len(north.tasks()) == 1

    def test_one_that_is_tried_again_mails_nothing_without_consent(self, engine, letter):
        mail = StubChannel(RouteStep.EMAIL)
        north = DeliveryWorld(engine, mail, letter)
        register(north, KnownRecipient("1212121212", email="a@x.example", email_consent_on="2026-01-01"))
        run_id = cancelled(north, mail, document())
        register(north, KnownRecipient("1212121212"))
        retried(north, run_id)
        north.later(minutes=1)

        assert (mail.numbers, letter.numbers, north.one().state) == ([], ["1001"], "delivered")
        assert (north.tasks(), found(north)) == ([], set())

    def test_others_of_a_message_go_when_it_is_tried_again(self, north, kivra, letter):
        kivra.at_once = 2
        run_id = cancelled(north, kivra, document("1"), document("2", debtor=ANOTHER))
        register(north, PROTECTING)
        retried(north, run_id)
        north.later(minutes=1)

        assert (north.one("1").reason, kivra.numbers, letter.numbers) == (PROTECTED, ["2"], [])
        assert found(north) == set()

    def test_one_whose_documents_are_not_told_yet_is_no_exception(self, north, kivra, letter):
        kivra.goes_wrong.append(TransientError("503: later"))
        north.deliver(document())
        (run_id,) = [row[0] for row in north.sql("SELECT run_id FROM run WHERE kind = 'send'")]
        with north.store.write() as work:
            cancel(work, run_id)
        register(north, PROTECTING)
        north.later(minutes=1)
        told = north.one()
        retried(north, run_id)
        north.later(minutes=1)

        assert (told.state, "cancelled" in told.reason) == ("held", True)
        assert is_left_to_a_person(north, kivra, letter)

    def test_one_that_goes_on_is_turned_back_before_its_documents_are_told(self, north, kivra, letter):
        run_id = cancelled(north, kivra, document())
        retried(north, run_id)
        register(north, PROTECTING)
        north.later(minutes=1)

        assert is_left_to_a_person(north, kivra, letter)
        assert len(north.tasks()) == 1


class TestDoubt:
    """Documents whose message may have arrived when their debtor is registered as protected."""

    @pytest.fixture
    def network(self) -> AskableChannel:
        channel = AskableChannel(RouteStep.OPERATOR)
        channel.settled_after_s = -CALL_WITHIN_S
        channel.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        return channel

    @pytest.fixture
    def asked(self, engine: Engine, network: AskableChannel, letter: StubChannel) -> DeliveryWorld:
        north = DeliveryWorld(engine, network, letter)
        north.deliver(document())
        register(north, PROTECTING)
        return north

    def test_what_is_proved_not_delivered_is_not_sent_again(self, asked, network, letter):
        network.found.append(Probed(Finding.NOT_DELIVERED))
        before = (asked.one().state, found(asked))
        asked.later(hours=1)

        assert before == ("sending", set())
        assert is_left_to_a_person(asked, network, letter)
        assert asked.sql("SELECT state, sends FROM attempt") == [("cancelled", 1)]

    def test_what_is_proved_delivered_has_arrived(self, asked, network, letter):
        network.found.append(Probed(Finding.DELIVERED, "x"))
        asked.later(hours=1)

        assert (asked.one().state, letter.numbers, asked.tasks(), found(asked)) == ("delivered", [], [], set())

    def test_what_nobody_knows_is_asked_about_until_a_person_is(self, asked, network, letter):
        network.found.extend(Probed(Finding.UNKNOWN) for _ in range(10))
        for _ in range(14):
            asked.later(hours=7)
        unknown = (asked.one().state, len(asked.tasks()), found(asked))
        with pytest.raises(RuleViolation, match="say not_delivered"):
            asked.tell("decide_attempt", attempt_no=1, verdict="send_again")
        asked.tell("decide_attempt", "k2", attempt_no=1, verdict="not_delivered")

        assert unknown == ("unknown", 1, set())
        assert is_left_to_a_person(asked, network, letter)

    def test_one_that_is_protected_no_more_goes_by_its_way_after_all(self, asked, network, letter):
        register(asked, PROTECTING._replace(is_protected=0))
        network.found.append(Probed(Finding.NOT_DELIVERED))
        asked.later(hours=1)
        asked.later(minutes=1)

        assert (asked.one().state, network.numbers, letter.numbers) == ("delivered", ["1001"], [])
        assert (asked.tasks(), found(asked)) == ([], set())

    def test_what_counts_once_is_not_sent_again_to_find_out(self, engine, kivra, letter):
        kivra.promise = Promise.IDEMPOTENT
        kivra.goes_wrong.append(OutcomeUnknownError("connection cut"))
        north = DeliveryWorld(engine, kivra, letter)
        north.deliver(document())
        register(north, PROTECTING)
        north.later(hours=1)
        unknown = (north.one().state, kivra.numbers, letter.numbers, len(north.tasks()), found(north))
        north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")

        assert unknown == ("unknown", [], [], 1, set())
        assert is_left_to_a_person(north, kivra, letter)

    def test_a_call_that_begins_just_as_its_message_is_let_go_is_not_made(self, engine, kivra, letter, monkeypatch):
        if engine.dialect.name != "postgresql":
            pytest.skip("one writer at a time")
        kivra.promise = Promise.IDEMPOTENT
        kivra.goes_wrong.append(OutcomeUnknownError("connection cut"))
        north = DeliveryWorld(engine, kivra, letter)
        north.deliver(document())
        stopped, coming = Event(), Event()
        stop, hold = SqlExchanges.stop, SqlAttempts.hold

        def stop_and_wait(self, numbers):
            stop(self, numbers)
            stopped.set()
            coming.wait(5)
            time.sleep(0.2)  # so that the caller stands at the row; if it does not, nothing is shown

        def come_and_hold(self, numbers):
            coming.set()
            hold(self, numbers)

        monkeypatch.setattr(SqlExchanges, "stop", stop_and_wait)
        monkeypatch.setattr(SqlAttempts, "hold", come_and_hold)
        registering = Thread(target=register, args=(north, PROTECTING))
        registering.start()
        stopped.wait(5)
        north.clock.advance(timedelta(hours=1))
        north.work()
        registering.join()
        north.later(hours=1)

        assert (north.one().state, kivra.numbers, found(north)) == ("unknown", [], set())

    def test_a_report_settles_it_as_ever(self, engine, letter):
        post = ReportingChannel(RouteStep.KIVRA)
        post.goes_wrong.append(OutcomeUnknownError("lost"))
        north = DeliveryWorld(engine, post, letter)
        north.deliver(document())
        register(north, PROTECTING)
        post.reports.append(Receipt(ReceiptKind.DELIVERED, north.delivery_id("kivra")))
        north.follow()

        assert (north.one().state, north.tasks(), found(north)) == ("delivered", [], set())


class TestWordOfAPerson:
    """What a person said before the debtor was protected is said of somebody else."""

    def test_a_channel_of_choice_is_not_taken_any_more(self, engine, kivra, letter):
        north = DeliveryWorld(engine, kivra, letter)
        kivra.reaches = letter.reaches = Reach(Reachable.NO)
        north.deliver(document())
        kivra.reaches = TransientError("503")
        order(north, "send_document", document_no=1, channel="kivra")
        north.work()
        waits = north.one()
        register(north, PROTECTING)
        kivra.reaches = Reach(Reachable.YES)
        north.later(hours=1)

        assert (waits.state, waits.channel) == ("accepted", "kivra")
        assert is_left_to_a_person(north, kivra, letter)

    def test_a_channel_of_choice_stays_when_the_register_says_the_same_again(self, engine, kivra, letter):
        north = DeliveryWorld(engine, kivra, letter)
        register(north, PROTECTING)
        north.deliver(document())
        kivra.reaches = TransientError("503")
        order(north, "send_document", document_no=1, channel="kivra")
        north.work()
        register(north, PROTECTING._replace(source="again.csv"))
        kivra.reaches = Reach(Reachable.YES)
        north.later(hours=1)

        assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])

    def test_a_channel_that_is_chosen_since_is_taken(self, north, kivra, letter):
        register(north, PROTECTING)
        north.deliver(document())
        order(north, "send_document", document_no=1, channel="kivra")
        north.work()

        assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])

    def test_what_a_person_finds_out_has_not_come_is_not_sent_again_by_that_message(self, north, kivra, letter):
        kivra.goes_wrong.append(OutcomeUnknownError("lost"))
        north.deliver(document())
        register(north, PROTECTING)
        with pytest.raises(RuleViolation, match="say not_delivered"):
            order(north, "decide_attempt", attempt_no=1, verdict="send_again")
        order(north, "decide_attempt", attempt_no=1, verdict="not_delivered")
        north.later(minutes=1)
        held = is_left_to_a_person(north, kivra, letter)
        order(north, "send_document", document_no=1, channel="kivra")
        north.work()

        assert held
        assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])

    def test_what_was_unknown_before_and_goes_by_choice_since_may_be_sent_again(self, north, kivra, letter):
        register(north, PROTECTING)
        north.deliver(document())
        kivra.goes_wrong.append(OutcomeUnknownError("lost"))
        order(north, "send_document", document_no=1, channel="kivra")
        north.work()
        north.tell("decide_attempt", attempt_no=1, verdict="send_again")

        assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])
