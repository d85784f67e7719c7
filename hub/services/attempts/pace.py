"""The pace of a limited channel: how long a turn waits before it calls again.

One turn at a time calls a limited channel, so what each keeps for itself is kept by all: a turn waits before its first
call too, since the turn before it, on whatever node, may have called a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from hub.banking_calendar import Clock
from hub.services.ports import NotOursError

Wait = Callable[[timedelta], bool]
"""Waits so long, or until this process is to stop; says whether it is."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How often channels may be called, by name; the others as often as they answer."""

    per_minute: Mapping[str, int] = field(default_factory=dict)
    wait: Wait = field(default_factory=lambda: waits_until(Event()))

    def pace(self, channel: str, clock: Clock) -> Pace:
        """Return the pace of a turn that begins now."""
        calls = self.per_minute.get(channel)
        return Pace(timedelta(minutes=1) / calls if calls else timedelta(0), clock, self.wait)


def waits_until(stopping: Event) -> Wait:
    """Return a wait that an event ends."""
    return lambda pause: stopping.wait(pause.total_seconds())


class Pace:
    """Keeps the calls of one turn apart."""

    def __init__(self, apart: timedelta, clock: Clock, wait: Wait) -> None:
        self._apart = apart
        self._clock = clock
        self._wait = wait
        self._called_at = clock.now()

    @property
    def is_limited(self) -> bool:
        """Whether calls are kept apart at all."""
        return self._apart > timedelta(0)

    def wait(self, *, before: Callable[[], None]) -> None:
        """Wait for the time of the next call; `before` is done only when there is something to wait for.

        Raises:
            NotOursError: this process is to stop.
        """
        since = max(timedelta(0), self._clock.now() - self._called_at)  # a clock set back makes no long wait
        if since >= self._apart:
            return
        before()
        if self._wait(self._apart - since):
            raise NotOursError("this process is shutting down")

    def calls_now(self) -> None:
        """Count the time to the next call from here."""
        self._called_at = self._clock.now()
