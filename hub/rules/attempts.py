"""What is done next about a message to the outside: decided from its row, the channel's promise and what was said.

The row is written before each call that sends, so a row left `started` by an execution that is gone means: it may have
arrived. Then an idempotent channel gets the identical bytes again, a queryable one is asked, and of any other a person
finds out. Nothing is ever sent twice on a guess, and an unknown outcome opens no other channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from math import ceil
from typing import NamedTuple

from hub.model.attempts import Attempt, AttemptState, Finding, Probed, Promise
from hub.rules.settling import Instant, known_also_from, known_from, settles_in_s

FIRST_WAIT_S = 30
WAIT_GROWS_BY = 4
LONGEST_WAIT_S = 6 * 3600
MOST_FAILURES = 10  # with these waits a little over a day
LONGEST_PROBLEM = 200
NOBODY_SAW_THE_END = "no answer was written down: the process that sent it ended, or was waited for no longer"
RUN_CANCELLED = "its run was cancelled"
NOT_CALLED = "it was not called after all"

OPEN = frozenset({AttemptState.PLANNED, AttemptState.STARTED, AttemptState.IN_DOUBT})
IN_DOUBT = frozenset({AttemptState.STARTED, AttemptState.IN_DOUBT, AttemptState.UNKNOWN})
FOR_A_PERSON = frozenset({AttemptState.UNKNOWN, AttemptState.GIVEN_UP})
CERTAINLY_NOT_DELIVERED = frozenset({AttemptState.REJECTED, AttemptState.GIVEN_UP, AttemptState.CANCELLED})


class Step(Enum):
    """What to do about an attempt now."""

    SEND = auto()  # the bytes of its row under the key of its row: the first time, and identically each time after
    ASK = auto()
    TAKE_OVER = auto()  # write down that a call of somebody else is in doubt, and count from here
    LEAVE_TO_A_PERSON = auto()
    GIVE_UP = auto()  # its channel has failed for too long
    DROP = auto()  # it was let go: it is not sent, and where it may have arrived a person finds out
    WAIT = auto()  # its time has not come, or a call is under way
    NOTHING = auto()  # it has ended


class Outcome(StrEnum):
    """What we know after a call."""

    DELIVERED = "delivered"
    REJECTED = "rejected"
    NOT_NOW = "not_now"  # certainly not taken; later perhaps
    NOT_SENT = "not_sent"  # the call was never made
    NOT_DELIVERED = "not_delivered"  # the answer to a question
    NOT_KNOWN = "not_known"  # so is this
    IN_DOUBT = "in_doubt"


class Heard(NamedTuple):
    """What a call, or a question, came to."""

    outcome: Outcome
    external_id: str = ""
    problem: str = ""
    code: str = ""  # of the error, when it was refused
    retry_after_s: int = 0  # what the other side asks for; 0 where it asks for nothing
    waits_alone: bool = False  # it asks that of this message: no other waits for so long


class Moment(NamedTuple):
    """When something is decided. The time of day may jump: it makes nobody do more than wait, or ask once more."""

    time: str  # ISO in UTC
    steady: Instant


class Caller(NamedTuple):
    """Who calls: a run, and which carrying-out of it. The run is another than the message's own when it is drawn."""

    run_no: int
    execution: int


def next_step(
    attempt: Attempt,
    promise: Promise,
    *,
    caller: Caller,
    moment: Moment,
    settled_after_s: int = 0,
    endpoint: str = "",
) -> Step:
    """Say what a caller is to do about an attempt.

    A channel that promises something else than when the call was begun, or that calls another endpoint by now, is taken
    at no promise: what is said now need not hold for that call.
    """
    if attempt.state not in OPEN:
        return Step.NOTHING
    if attempt.state == AttemptState.STARTED and (attempt.called_by, attempt.execution) == caller:
        return Step.WAIT
    is_doubtful = attempt.state != AttemptState.PLANNED
    holds = (promise, endpoint) == (attempt.promise, attempt.endpoint)
    if is_doubtful and (promise == Promise.NEITHER or not holds):
        return Step.LEAVE_TO_A_PERSON
    waits_s = seconds_to_wait(attempt, moment, settled_after_s)
    if attempt.state == AttemptState.STARTED or waits_s is None:
        return Step.TAKE_OVER
    if waits_s > 0:
        return Step.WAIT
    if is_doubtful and promise == Promise.QUERYABLE:
        return Step.ASK
    return Step.DROP if attempt.let_go else Step.SEND


def seconds_to_wait(attempt: Attempt, moment: Moment, settled_after_s: int) -> float | None:
    """Return how long an open attempt waits, zero when it does not; None when it must be taken over first.

    A time further away than any wait was written by a clock that was wrong, and is taken for now.
    """
    due_in_s = _due_in_s(attempt, moment.time)
    if attempt.state != AttemptState.IN_DOUBT or attempt.promise != Promise.QUERYABLE:
        return due_in_s
    unsettled_s = settles_in_s(attempt.known_since, moment.steady, settled_after_s)
    return None if unsettled_s is None else max(due_in_s, unsettled_s)


def begun(attempt: Attempt, promise: Promise, *, caller: Caller, moment: Moment, endpoint: str = "") -> Attempt:
    """Return the row to commit before a call that sends."""
    return attempt._replace(
        state=AttemptState.STARTED,
        promise=promise,
        endpoint=endpoint,
        called_by=caller.run_no,
        execution=caller.execution,
        sends=attempt.sends + 1,
        known_since=known_from(moment.steady),
        next_at="",
        problem="",
        changed_at=moment.time,
    )


def taken_over(attempt: Attempt, *, caller: Caller, moment: Moment) -> Attempt:
    """Return the row of a call that somebody else began, and that is now ours to clear up."""
    return attempt._replace(
        state=AttemptState.IN_DOUBT,
        called_by=caller.run_no,
        execution=caller.execution,
        may_have_arrived=1,
        known_since=known_also_from(attempt.known_since, moment.steady),
        problem=attempt.problem or NOBODY_SAW_THE_END,
        changed_at=moment.time,
    )


def after(attempt: Attempt, heard: Heard, *, now: str, settled_after_s: int = 0) -> Attempt:
    """Return the row to commit after a call or a question.

    What a call says is said of that call: when an earlier one may have arrived, a refusal does not undo it.
    """
    told = attempt._replace(problem=heard.problem[:LONGEST_PROBLEM], code=heard.code, changed_at=now)
    match heard.outcome:
        case Outcome.DELIVERED:
            return told._replace(state=AttemptState.DELIVERED, external_id=heard.external_id, failures=0)
        case Outcome.NOT_DELIVERED:
            return told._replace(state=AttemptState.PLANNED, next_at="", may_have_arrived=0)
        case Outcome.IN_DOUBT | Outcome.NOT_KNOWN:
            return _in_doubt(told, now, max(settled_after_s, asked_wait_s(heard)))
        case _ if attempt.may_have_arrived:
            return _still_in_doubt(told, heard, now)
        case Outcome.REJECTED:
            return told._replace(state=AttemptState.REJECTED)
        case Outcome.NOT_SENT:
            return told._replace(state=AttemptState.PLANNED, next_at="")
        case Outcome.NOT_NOW:
            return _tried_in_vain(told, AttemptState.PLANNED, AttemptState.GIVEN_UP, now, asked_wait_s(heard))


def _in_doubt(attempt: Attempt, now: str, at_least_s: int) -> Attempt:
    doubtful = attempt._replace(may_have_arrived=1)
    if attempt.promise == Promise.NEITHER:
        return doubtful._replace(state=AttemptState.UNKNOWN)
    return _tried_in_vain(doubtful, AttemptState.IN_DOUBT, AttemptState.UNKNOWN, now, at_least_s)


def asked_wait_s(heard: Heard) -> int:
    """Return how long the other side asks us to wait, as long as we ever wait at most."""
    return min(max(heard.retry_after_s, 0), LONGEST_WAIT_S)


def _still_in_doubt(attempt: Attempt, heard: Heard, now: str) -> Attempt:
    problem = f"an earlier call may have arrived, and the latest was told: {attempt.problem}"
    told = attempt._replace(problem=problem[:LONGEST_PROBLEM])
    if heard.outcome == Outcome.REJECTED:
        return told._replace(state=AttemptState.UNKNOWN)
    if heard.outcome == Outcome.NOT_SENT:
        return told._replace(state=AttemptState.IN_DOUBT, next_at="")
    return _tried_in_vain(told, AttemptState.IN_DOUBT, AttemptState.UNKNOWN, now, asked_wait_s(heard))


def _tried_in_vain(attempt: Attempt, again: str, end: str, now: str, at_least_s: int) -> Attempt:
    failures = attempt.failures + 1
    if failures >= MOST_FAILURES:
        return attempt._replace(state=end, failures=failures)
    wait_s = max(at_least_s, min(LONGEST_WAIT_S, FIRST_WAIT_S * WAIT_GROWS_BY ** (failures - 1)))
    return attempt._replace(state=again, failures=failures, next_at=later(now, wait_s))


def left_to_a_person(attempt: Attempt, *, now: str) -> Attempt:
    """Return the row of a call that nobody saw the end of, and that cannot be asked or repeated."""
    return attempt._replace(
        state=AttemptState.UNKNOWN,
        may_have_arrived=1,
        problem=attempt.problem or NOBODY_SAW_THE_END,
        changed_at=now,
    )


def given_up(attempt: Attempt, *, now: str, problem: str) -> Attempt:
    """Return the row of an open attempt that is not called any more; a call that was not made proves nothing new."""
    is_certain = attempt.state == AttemptState.PLANNED and not attempt.may_have_arrived
    return attempt._replace(
        state=AttemptState.GIVEN_UP if is_certain else AttemptState.UNKNOWN,
        problem=problem[:LONGEST_PROBLEM],
        changed_at=now,
    )


def proven(attempt: Attempt, proof: Attempt) -> Attempt:
    """Return the row as it stands now, once it is heard late that an earlier call of it was delivered."""
    if attempt.state == AttemptState.DELIVERED:
        return attempt._replace(external_id=attempt.external_id or proof.external_id)
    return attempt._replace(
        state=AttemptState.DELIVERED, external_id=proof.external_id, failures=0, problem="", changed_at=proof.changed_at
    )


def came_too_late(attempt: Attempt, proof: Attempt) -> bool:
    """Say whether the message may have arrived twice: it was let go to another channel, or sent again, before that."""
    was_sent_again = attempt.sends != proof.sends and attempt.promise != Promise.IDEMPOTENT
    return was_sent_again or attempt.state in CERTAINLY_NOT_DELIVERED


def cancelled(attempt: Attempt, *, now: str, why: str = RUN_CANCELLED) -> Attempt:
    """Return the row of an open attempt that is not sent any more; a call may be under way."""
    if attempt.state != AttemptState.PLANNED or attempt.may_have_arrived:
        return left_to_a_person(attempt, now=now)._replace(problem=f"{why} before its end was known")
    return attempt._replace(state=AttemptState.CANCELLED, problem=why, changed_at=now)


def not_sent_after_all(attempt: Attempt, heard: Attempt, *, is_cancelled: bool) -> Attempt | None:
    """Return the row of an attempt that became unknown in its call, once that call is known to have sent nothing.

    `is_cancelled` says of its run that it is: then nobody is asked whether to send it again. None where anything else
    has become of it, or where the message may have arrived all the same.
    """
    is_same_call = _call_of(attempt) == _call_of(heard)
    if attempt.state != AttemptState.UNKNOWN or not is_same_call or heard.may_have_arrived:
        return None
    if heard.state == AttemptState.REJECTED:
        return heard
    if is_cancelled:
        return heard._replace(state=AttemptState.CANCELLED, failures=0, next_at="", problem=RUN_CANCELLED)
    return heard._replace(state=AttemptState.GIVEN_UP, next_at="", problem=heard.problem or NOT_CALLED)


def _call_of(attempt: Attempt) -> tuple[int, int, int]:
    return attempt.called_by, attempt.execution, attempt.sends


def planned_again(attempt: Attempt, *, now: str) -> Attempt:
    """Return the row of a cancelled attempt whose run goes on after all."""
    return attempt._replace(state=AttemptState.PLANNED, failures=0, next_at="", problem="", changed_at=now)


def heard_by_asking(probed: Probed) -> Heard:
    """Return what an answer by key means."""
    if probed.finding is Finding.DELIVERED:
        return Heard(Outcome.DELIVERED, external_id=probed.external_id)
    if probed.finding is Finding.NOT_DELIVERED:
        return Heard(Outcome.NOT_DELIVERED)
    return Heard(Outcome.NOT_KNOWN, problem="the other side was asked and does not know")


def blocking(attempts: Iterable[Attempt], channel: str) -> Attempt | None:
    """Return an attempt on another channel that does not let the message be planned on this one; None when none does.

    Only what is certainly not delivered lets it go on to the next channel.
    """
    return next((a for a in attempts if a.channel != channel and a.state not in CERTAINLY_NOT_DELIVERED), None)


def later(now: str, by_s: int) -> str:
    """Return an ISO time moved by whole seconds."""
    return (datetime.fromisoformat(now) + timedelta(seconds=by_s)).isoformat(timespec="milliseconds")


def _due_in_s(attempt: Attempt, now: str) -> int:
    if not attempt.next_at:
        return 0
    wait_s = ceil((datetime.fromisoformat(attempt.next_at) - datetime.fromisoformat(now)).total_seconds())
    return wait_s if 0 < wait_s <= LONGEST_WAIT_S else 0
