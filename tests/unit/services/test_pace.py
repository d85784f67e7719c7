"""A turn's calls to a limited channel are kept apart, and a stop interrupts the wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.banking_calendar import FixedClock
from hub.services.attempts.pace import CallLimits, Pace
from hub.services.ports import NotOursError


class Waiting:
    """Lets the clock move instead of waiting, and keeps how long it would have been."""

    def __init__(self) -> None:
        self.clock = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
        self.waited_s: list[float] = []
        self.is_to_stop = False
        self.written_down = 0

    def __call__(self, pause: timedelta) -> bool:
        self.waited_s.append(pause.total_seconds())
        self.clock.advance(pause)
        return self.is_to_stop

    def write_down(self) -> None:
        self.written_down += 1

    def pace(self, channel: str = "letters") -> Pace:
        return CallLimits({"letters": 240}, self).pace(channel, self.clock)  # a quarter of a second apart

    def call(self, pace: Pace, takes_s: float = 0) -> None:
        pace.wait(before=self.write_down)
        pace.calls_now()
        self.clock.advance(timedelta(seconds=takes_s))


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_calls_begin_a_limit_apart_and_the_first_after_the_turn_before(waiting: Waiting) -> None:
    pace = waiting.pace()
    for takes_s in (0.0, 0.1, 0.0):
        waiting.call(pace, takes_s)

    assert waiting.waited_s == pytest.approx([0.25, 0.25, 0.15])


def test_a_call_that_took_longer_than_the_limit_is_followed_at_once(waiting: Waiting) -> None:
    pace = waiting.pace()
    waiting.call(pace, takes_s=1)
    waiting.call(pace)

    assert waiting.waited_s == [0.25]


def test_what_was_heard_is_written_down_before_a_wait_and_else_not(waiting: Waiting) -> None:
    pace = waiting.pace()
    waiting.call(pace, takes_s=1)
    waiting.call(pace)

    assert waiting.written_down == len(waiting.waited_s) == 1


def test_a_channel_without_a_limit_waits_never(waiting: Waiting) -> None:
    pace = waiting.pace("parcels")
    for _ in range(3):
        waiting.call(pace)

    assert waiting.waited_s == []


def test_a_clock_that_is_set_back_makes_no_longer_wait(waiting: Waiting) -> None:
    pace = waiting.pace()
    waiting.call(pace)
    waiting.clock.advance(timedelta(hours=-1))
    waiting.call(pace)

    assert waiting.waited_s == [0.25, 0.25]


def test_nothing_is_called_once_the_process_is_to_stop(waiting: Waiting) -> None:
    waiting.is_to_stop = True

    with pytest.raises(NotOursError, match="shutting down"):
        waiting.call(waiting.pace())
