"""Sending: the body of a run that carries messages to one channel.

Before each call that sends a row is committed that says so, by whoever carries the run at that moment; then the other
side is called with no transaction open; then what it said is committed, together with the row of the next call. The
rows are the run's memory: whoever goes on with it reads them and knows of each message whether it may have arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from math import ceil

from hub.banking_calendar import Clock
from hub.contracts import DeliveryChannel, QueryableChannel
from hub.errors import ConfigurationError, HubError, TransientError
from hub.model.attempts import Attempt, AttemptState, Message
from hub.rules.attempts import FOR_A_PERSON, OPEN, Step, after, begun, later, left_to_a_person, next_step
from hub.services.attempts.calling import Called, ask, send
from hub.services.attempts.pace import CallLimits, Pace
from hub.services.attempts.tasks import open_task
from hub.services.ports import JsonObject, NotOursError, Store, UnitOfWork, Work

CALL_WITHIN_S = 5  # a call that began later after its row was committed could end when others think it settled
MOST_FAILURES_IN_A_ROW = 3  # then the other side is left in peace for a while


class SendingRun:
    """Carries out `send` runs; each carries messages to one channel."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, DeliveryChannel],
        clock: Clock,
        limits: CallLimits | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._limits = limits or CallLimits()

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Take every message of the run as far as it goes now; answer how many are in which state.

        Raises:
            TransientError: some messages wait for their time.
            ConfigurationError: the channel is not there, or a setting keeps it from sending.
            LedgerError: the channel is broken.
        """
        channel = self._channel(input["channel"])
        turn = _Turn(self._store, work, channel, self._clock, self._limits.pace(channel.name, self._clock))
        try:
            turn.go_through()
        except (NotOursError, HubError):
            turn.write_down()  # what was heard is true whoever carries the run
            raise
        return turn.close()

    def _channel(self, name: str) -> DeliveryChannel:
        if name not in self._channels:
            raise ConfigurationError(
                f"no plugin that is turned on offers the channel {name}",
                where="plugins",
                hint="turn it on again; its messages wait",
            )
        return self._channels[name]


class _Turn:
    """One going-through of a run's messages."""

    def __init__(self, store: Store, work: Work, channel: DeliveryChannel, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._work = work
        self._channel = channel
        self._clock = clock
        self._pace = pace
        self._settled_after_s = channel.settled_after_s + CALL_WITHIN_S if isinstance(channel, QueryableChannel) else 0
        self._unwritten: list[tuple[Attempt, Attempt]] = []  # as it was, as it is
        self._failures_in_a_row = 0
        self._stopped_by: HubError | None = None

    def go_through(self) -> None:
        """Take each message as far as it goes now, until the run has to stop."""
        for attempt in self._attempts():
            self._take(attempt)
            if self._stopped_by is not None or self._failures_in_a_row >= MOST_FAILURES_IN_A_ROW:
                return

    def close(self) -> JsonObject:
        """Write the last outcome down and answer where the messages stand, or raise what keeps them waiting."""
        self.write_down()
        attempts = self._attempts()
        waiting = [attempt for attempt in attempts if attempt.state in OPEN]
        self._work.progress(len(attempts) - len(waiting), len(attempts))
        if self._stopped_by is not None:
            raise self._stopped_by
        if waiting:
            soonest = min(attempt.next_at for attempt in waiting)
            raise TransientError(
                f"{len(waiting)} of {len(attempts)} messages wait, the first until {soonest or 'now'}",
                retry_after_s=self._seconds_until(soonest),
            )
        return dict(Counter(attempt.state for attempt in attempts))

    def _seconds_until(self, moment: str) -> int:
        if not moment:
            return 0
        return max(0, ceil((datetime.fromisoformat(moment) - self._clock.now()).total_seconds()))

    def write_down(self) -> None:
        """Commit what was heard. A row that somebody has changed since stays as they left it."""
        if self._unwritten:
            with self._store.write() as unit:
                self._record_heard(unit)
            self._unwritten.clear()

    def _attempts(self) -> list[Attempt]:
        with self._store.read() as unit:
            return unit.attempts.of_run(self._work.run_no)

    def _take(self, attempt: Attempt) -> None:
        while True:
            step = next_step(attempt, self._channel.promise, execution=self._work.execution, now=self._now())
            if step is Step.SEND:
                attempt = self._send(attempt)
            elif step is Step.ASK:
                attempt = self._ask(attempt)
            elif step is Step.LEAVE_TO_A_PERSON:
                attempt = self._keep(attempt, left_to_a_person(attempt, now=self._now()))
            else:
                return
            if self._stopped_by is not None:
                return

    def _send(self, attempt: Attempt) -> Attempt:
        message = Message(attempt.key, self._content(attempt))
        self._pace.wait(before=self.write_down)
        started = self._begin(attempt)
        while self._now() > later(started.changed_at, CALL_WITHIN_S):  # this process slept: is the run still its own?
            started = self._begin(started)
        self._pace.calls_now()
        return self._heard(started, send(self._channel, message))

    def _ask(self, attempt: Attempt) -> Attempt:
        assert isinstance(self._channel, QueryableChannel)  # what promises `queryable` is checked to be one
        self.write_down()
        self._pace.wait(before=self.write_down)
        self._pace.calls_now()
        return self._heard(attempt, ask(self._channel, attempt.key))

    def _begin(self, attempt: Attempt) -> Attempt:
        """Commit that a call begins, if this execution still owns the run, and what was heard before it."""
        with self._work.write() as unit:
            self._record_heard(unit)
            started = begun(
                attempt,
                self._channel.promise,
                execution=self._work.execution,
                now=unit.now,
                settled_after_s=self._settled_after_s,
            )
            if not unit.attempts.record(started, was=attempt):
                raise TransientError(f"attempt {attempt.attempt_no} was changed by somebody else meanwhile")
        self._unwritten.clear()
        return started

    def _heard(self, attempt: Attempt, called: Called) -> Attempt:
        now_known = after(attempt, called.heard, now=self._now(), settled_after_s=self._settled_after_s)
        has_failed = now_known.failures > attempt.failures or now_known.state == AttemptState.UNKNOWN
        self._failures_in_a_row = self._failures_in_a_row + 1 if has_failed else 0
        self._stopped_by = called.error
        return self._keep(attempt, now_known)

    def _keep(self, was: Attempt, attempt: Attempt) -> Attempt:
        self._unwritten.append((was, attempt))
        return attempt

    def _record_heard(self, unit: UnitOfWork) -> None:
        for was, attempt in self._unwritten:
            if unit.attempts.record(attempt, was=was) and attempt.state in FOR_A_PERSON:
                open_task(unit, attempt)

    def _content(self, attempt: Attempt) -> bytes:
        with self._store.contents.open(attempt.sha256) as stream:
            return stream.read()

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")
