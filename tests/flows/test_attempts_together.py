"""Messages that are begun in one transaction: on which channels, how many, and what becomes of those not called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attempt_world import PATIENT_S, AttemptWorld, check, scripted

from hub.contracts import Promise
from hub.errors import ConfigurationError, LedgerError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.faults import Fault
from hub.model.attempts import Delivered, Message, Probed
from hub.runtime.carrying import Carrier
from hub.services.attempts import CallLimits, SendingRun
from hub.services.attempts import content as kept_bytes
from hub.services.attempts import turn as turns
from hub.services.attempts.together import MOST, QUICK_MS

IDEMPOTENT, QUERYABLE, NEITHER = Promise
RUN = "send:north:1:1"


@pytest.fixture
def call_timeout_s() -> float:
    return PATIENT_S


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


class Watched:
    """A channel that notes how many messages are begun at each of its calls, and does something first."""

    def __init__(self, world: AttemptWorld, promise: Promise, first: Callable[[int], object] = lambda _call: None):
        self._channel = world.channels[promise]
        self._world = world
        self._first = first
        self.begun: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def send(self, message: Message) -> Delivered:
        (own,) = [attempt for attempt in self._world.attempts() if attempt.key == message.key]
        assert own.sends > 0, "a row is committed before each call"
        self.begun.append(self._world.states().count("started"))
        self._first(len(self.begun))
        return self._channel.send(message)


class WatchedAskable(Watched):
    settled_after_s = 10

    def probe(self, key: str) -> Probed:
        return self._channel.probe(key)


def watched(world: AttemptWorld, promise: Promise, first: Callable[[int], object] = lambda _call: None) -> Watched:
    wrapped = WatchedAskable if promise is QUERYABLE else Watched
    world.channels[promise] = channel = wrapped(world, promise, first)
    return channel


def test_an_idempotent_channel_begins_as_many_as_it_has_just_taken_and_no_more_than_the_most(world):
    channel = watched(world, IDEMPOTENT)
    world.plan(IDEMPOTENT, 3 * MOST)

    world.work()

    rows = [1, 1, 2, 4, 8, *[MOST] * 2]
    assert channel.begun == [row for row in rows for _ in range(row)]
    assert {(attempt.state, attempt.sends) for attempt in world.attempts()} == {("delivered", 1)}
    check(world)


@pytest.mark.parametrize("promise", [NEITHER, QUERYABLE])
def test_any_other_channel_has_one_message_in_doubt_at_most(world, promise):
    channel = watched(world, promise)
    world.plan(promise, 8)

    world.work()

    assert channel.begun == [1] * 8


def test_a_limited_channel_begins_one_at_a_time(world):
    channel = watched(world, IDEMPOTENT)
    world.plan(IDEMPOTENT, 8)
    pauses: list[timedelta] = []
    limits = CallLimits({channel.name: 60}, lambda pause: bool(pauses.append(pause)))
    run = SendingRun(world.store, {channel.name: channel}, world.clock, limits, world.clock.steady)

    Carrier(world.store, {"send": run}).carry_out(RUN)

    assert channel.begun == [1] * 8
    assert len(pauses) == 8


@pytest.mark.parametrize(
    ("answer", "state", "stops"),
    [
        (RejectedError("no"), "rejected", False),
        (TransientError("later"), "planned", False),
        (OutcomeUnknownError("lost"), "in_doubt", False),
        (KeyError("a defect"), "in_doubt", True),
        (Delivered("B-1", "no bytes"), "delivered", True),
        (ConfigurationError("a wrong password"), "planned", True),
    ],
)
def test_what_is_not_called_after_another_answer_is_planned_again(world, answer, state, stops):
    """Of the row 4, 5, 6, 7 the second is told something else: the other two are certainly not sent."""
    scripted(world, IDEMPOTENT, *[Delivered()] * 5, answer, Delivered())
    seen: list[list[str]] = []
    world.plan(IDEMPOTENT, 8)
    channel = watched(world, IDEMPOTENT, lambda _call: seen.append(world.states()))

    world.work()

    assert world.states()[5] == state
    assert channel.begun[5] == 4
    if stops:
        assert [(attempt.state, attempt.may_have_arrived) for attempt in world.attempts()[6:]] == [("planned", 0)] * 2
    else:
        assert seen[6][6:] == ["started", "planned"], "the next is begun by itself"
        assert world.states()[6:] == ["delivered"] * 2


def test_a_slow_call_ends_the_row(world):
    """The sixth call takes long: a person who cancels waits for no more than that one."""

    def take_long(call: int) -> None:
        world.clock.advance(timedelta(milliseconds=QUICK_MS + 1 if call == 6 else QUICK_MS))

    channel = watched(world, IDEMPOTENT, take_long)
    world.plan(IDEMPOTENT, 9)

    world.work()

    assert channel.begun == [1, 1, 2, 2, 4, 4, 1, 1, 1]
    assert set(world.states()) == {"delivered"}
    check(world)


def test_a_process_that_slept_among_them_makes_sure_of_the_run_again(world):
    """It is frozen before the sixth call; its run is cancelled meanwhile, so nothing more goes out."""
    calls: list[int] = []
    readings: list[int] = []  # of the clock after the fifth call: the first times that call

    def steady() -> Any:
        if len(calls) == 5:
            readings.append(len(readings))
        if len(readings) == 2:
            world.cancel(RUN)
            world.clock.advance(timedelta(hours=1))
        return world.clock.steady()

    watched(world, IDEMPOTENT, calls.append)
    world.plan(IDEMPOTENT, 8)
    bodies = world.bodies
    bodies["send"]._steady = steady
    Carrier(world.store, bodies).carry_out(RUN)

    assert len(calls) == 5
    check(world, may_be_unknown=True)


def test_a_run_that_is_cancelled_sends_what_is_begun_and_nobody_is_asked_about_it(world):
    channel = watched(world, IDEMPOTENT, lambda call: world.cancel(RUN) if call == 5 else None)
    world.plan(IDEMPOTENT, 10)

    world.work()

    assert len(channel.begun) == 8
    assert (world.states(), world.tasks()) == (["delivered"] * 8 + ["cancelled"] * 2, {})
    check(world)


@pytest.mark.parametrize(
    ("answer", "sixth"),
    [(RejectedError("no"), "rejected"), (TransientError("503: later"), "cancelled"), (None, "delivered")],
)
def test_of_what_is_cancelled_in_its_row_and_certainly_not_sent_nobody_is_asked(world, answer, sixth):
    """In the sixth call the run is cancelled, and its answer ends the row: two behind it are begun and never called."""

    def cancel(call: int) -> None:
        if call == 6:
            world.cancel(RUN)
            world.clock.advance(timedelta(milliseconds=QUICK_MS + 1))
            if answer is not None:
                raise answer

    watched(world, IDEMPOTENT, cancel)
    world.plan(IDEMPOTENT, 10)

    world.work()

    assert world.states() == ["delivered"] * 5 + [sixth] + ["cancelled"] * 4
    assert world.tasks() == {}
    assert {attempt.may_have_arrived for attempt in world.attempts() if attempt.state != "delivered"} <= {0}
    check(world)


def test_a_message_that_somebody_changes_is_not_begun_nor_is_any_with_it(world):
    def decide(call: int) -> None:
        if call == 4:
            world.decide(6, "not_delivered")

    channel = watched(world, IDEMPOTENT, decide)
    world.plan(IDEMPOTENT, 8)

    world.work()
    assert (len(channel.begun), world.states()[4:]) == (4, ["planned", "rejected", "planned", "planned"])
    world.work_to_the_end()

    assert world.states() == ["delivered"] * 5 + ["rejected"] + ["delivered"] * 2
    check(world)


def test_bytes_that_are_not_those_planned_stop_none_of_those_before(world, monkeypatch):
    channel = watched(world, IDEMPOTENT)
    world.plan(IDEMPOTENT, 8)
    read = turns.Ahead.content_of

    def damaged(ahead: Any, attempt: Any) -> bytes:
        if attempt.attempt_no == 7:
            raise LedgerError("the kept bytes are others")
        return read(ahead, attempt)

    monkeypatch.setattr(turns.Ahead, "content_of", damaged)
    world.work()

    assert channel.begun == [1, 1, 2, 2, 2, 2]
    assert world.states() == ["delivered"] * 6 + ["planned"] * 2


def test_no_more_bytes_are_held_than_may_be(world, monkeypatch):
    monkeypatch.setattr(kept_bytes, "BYTES_AHEAD", len(b"letter 1") * 2)
    channel = watched(world, IDEMPOTENT)
    world.plan(IDEMPOTENT, 8)

    world.work()

    assert channel.begun == [1, 1, 2, 2, 2, 2, 2, 2]
    assert set(world.states()) == {"delivered"}


def test_messages_in_doubt_go_again_by_themselves(world):
    """Those of another's row may have arrived: each is cleared up by a call of its own."""
    world.channels[IDEMPOTENT].troubled = 5
    world.channels[IDEMPOTENT].calls_come_to = [Fault.RESET_AFTER_ACCEPT]
    world.plan(IDEMPOTENT, 8)
    world.work()
    channel = watched(world, IDEMPOTENT)
    world.clock.advance(timedelta(hours=1))

    world.work()

    assert channel.begun == [1]
    check(world)
