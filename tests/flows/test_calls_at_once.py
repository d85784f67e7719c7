"""Calls of one channel that are under way at the same time: where, how many, and what an answer among them changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Lock
from typing import Any

import pytest
from attempt_world import PATIENT_S, AttemptWorld

from hub.contracts import ConcurrentChannel, Promise
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Message
from hub.runtime.carrying import Carrier
from hub.services.attempts import CallLimits, SendingRun
from hub.services.attempts.together import MOST, QUICK_MS

IDEMPOTENT, QUERYABLE, NEITHER = Promise
RUN = "send:north:1:1"
MEETS_WITHIN_S = 20


@pytest.fixture
def call_timeout_s() -> float:
    return PATIENT_S


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


class AtOnce:
    """A channel that may be called by several threads, and says how many were under way."""

    name = "at_once"

    def __init__(self, calls_at_once: int = 4, first: Callable[[int], object] = lambda _letter: None) -> None:
        self.promise = IDEMPOTENT
        self.calls_at_once = calls_at_once
        self.most_under_way = 0
        self.sent: list[int] = []
        self._first = first
        self._under_way = 0
        self._lock = Lock()

    def send(self, message: Message) -> Delivered:
        letter = int(message.content.split()[-1])
        with self._lock:
            self._under_way += 1
            self.most_under_way = max(self.most_under_way, self._under_way)
            self.sent.append(letter)
        try:
            self._first(letter)
        finally:
            with self._lock:
                self._under_way -= 1
        return Delivered(f"L-{letter}")


class Meeting:
    """Lets calls end only when as many are under way as are expected, from a certain letter on."""

    def __init__(self, calls: int, since: int) -> None:
        self._barrier = Barrier(calls, timeout=MEETS_WITHIN_S)
        self._since = since

    def __call__(self, letter: int) -> None:
        if letter >= self._since:
            self._barrier.wait()


class Deadline:
    """Ends a wait that has no end."""

    def __init__(self, within_s: float) -> None:
        self._ends = time.monotonic() + within_s

    def check(self) -> None:
        assert time.monotonic() < self._ends, "what was waited for does not come"
        time.sleep(0.002)


def carried(world: AttemptWorld, channel: AtOnce, messages: int, limits: CallLimits | None = None) -> None:
    world.channels[IDEMPOTENT] = channel
    world.plan(IDEMPOTENT, messages)
    run = SendingRun(world.store, {channel.name: channel}, world.clock, limits, world.clock.steady)
    Carrier(world.store, {"send": run}).carry_out(RUN)


def delivered(world: AttemptWorld) -> list[bool]:
    return [state == "delivered" for state in world.states()]


def test_messages_are_under_way_at_once_and_each_keeps_its_own_answer(world):
    """Letters 0 to 3 go as one, one, two; from 4 on four are begun together, and none ends before all are under way."""
    channel = AtOnce(4, Meeting(4, since=4))

    carried(world, channel, 12)

    assert (channel.most_under_way, sorted(channel.sent)) == (4, list(range(12)))
    assert [(a.state, a.sends, a.external_id) for a in world.attempts()] == [
        ("delivered", 1, f"L-{letter}") for letter in range(12)
    ]


@pytest.mark.parametrize(("calls_at_once", "most"), [(1, 1), (2, 2), (1000, MOST)])
def test_no_more_are_under_way_than_the_channel_says_nor_than_are_begun_together(world, calls_at_once, most):
    channel = AtOnce(calls_at_once)

    carried(world, channel, 4 * MOST)

    assert channel.most_under_way <= most
    assert sorted(channel.sent) == list(range(4 * MOST))


@pytest.mark.parametrize("promise", [QUERYABLE, NEITHER])
def test_a_channel_that_does_not_drop_repeats_is_called_once_at_a_time(world, promise):
    channel = AtOnce()
    channel.promise = promise
    if promise is QUERYABLE:
        channel.settled_after_s, channel.probe = 10, None  # type: ignore[attr-defined]

    carried(world, channel, 8)

    assert channel.most_under_way == 1
    assert all(delivered(world))


def test_a_limited_channel_is_called_once_at_a_time(world):
    channel = AtOnce()

    carried(world, channel, 8, CallLimits({channel.name: 60}, lambda _pause: False))

    assert (channel.most_under_way, channel.sent) == (1, list(range(8)))


@pytest.mark.parametrize(
    ("answer", "state", "stops"),
    [
        (RejectedError("no"), "rejected", False),
        (TransientError("later"), "planned", False),
        (OutcomeUnknownError("lost"), "in_doubt", False),
        (KeyError("a defect"), "in_doubt", True),
        (ConfigurationError("a wrong password"), "planned", True),
    ],
)
def test_an_answer_among_calls_under_way_changes_its_own_message_alone(world, answer, state, stops):
    """Of eight begun four are under way: the first, letter 8, is told no; those beside it are heard as well."""
    meeting = Meeting(4, since=8)

    def first(letter: int) -> None:
        if 8 <= letter <= 11:
            meeting(letter)
        if letter == 8:
            raise answer

    channel = AtOnce(4, first)
    carried(world, channel, 20)

    states = world.states()
    assert states[8] == state
    assert states[9:12] == ["delivered"] * 3
    if stops:
        assert channel.sent[-1] <= 11, "nothing is begun after an answer that stops the run"
        assert [(a.state, a.may_have_arrived) for a in world.attempts()[12:]] == [("planned", 0)] * 8
    else:
        assert states[12:] == ["delivered"] * 8


def test_slow_calls_are_begun_as_many_as_are_called_at_once(world):
    """What takes long is waited for by a person who cancels, so no more is begun than is under way."""
    started: list[int] = []
    meeting = Meeting(4, since=4)

    def first(letter: int) -> None:
        meeting(letter)
        started.append(world.states().count("started"))
        if letter >= 4:
            meeting(letter)

    def steady() -> Any:
        world.clock.advance(timedelta(milliseconds=QUICK_MS + 1))
        return world.clock.steady()

    channel = AtOnce(4, first)
    world.channels[IDEMPOTENT] = channel
    world.plan(IDEMPOTENT, 12)
    run = SendingRun(world.store, {channel.name: channel}, world.clock, steady=steady)
    Carrier(world.store, {"send": run}).carry_out(RUN)

    assert started == [1, 1, 2, 2, *[4] * 8]
    assert all(delivered(world))


def test_the_next_messages_are_begun_while_the_last_calls_are_under_way(world):
    """Each call ends only when the message four places behind it is begun; and never are more than sixteen begun."""
    most_begun, last = [0], 6 * MOST - 1

    def first(letter: int) -> None:
        if not 2 * MOST <= letter <= last - 4:
            return
        patience = Deadline(MEETS_WITHIN_S)
        while (states := world.states())[letter + 4] == "planned":
            patience.check()
        most_begun[0] = max(most_begun[0], states.count("started"))

    channel = AtOnce(4, first)
    carried(world, channel, last + 1)

    assert all(delivered(world))
    assert channel.most_under_way <= 4  # that there are four is seen where they meet
    assert most_begun[0] <= MOST


def test_what_may_be_called_at_once_is_told_by_the_contract():
    assert isinstance(AtOnce(), ConcurrentChannel)


def test_one_moments_failures_are_one_for_the_channel(world):
    """Sixteen calls are under way when the other side is busy: it is left in peace for as long as it asks for."""
    busy = Barrier(MOST, timeout=MEETS_WITHIN_S)

    def first(letter: int) -> None:
        if letter >= 2 * MOST and busy.n_waiting < MOST and not busy.broken and letter < 3 * MOST:
            busy.wait()
            raise TransientError("503: busy", retry_after_s=7)

    carried(world, AtOnce(MOST, first), 3 * MOST)

    with world.store.read() as work:
        rest = work.attempts.rest_of("at_once")
    failures = [attempt.failures for attempt in world.attempts()]
    assert sum(failures) > 1
    assert (rest.failures, rest.not_before) == (1, "2026-11-22T09:00:07.000+00:00")


@pytest.mark.parametrize(
    ("odd", "kept"), [("a\0b", "a\N{REPLACEMENT CHARACTER}b"), ("half \ud83d of one", "half ? of one")]
)
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_text_that_no_database_keeps_costs_no_outcome(world, odd, kept, is_taken):
    class Odd(AtOnce):
        def send(self, message: Message) -> Delivered:
            super().send(message)
            if not is_taken:
                raise RejectedError(odd)
            return Delivered(odd)

    carried(world, Odd(), 20)

    expected = ("delivered", kept, "") if is_taken else ("rejected", "", kept)
    assert {(one.state, one.external_id, one.problem) for one in world.attempts()} == {expected}
