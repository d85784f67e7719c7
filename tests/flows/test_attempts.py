"""Messages to the outside: planned once, sent one after the other, and what people decide about the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from attempt_world import AttemptWorld, check, scripted
from one_database import on_postgresql
from sqlalchemy import text

from hub.contracts import Promise
from hub.errors import ConfigurationError, DataError, OutcomeUnknownError, RuleViolation, TransientError
from hub.loopback.counterparty import QUESTION
from hub.loopback.faults import Fault
from hub.model.attempts import Delivered, Message, PlannedMessage, Probed
from hub.rules.attempts import MOST_FAILURES
from hub.runtime.carrying import Carrier
from hub.services.runs import retry

IDEMPOTENT, QUERYABLE, NEITHER = Promise


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


def run_of(world: AttemptWorld) -> Any:
    with world.store.read() as work:
        return work.runs.get("send:north:1:1")


# Planning


@pytest.mark.parametrize("promise", list(Promise))
def test_every_message_of_a_batch_is_sent_once_and_keeps_what_the_other_side_calls_it(world, promise):
    assert world.plan(promise, 3) == 3

    answers = world.work()

    check(world)
    assert answers == {"send:north:1:1": {"delivered": 3}}
    assert [attempt.sends for attempt in world.attempts()] == [1, 1, 1]
    assert {attempt.external_id for attempt in world.attempts()} == {f"{promise}-{n}" for n in (1, 2, 3)}


def test_a_large_batch_is_parted_into_runs_of_its_channel(world):
    kept = [PlannedMessage(f"letter:{number}", "0" * 64, 1) for number in range(250)]
    world.plan_messages(NEITHER, kept)

    with world.store.read() as work:
        runs = work.runs.unfinished()
        sizes = [len(work.attempts.of_run(run.run_no)) for run in runs]

    assert [run.run_id for run in runs] == ["send:north:1:1", "send:north:1:2", "send:north:1:3"]
    assert sizes == [100, 100, 50]
    assert world.number("SELECT count(*) FROM run WHERE tenant = :t AND lane = 'demonstration_neither'") == 3


def test_the_same_batch_again_changes_nothing(world):
    world.plan(NEITHER, 2)
    before = world.attempts()

    assert world.plan(NEITHER, 2) == 0
    assert world.attempts() == before


def test_a_message_keeps_its_bytes(world):
    world.plan(NEITHER)
    with pytest.raises(DataError, match="other bytes"):
        world.plan_messages(NEITHER, [PlannedMessage("letter:0", "0" * 64, 1)], batch="2")


def test_a_batch_that_was_planned_takes_no_more_messages(world):
    world.plan(NEITHER)
    with pytest.raises(DataError, match="batch of their own"):
        world.plan(NEITHER, prefix="other")
    assert len(world.attempts()) == 1


def test_a_batch_names_each_message_once(world):
    with pytest.raises(DataError, match="twice"):
        world.plan_messages(NEITHER, [PlannedMessage("letter:0", "0" * 64, 1)] * 2)


# The next channel


@pytest.mark.parametrize("answer", [Delivered(), OutcomeUnknownError("lost"), TransientError("later")])
def test_what_may_have_arrived_never_goes_on_to_another_channel(world, answer):
    scripted(world, NEITHER, answer)
    world.plan(NEITHER)
    world.work()

    with pytest.raises(RuleViolation, match="certainly not delivered"):
        world.plan(IDEMPOTENT, batch="2")


def test_what_was_rejected_may_go_on_to_another_channel(world):
    world.counterparty.faults.order(NEITHER, Fault.REFUSE)
    world.plan(NEITHER)
    world.work()
    world.plan(IDEMPOTENT, batch="2")

    world.work()

    assert world.states() == ["rejected", "delivered"]
    assert world.tasks() == {}


# What the other side says


def test_a_refused_message_does_not_stop_the_others(world):
    world.counterparty.faults.order(NEITHER, Fault.REFUSE)
    world.plan(NEITHER, 2)

    assert world.work() == {"send:north:1:1": {"rejected": 1, "delivered": 1}}
    assert "422" in world.attempts()[0].problem


def test_a_busy_counterparty_gets_the_message_later(world):
    world.counterparty.faults.order(NEITHER, Fault.BUSY)
    world.plan(NEITHER)

    world.work()
    waiting = world.attempt()
    world.work()
    assert world.attempt() == waiting
    world.work_to_the_end()

    check(world)
    assert (waiting.state, waiting.failures, waiting.next_at[:19]) == ("planned", 1, "2026-11-22T09:00:30")
    assert world.attempt().sends == 2


def test_a_message_that_fails_too_often_is_given_up_and_a_person_is_asked(world):
    channel = scripted(world, NEITHER, TransientError("down"))
    world.plan(NEITHER)

    world.work_to_the_end()

    assert len(channel.sent) == MOST_FAILURES
    assert (world.states(), world.tasks()) == (["given_up"], {"1": "given_up_attempt"})
    assert run_of(world).state == "done"


def test_the_identical_bytes_go_again_under_the_same_key(world):
    channel = scripted(world, IDEMPOTENT, OutcomeUnknownError("lost"), Delivered("id"))
    world.plan(IDEMPOTENT)

    world.work_to_the_end()

    assert len(channel.sent) == 2
    assert set(channel.sent) == {Message(world.attempt().key, b"letter 0", "letter:0")}


def test_a_counterparty_that_does_not_know_is_asked_again(world):
    world.counterparty.faults.order(QUERYABLE, Fault.ERROR_AFTER_ACCEPT)
    world.counterparty.faults.order(QUESTION, Fault.DO_NOT_KNOW, times=2)
    world.plan(QUERYABLE)

    world.work_to_the_end()

    check(world)
    assert world.attempt().sends == 1


def test_a_queryable_channel_is_asked_only_when_the_call_has_settled(world):
    asked: list[str] = []
    channel = world.channels[QUERYABLE]
    probe = channel.probe
    channel.probe = lambda key: asked.append(key) or probe(key)
    world.counterparty.faults.order(QUERYABLE, Fault.TIME_OUT_AFTER_ACCEPT)
    world.plan(QUERYABLE)
    world.work()

    world.clock.advance(timedelta(seconds=channel.settled_after_s))
    world.work()
    assert asked == []
    world.clock.advance(timedelta(minutes=1))
    world.work()

    assert asked == [world.attempt().key]
    assert world.attempt().state == "delivered"


def test_a_wrong_setting_stops_the_run_and_costs_nothing(world):
    scripted(world, NEITHER, ConfigurationError("no secret"))
    world.plan(NEITHER, 3)

    world.work()

    assert [(a.state, a.failures) for a in world.attempts()] == [("planned", 0)] * 3
    assert run_of(world).state == "failed"


@pytest.mark.parametrize("answer", [KeyError("19121212-1212"), None])
def test_a_broken_channel_puts_one_message_in_doubt_and_no_more(world, answer):
    channel = scripted(world, NEITHER, answer)
    world.plan(NEITHER, 3)

    world.work()

    assert len(channel.sent) == 1
    assert world.states() == ["unknown", "planned", "planned"]
    assert run_of(world).state == "failed"
    assert "19121212" not in world.attempts()[0].problem + run_of(world).problem


def test_a_receipt_of_the_wrong_type_stops_a_broken_channel_and_loses_no_outcome(world):
    channel = scripted(world, NEITHER, Delivered("B-1", "<signed/>"))
    world.plan(NEITHER, 3)

    world.work()

    assert len(channel.sent) == 1
    assert world.states() == ["delivered", "planned", "planned"]
    assert world.attempts()[0].external_id == "B-1"
    assert (run_of(world).state, "signed receipt is no bytes" in run_of(world).problem) == ("failed", True)


def test_a_channel_that_is_gone_stops_the_run(world):
    world.plan(NEITHER)
    del world.channels[NEITHER]

    world.work()

    assert "turn it on again" in run_of(world).problem


# Who owns the run


class Meanwhile:
    """Does something while the counterparty has the message, once."""

    def __init__(self, channel: Any, happens: Callable[[], object]) -> None:
        self._channel = channel
        self._happens: Callable[[], object] | None = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def send(self, message: Message) -> Delivered:
        delivered = self._channel.send(message)
        happens, self._happens = self._happens, None
        if happens is not None:
            happens()
        return delivered


class AskableMeanwhile(Meanwhile):
    settled_after_s = 10

    def probe(self, key: str) -> Probed:
        return self._channel.probe(key)


@pytest.mark.parametrize("promise", list(Promise))
def test_a_slow_process_that_was_taken_over_sends_nothing_more(world, promise):
    """It is in a call when another takes its run over; what it hears of its call counts all the same."""
    wrapped = AskableMeanwhile if promise is QUERYABLE else Meanwhile
    world.channels[promise] = wrapped(world.channels[promise], world.work)
    world.plan(promise, 2)

    world.work()
    assert world.states()[0] == "delivered"
    world.work_to_the_end()

    check(world)
    assert (world.states(), world.tasks()) == (["delivered", "delivered"], {})


def test_what_was_heard_is_written_down_when_the_process_shuts_down(world):
    stopping = Event()
    world.channels[NEITHER] = Meanwhile(world.channels[NEITHER], stopping.set)
    world.plan(NEITHER, 2)

    Carrier(world.store, world.bodies, stopping=stopping).carry_out("send:north:1:1")
    assert world.states() == ["delivered", "planned"]
    world.work_to_the_end()

    check(world)
    assert world.states() == ["delivered", "delivered"]


def test_a_process_that_slept_before_its_call_makes_sure_of_the_run_again(world):
    world.plan(NEITHER)
    slept: list[bool] = []

    def steady() -> Any:
        if world.states() == ["started"] and not slept:
            slept.append(True)
            world.clock.advance(timedelta(hours=1))
            world.clock.jump(timedelta(hours=-1))  # and the time of day does not show it
        return world.clock.steady()

    bodies = world.bodies
    bodies["send"]._steady = steady
    Carrier(world.store, bodies).carry_out("send:north:1:1")

    check(world)
    assert world.attempt().sends == 2
    assert len(world.accepted(world.attempt())) == 1


def test_a_database_that_is_too_slow_for_any_call_is_not_waited_for_without_end(world):
    channel = scripted(world, NEITHER, Delivered())
    world.plan(NEITHER)

    def steady() -> Any:
        world.clock.advance(timedelta(seconds=6))
        return world.clock.steady()

    bodies = world.bodies
    bodies["send"]._steady = steady
    carried = Carrier(world.store, bodies).carry_out("send:north:1:1")

    assert (carried.ending, channel.sent) == ("waits", [])
    assert (world.attempt().state, world.attempt().failures) == ("planned", 0)
    world.work_to_the_end()
    assert world.states() == ["delivered"]


def test_who_changes_the_messages_of_a_run_takes_them_by_number(world):
    failed_first(world)
    with world.store.write() as work:
        assert [attempt.attempt_no for attempt in work.attempts.of_run(1, to_change=True)] == [1, 2]
        assert [attempt.attempt_no for attempt in work.attempts.of_run(1)] == [2, 1]


def failed_first(world: AttemptWorld) -> None:
    """Plan two messages of which the second is sent first."""
    world.plan(NEITHER, 2)
    with world.store.write() as work:
        first = work.attempts.of_run(1)[0]
        work.attempts.record([(first, first._replace(failures=1))])


@on_postgresql
def test_a_turn_that_waits_for_a_message_keeps_nobody_from_one_after_it(world):
    """It has heard of the second message and begins with the first, which somebody holds who will want the second."""
    channel = scripted(world, NEITHER, Delivered())
    failed_first(world)
    take = "SELECT 1 FROM attempt WHERE attempt_no = :number FOR UPDATE NOWAIT"
    send, is_held = channel.send, Event()
    with world.engine.connect() as other:

        def send_and_hold(message: Message) -> Delivered:
            if not is_held.is_set():
                other.execute(text(take), {"number": 1})
                is_held.set()
            return send(message)

        channel.send = send_and_hold
        turn = Thread(target=world.work)
        turn.start()
        is_held.wait()
        while turn.is_alive() and not world.number("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            Event().wait(0.01)
        other.execute(text(take), {"number": 2})
        other.rollback()
        turn.join()

    assert world.states() == ["delivered"] * 2


# What a person decides


def test_a_person_lets_go_of_a_message_that_keeps_its_run_from_going_on(world):
    scripted(world, NEITHER, ConfigurationError("it answered 404"), Delivered())
    world.plan(NEITHER, 3)
    world.work()
    assert run_of(world).state == "failed"

    world.decide(1, "not_delivered")
    with world.store.write() as work:
        retry(work, "send:north:1:1")
    world.work()

    assert world.states() == ["rejected", "delivered", "delivered"]
    assert run_of(world).state == "done"


@pytest.fixture
def unknown(world: AttemptWorld) -> AttemptWorld:
    world.counterparty.faults.order(NEITHER, Fault.RESET_BEFORE_READING)
    world.plan(NEITHER)
    world.work()
    assert world.states() == ["unknown"]
    return world


def test_a_person_says_that_it_arrived(unknown):
    answer = unknown.decide(1, "delivered", external_id="B-17")

    assert answer == {"attempt_no": 1, "message": "letter:0", "state": "delivered"}
    assert (unknown.attempt().external_id, unknown.tasks()) == ("B-17", {})
    assert unknown.work() == {}


def test_a_person_has_it_sent_again_under_the_same_key(unknown):
    key = unknown.attempt().key
    unknown.decide(1, "send_again")

    assert unknown.work() == {"send:north:1:again:1:2": {"delivered": 1}}
    check(unknown)
    assert (unknown.attempt().key, unknown.attempt().sends, unknown.tasks()) == (key, 2, {})


def test_a_message_is_sent_again_as_often_as_a_person_says_so_though_it_was_never_called(world):
    """Its channel was dead all the time: no call tells one run that sends it again from the next."""
    world.plan(NEITHER)
    for key in ("first", "second"):
        with world.store.write() as work:
            (planned,) = work.attempts.of_messages(["letter:0"])
            work.attempts.record([(planned, planned._replace(state="given_up"))])
        world.decide(1, "send_again", key=key)
    world.work_to_the_end()

    check(world)
    assert (world.attempt().state, world.attempt().sends) == ("delivered", 1)


def test_the_same_decision_again_sends_nothing_more(unknown):
    first = unknown.decide(1, "send_again")

    assert unknown.decide(1, "send_again") == first
    unknown.work()
    check(unknown)


def test_unknown_again_is_asked_again(unknown):
    unknown.decide(1, "send_again")
    unknown.counterparty.faults.order(NEITHER, Fault.RESET_BEFORE_READING)
    unknown.work()

    assert (unknown.states(), unknown.tasks()) == (["unknown"], {"1": "unknown_attempt"})


def test_a_person_lets_it_go_on_to_another_channel(unknown):
    unknown.decide(1, "not_delivered")
    unknown.plan(IDEMPOTENT, batch="2")

    unknown.work()

    assert unknown.states() == ["rejected", "delivered"]
    assert unknown.attempts()[0].problem == "anna says: not_delivered"


def test_what_went_on_to_another_channel_is_not_sent_again_on_the_first(world):
    scripted(world, NEITHER, TransientError("down"))
    world.plan(NEITHER)
    world.work_to_the_end()
    world.plan(IDEMPOTENT, batch="2")
    world.work()

    with pytest.raises(RuleViolation, match="certainly not delivered"):
        world.decide(1, "send_again")


def test_only_what_waits_for_a_person_is_decided(world):
    world.plan(NEITHER)
    with pytest.raises(RuleViolation, match="planned"):
        world.decide(1, "delivered")
    with pytest.raises(DataError, match="no attempt 7"):
        world.decide(7, "delivered")


def test_the_decision_is_an_event(unknown):
    unknown.decide(1, "delivered", remark="asked by telephone")
    with unknown.store.read() as work:
        *_, event = work.events.after(0)

    assert event.kind == "attempt_decided"
    assert {**event.data}.items() >= {"verdict": "delivered", "user": "anna", "remark": "asked by telephone"}.items()
