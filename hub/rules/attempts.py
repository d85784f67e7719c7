"""What is done next about a message to the outside: decided from its row, the channel's promise and what was said.

The row is written before each call that sends, so a row left `started` by an execution that is gone means: it may have
arrived. Then an idempotent channel gets the identical bytes again, a queryable one is asked, and of any other a person
finds out. Nothing is ever sent twice on a guess, and an unknown outcome opens no other channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from hub.model.attempts import Attempt, AttemptState, Finding, Probed, Promise

FIRST_WAIT_S = 30
WAIT_GROWS_BY = 4
LONGEST_WAIT_S = 6 * 3600
MOST_FAILURES = 10  # with these waits about a day and a half
LONGEST_PROBLEM = 200

OPEN = frozenset({AttemptState.PLANNED, AttemptState.STARTED, AttemptState.IN_DOUBT})
FOR_A_PERSON = frozenset({AttemptState.UNKNOWN, AttemptState.GIVEN_UP})
CERTAINLY_NOT_DELIVERED = frozenset({AttemptState.REJECTED, AttemptState.GIVEN_UP})


class Step(Enum):
    """What to do about an attempt now."""

    SEND = auto()  # the bytes of its row under the key of its row: the first time, and identically each time after
    ASK = auto()
    LEAVE_TO_A_PERSON = auto()
    WAIT = auto()  # its time has not come, or a call is under way
    NOTHING = auto()  # it has ended


class Outcome(StrEnum):
    """What we know after a call."""

    DELIVERED = "delivered"
    REJECTED = "rejected"
    NOT_NOW = "not_now"  # certainly not taken; later perhaps
    NOT_SENT = "not_sent"  # the call was never made
    NOT_DELIVERED = "not_delivered"  # the answer to a question
    IN_DOUBT = "in_doubt"


class Heard(NamedTuple):
    """What a call, or a question, came to."""

    outcome: Outcome
    external_id: str = ""
    problem: str = ""


def next_step(attempt: Attempt, promise: Promise, *, execution: int, now: str) -> Step:
    """Say what `execution` of the attempt's run is to do about it.

    A channel that promises something else than when the call was begun is taken at no promise: what it says now need
    not hold for that call.
    """
    if attempt.state not in OPEN:
        return Step.NOTHING
    if attempt.state == AttemptState.STARTED and attempt.execution == execution:
        return Step.WAIT
    may_have_arrived = attempt.state != AttemptState.PLANNED
    if may_have_arrived and (promise == Promise.NEITHER or promise != attempt.promise):
        return Step.LEAVE_TO_A_PERSON
    if attempt.next_at > now:
        return Step.WAIT
    return Step.ASK if may_have_arrived and promise == Promise.QUERYABLE else Step.SEND


def begun(attempt: Attempt, promise: Promise, *, execution: int, now: str, settled_after_s: int) -> Attempt:
    """Return the row to commit before a call that sends.

    Whoever finds it left so may ask only when nothing of the call can still arrive: after `settled_after_s`.
    """
    return attempt._replace(
        state=AttemptState.STARTED,
        promise=promise,
        execution=execution,
        sends=attempt.sends + 1,
        next_at=later(now, settled_after_s),
        problem="",
        changed_at=now,
    )


def after(attempt: Attempt, heard: Heard, *, now: str, settled_after_s: int = 0) -> Attempt:
    """Return the row to commit after a call or a question."""
    told = attempt._replace(problem=heard.problem[:LONGEST_PROBLEM], changed_at=now)
    match heard.outcome:
        case Outcome.DELIVERED:
            return told._replace(state=AttemptState.DELIVERED, external_id=heard.external_id, failures=0)
        case Outcome.REJECTED:
            return told._replace(state=AttemptState.REJECTED)
        case Outcome.NOT_SENT | Outcome.NOT_DELIVERED:
            return told._replace(state=AttemptState.PLANNED, next_at=now)
        case Outcome.NOT_NOW:
            return _tried_in_vain(told, AttemptState.PLANNED, AttemptState.GIVEN_UP, now, 0)
        case Outcome.IN_DOUBT if attempt.promise == Promise.NEITHER:
            return told._replace(state=AttemptState.UNKNOWN)
        case Outcome.IN_DOUBT:
            return _tried_in_vain(told, AttemptState.IN_DOUBT, AttemptState.UNKNOWN, now, settled_after_s)


def _tried_in_vain(attempt: Attempt, again: str, end: str, now: str, at_least_s: int) -> Attempt:
    failures = attempt.failures + 1
    if failures >= MOST_FAILURES:
        return attempt._replace(state=end, failures=failures)
    wait_s = max(at_least_s, min(LONGEST_WAIT_S, FIRST_WAIT_S * WAIT_GROWS_BY ** (failures - 1)))
    return attempt._replace(state=again, failures=failures, next_at=later(now, wait_s))


def left_to_a_person(attempt: Attempt, *, now: str) -> Attempt:
    """Return the row of a call that nobody saw the end of, and that cannot be asked or repeated."""
    problem = attempt.problem or "the process that sent it ended before the answer was written down"
    return attempt._replace(state=AttemptState.UNKNOWN, problem=problem, changed_at=now)


def heard_by_asking(probed: Probed) -> Heard:
    """Return what an answer by key means."""
    if probed.finding is Finding.DELIVERED:
        return Heard(Outcome.DELIVERED, external_id=probed.external_id)
    if probed.finding is Finding.NOT_DELIVERED:
        return Heard(Outcome.NOT_DELIVERED)
    return Heard(Outcome.IN_DOUBT, problem="the other side was asked and does not know")


def blocking(attempts: Iterable[Attempt], channel: str) -> Attempt | None:
    """Return an attempt on another channel that does not let the message be planned on this one; None when none does.

    Only what is certainly not delivered lets it go on to the next channel.
    """
    return next((a for a in attempts if a.channel != channel and a.state not in CERTAINLY_NOT_DELIVERED), None)


def later(now: str, by_s: int) -> str:
    """Return an ISO time moved by whole seconds."""
    return (datetime.fromisoformat(now) + timedelta(seconds=by_s)).isoformat(timespec="milliseconds")
