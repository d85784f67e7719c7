"""One going-through of a run's messages: what is begun, called, heard and written down, and in which order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from math import ceil

from hub.banking_calendar import Clock
from hub.contracts import DeliveryChannel, QueryableChannel
from hub.errors import HubError, TransientError
from hub.model.attempts import Attempt, Message
from hub.rules.attempts import (
    OPEN,
    Caller,
    Heard,
    Moment,
    Outcome,
    Step,
    after,
    begun,
    cancelled,
    given_up,
    later,
    left_to_a_person,
    next_step,
    seconds_to_wait,
    taken_over,
)
from hub.rules.channel_rest import is_kept_too_long, is_on_trial
from hub.rules.settling import settles_in_s
from hub.services.attempts.calling import Called, ask, endpoint_of, not_in_time
from hub.services.attempts.calls_at_once import Calls, Hear, calls_at_once_of
from hub.services.attempts.content import Ahead
from hub.services.attempts.ending import tell_end
from hub.services.attempts.following import let_exchanges_follow
from hub.services.attempts.late import keep_late_answer
from hub.services.attempts.pace import Pace
from hub.services.attempts.recalling import Recall, Recalling
from hub.services.attempts.resting import Resting
from hub.services.attempts.signed_receipts import keep_answer, keep_signed_receipt
from hub.services.attempts.steady import Steady
from hub.services.attempts.together import TakenInARow
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

CALL_WITHIN_S = 5  # a call that began later after its row was committed could end when others think it settled
MOST_BEGINNINGS = 3  # of one call: a database that is so slow is not waited for with a call in hand
CALLS = (Step.SEND, Step.ASK)


class Turn:
    """Takes each message of a run as far as it goes now."""

    def __init__(
        self,
        store: Store,
        work: Work,
        channel: DeliveryChannel,
        clock: Clock,
        steady: Steady,
        pace: Pace,
        recall: Recall,
    ) -> None:
        self._store = store
        self._work = work
        self._caller = Caller(work.run_no, work.execution)
        self._channel = channel
        self._endpoint = endpoint_of(channel)
        self._clock = clock
        self._steady = steady
        self._pace = pace
        self._row = TakenInARow(channel.promise, is_limited=pace.is_limited, calls_at_once=calls_at_once_of(channel))
        self._calls = Calls(channel, steady, self._row.calls_at_once)
        self._under_way: deque[tuple[Attempt, Hear]] = deque()
        self._settled_after_s = channel.settled_after_s + CALL_WITHIN_S if isinstance(channel, QueryableChannel) else 0
        self._unwritten: list[tuple[Attempt, Attempt]] = []  # as it was, as it is
        self._receipts: list[tuple[Attempt, bytes]] = []  # unwritten too
        self._answers: list[tuple[Attempt, bytes]] = []
        self._resting = Resting(store, channel.name)
        self._recalling = Recalling(recall, before=self.write_down)
        self._ahead = Ahead(store, ())
        self._stopped_by: HubError | None = None

    def go_through(self) -> None:
        """Take each message as far as it goes now, until the run has to stop."""
        attempts = self._in_order()
        self._ahead = Ahead(self._store, attempts)
        self._recalling.look_at(attempts)
        waiting = deque(attempts)
        while waiting and self._stopped_by is None:
            together = list(takewhile(self._is_new, islice(waiting, self._row.begins - len(self._under_way))))
            if len(together) > 1:
                self._send_together(together, waiting)
            elif self._under_way:
                self.hear_the_rest()
            else:
                self._take(waiting.popleft())
        self.hear_the_rest()

    def _in_order(self) -> list[Attempt]:
        """Return the run's messages, those that failed least first; after a rest one goes first that was drawn."""
        drawn = self._drawn()
        attempts = self._attempts()
        return attempts if drawn is None else [drawn, *(a for a in attempts if a.attempt_no != drawn.attempt_no)]

    def _drawn(self) -> Attempt | None:
        """Return the message that shows whether the channel takes any again; None when there is nothing to show.

        It is drawn from all runs of the channel: those that come first may hold what is never taken. It stays with the
        run it was planned for, which goes on with it: the runs of a channel go one after the other.
        """
        if not is_on_trial(self._resting.rest, now=self._now()):
            return None
        with self._store.read() as unit:
            return unit.attempts.draw(self._channel.name)

    def let_go(self) -> None:
        """Let the threads of calls go."""
        self._calls.close()
        self._ahead.close()

    def close(self) -> JsonObject:
        """Write the last outcome down and answer where the messages stand, or raise what keeps them waiting."""
        self._resting.look(self._now())
        self.write_down()
        attempts = self._attempts()
        waiting = [attempt for attempt in attempts if attempt.state in OPEN]
        self._work.progress(len(attempts) - len(waiting), len(attempts))
        if self._stopped_by is not None:
            raise self._stopped_by
        if waiting:
            raise self._waits(waiting, f"{len(waiting)} of {len(attempts)} messages wait")
        return dict(Counter(attempt.state for attempt in attempts))

    def _waits(self, waiting: Iterable[Attempt], how_many: str) -> TransientError:
        wait_s, rest_s = self._shortest_wait_s(waiting), self._resting.left_s(self._now())
        if rest_s:
            return TransientError(f"{how_many}: {self._resting.why}", retry_after_s=max(wait_s, rest_s))
        until = later(self._now(), wait_s) if wait_s else "now"
        return TransientError(f"{how_many}, the first until {until}", retry_after_s=wait_s)

    def _shortest_wait_s(self, waiting: Iterable[Attempt]) -> int:
        moment = self._moment()
        return ceil(min(seconds_to_wait(attempt, moment, self._settled_after_s) or 0 for attempt in waiting))

    def write_down(self) -> None:
        """Commit what was heard. To a row that somebody has changed since, only what is certain is added."""
        if self._unwritten or self._resting.is_to_be_written:
            with self._store.write() as unit:
                self._record(unit)
            self._committed()

    def _attempts(self) -> list[Attempt]:
        with self._store.read() as unit:
            return unit.attempts.of_run(self._work.run_no)

    def _take(self, attempt: Attempt) -> None:
        while self._stopped_by is None:
            step = self._next_step(attempt)
            if step is Step.SEND:
                attempt = self._send(attempt)
            elif step is Step.ASK:
                attempt = self._ask(attempt)
            elif step in (Step.WAIT, Step.NOTHING):
                return
            else:
                attempt = self._keep(attempt, self._without_call(step, attempt))

    def _without_call(self, step: Step, attempt: Attempt) -> Attempt:
        if step is Step.TAKE_OVER:
            return taken_over(attempt, caller=self._caller, moment=self._moment())
        if step is Step.GIVE_UP:
            return given_up(attempt, now=self._now(), problem=self._resting.why)
        if step is Step.DROP:
            return cancelled(attempt, now=self._now(), why="it was let go, not to be sent again")
        return left_to_a_person(attempt, now=self._now())

    def _next_step(self, attempt: Attempt) -> Step:
        step = next_step(
            attempt,
            self._channel.promise,
            caller=self._caller,
            moment=self._moment(),
            settled_after_s=self._settled_after_s,
            endpoint=self._endpoint,
        )
        if step not in CALLS or not self._resting.left_s(self._now()):
            return step
        return Step.GIVE_UP if is_kept_too_long(attempt, self._resting.rest) else Step.WAIT

    def _is_new(self, attempt: Attempt) -> bool:
        is_sent_before = attempt.may_have_arrived or attempt.failures
        return not is_sent_before and self._next_step(attempt) is Step.SEND

    def _send_together(self, attempts: Sequence[Attempt], waiting: deque[Attempt]) -> None:
        """Send the first of those that wait, begun in one transaction; what is not called after all waits again.

        Its last calls are under way while the next are begun; with them no more are begun than may be together.
        """
        if taken_back := self._recalling.taken_back(attempts):
            for attempt in attempts:
                if attempt.exchange_no in taken_back:
                    waiting.remove(attempt)
            return
        contents = self._ahead.contents_of(attempts)
        started = deque(self._begin(attempts[: len(contents)]))
        self._call_together(started, contents)
        for _ in range(len(contents) - len(started)):
            waiting.popleft()
        if started:
            self._row.end()
        for place, attempt in enumerate(started):
            waiting[place] = self._keep(attempt, after(attempt, Heard(Outcome.NOT_SENT), now=self._now()))

    def _call_together(self, started: deque[Attempt], contents: Sequence[bytes]) -> None:
        """Call for those that were begun, as many at once as may be, and leave in `started` what is not called.

        What was under way when the first call failed says nothing more of the channel: it is one moment.
        """
        for content in contents:
            if len(self._under_way) == self._calls.most and not self._goes_on_after_the_first():
                return
            if self._has_slept_since(started[0]):
                break
            attempt = started.popleft()
            self._under_way.append((attempt, self._calls.begin(Message(attempt.key, content, attempt.message))))
        if started or self._calls.most == 1:
            self.hear_the_rest()

    def _goes_on_after_the_first(self) -> bool:
        """Hear the call that has been under way for longest; where that ends the row, all others too."""
        has_failed = self._has_failed(*self._under_way.popleft())
        if self._row.goes_on and self._stopped_by is None:
            return True
        self.hear_the_rest(has_failed=has_failed)
        return False

    def hear_the_rest(self, *, has_failed: bool = False) -> None:
        """Hear all calls that are under way."""
        while self._under_way:
            has_failed = self._has_failed(*self._under_way.popleft(), is_beside=has_failed) or has_failed

    def _has_failed(self, started: Attempt, hear: Hear, *, is_beside: bool = False) -> bool:
        return self._hear(started, hear, is_beside=is_beside).failures > started.failures

    def _send(self, attempt: Attempt) -> Attempt:
        message = self._message(attempt)
        self._pace.wait(before=self.write_down)
        if self._recalling.taken_back([attempt]):
            return self._as_it_is(attempt)
        (started,) = self._begin([attempt])
        for _ in range(MOST_BEGINNINGS - 1):
            if self._has_slept_since(started):  # is the run still its own?
                (started,) = self._begin([started])
        if self._has_slept_since(started):
            return self._heard(started, not_in_time(self._channel))
        self._pace.calls_now()
        return self._hear(started, lambda: self._calls.call(message))

    def _as_it_is(self, attempt: Attempt) -> Attempt:
        with self._store.read() as unit:
            return unit.attempts.get(attempt.attempt_no) or attempt

    def _hear(self, started: Attempt, hear: Hear, *, is_beside: bool = False) -> Attempt:
        called, took_ms = hear()
        self._row.heard(called.heard.outcome, took_ms)
        return self._heard(started, called, is_beside=is_beside)

    def _has_slept_since(self, started: Attempt) -> bool:
        left_s = settles_in_s(started.known_since, self._steady(), CALL_WITHIN_S)
        return left_s is not None and left_s < 0

    def _ask(self, attempt: Attempt) -> Attempt:
        assert isinstance(self._channel, QueryableChannel)  # what promises `queryable` is checked to be one
        self.write_down()
        self._pace.wait(before=self.write_down)
        with self._store.read() as unit:
            self._resting.look_anew(unit)
        if refusal := self._resting.why_not_asked(self._now()):
            raise refusal
        self._pace.calls_now()
        return self._heard(attempt, ask(self._channel, attempt.key, lambda: self._message(attempt)))

    def _message(self, attempt: Attempt) -> Message:
        return Message(attempt.key, self._ahead.content_of(attempt), attempt.message)

    def _begin(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Commit that calls begin, if this execution still owns the run, and what was heard before them."""
        with self._work.write() as unit:
            started = [self._begun(attempt) for attempt in attempts]
            changed = self._record(unit, begun=list(zip(attempts, started, strict=True)))
            if changed:
                raise self._why_not_begun(unit, changed[0])
        self._committed()
        return started

    def _why_not_begun(self, unit: UnitOfWork, attempt: Attempt) -> TransientError:
        self._resting.look_anew(unit)
        changed = TransientError(f"attempt {attempt.attempt_no} was changed by somebody else meanwhile")
        return self._resting.why_not_asked(self._now()) or changed

    def _begun(self, attempt: Attempt) -> Attempt:
        promise, moment = self._channel.promise, self._moment()
        return begun(attempt, promise, caller=self._caller, moment=moment, endpoint=self._endpoint)

    def _heard(self, attempt: Attempt, called: Called, *, is_beside: bool = False) -> Attempt:
        now = self._now()
        known = after(attempt, called.heard, now=now, settled_after_s=self._settled_after_s)
        self._resting.heard(called.heard, is_first_failure=not attempt.failures and not is_beside, now=now)
        self._stopped_by = self._stopped_by or called.error
        if called.signed_receipt:
            self._receipts.append((attempt, called.signed_receipt))
        if called.answer:
            self._answers.append((attempt, called.answer))
        has_failed = known.failures > attempt.failures
        if has_failed and known.state in OPEN and is_kept_too_long(known, self._resting.rest):
            known = given_up(known, now=now, problem=known.problem)
        return self._keep(attempt, known)

    def _keep(self, was: Attempt, attempt: Attempt) -> Attempt:
        self._unwritten.append((was, attempt))
        return attempt

    def _committed(self) -> None:
        self._unwritten.clear()
        self._receipts.clear()
        self._answers.clear()
        self._resting.committed()

    def _record(self, unit: UnitOfWork, begun: Sequence[tuple[Attempt, Attempt]] = ()) -> list[Attempt]:
        """Write what was heard, then what begins; return what does not, since somebody else has changed it.

        Rows come first, then their exchanges, the channel's, and what is told, in the order of all who do.
        """
        for attempt, receipt in self._receipts:
            keep_signed_receipt(unit, attempt, receipt)
        for attempt, answer in self._answers:
            keep_answer(unit, attempt, answer)
        recorded = unit.attempts.record([*self._unwritten, *begun])
        heard = [attempt for _, attempt in self._unwritten]
        let_exchanges_follow(unit, [attempt for attempt in heard if attempt.state not in OPEN])
        self._resting.record(unit)
        for attempt, is_recorded in zip(heard, recorded, strict=False):
            if is_recorded:
                tell_end(unit, attempt)
            else:
                keep_late_answer(unit, attempt)
        return [one for (_, one), is_recorded in zip(begun, recorded[len(heard) :], strict=True) if not is_recorded]

    def _moment(self) -> Moment:
        return Moment(self._now(), self._steady())

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")
