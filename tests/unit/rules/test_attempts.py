"""What is done next about a message: the whole table of states, promises and what was heard."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model.attempts import Attempt, AttemptState, Finding, Probed, Promise
from hub.rules.attempts import (
    LONGEST_PROBLEM,
    LONGEST_WAIT_S,
    MOST_FAILURES,
    Heard,
    Outcome,
    Step,
    after,
    begun,
    blocking,
    heard_by_asking,
    later,
    left_to_a_person,
    next_step,
)

NOW = "2026-11-22T09:00:00.000+00:00"
LATER = "2026-11-22T09:05:00.000+00:00"
IDEMPOTENT, QUERYABLE, NEITHER = Promise
ENDS = (AttemptState.DELIVERED, AttemptState.REJECTED, AttemptState.GIVEN_UP, AttemptState.UNKNOWN)


def attempt(state: str = AttemptState.PLANNED, promise: str = "", **changes: Any) -> Attempt:
    values = {"next_at": NOW, "changed_at": NOW, **changes}
    return Attempt(1, "b", 1, "post", "letter:1", "k", "hash", state, promise, **values)


def step(of: Attempt, promise: Promise, *, execution: int = 2, now: str = NOW) -> Step:
    return next_step(of, promise, execution=execution, now=now)


@pytest.mark.parametrize("promise", list(Promise))
@pytest.mark.parametrize("state", ENDS)
def test_what_has_ended_is_left_alone(state, promise):
    assert step(attempt(state, promise), promise) is Step.NOTHING


@pytest.mark.parametrize("promise", list(Promise))
def test_what_is_planned_is_sent_when_its_time_has_come(promise):
    assert step(attempt(), promise) is Step.SEND
    assert step(attempt(next_at=LATER), promise) is Step.WAIT
    assert step(attempt(next_at=LATER), promise, now=LATER) is Step.SEND


@pytest.mark.parametrize(
    ("promise", "expected"),
    [(IDEMPOTENT, Step.SEND), (QUERYABLE, Step.ASK), (NEITHER, Step.LEAVE_TO_A_PERSON)],
)
def test_what_another_execution_left_started_goes_by_the_promise(promise, expected):
    assert step(attempt(AttemptState.STARTED, promise, execution=1), promise) is expected
    assert step(attempt(AttemptState.STARTED, promise, execution=2), promise) is Step.WAIT


@pytest.mark.parametrize(("promise", "expected"), [(IDEMPOTENT, Step.SEND), (QUERYABLE, Step.ASK)])
def test_what_is_in_doubt_waits_for_its_time(promise, expected):
    doubtful = attempt(AttemptState.IN_DOUBT, promise, execution=2, next_at=LATER)

    assert step(doubtful, promise) is Step.WAIT
    assert step(doubtful, promise, now=LATER) is expected


@pytest.mark.parametrize("state", [AttemptState.STARTED, AttemptState.IN_DOUBT])
@pytest.mark.parametrize(("before", "now"), [(NEITHER, IDEMPOTENT), (IDEMPOTENT, QUERYABLE), (QUERYABLE, NEITHER)])
def test_a_changed_promise_does_not_hold_for_a_call_made_before(state, before, now):
    assert step(attempt(state, before, execution=1), now) is Step.LEAVE_TO_A_PERSON


def test_the_row_before_a_call_says_who_calls_and_when_it_may_be_asked():
    started = begun(attempt(sends=1), QUERYABLE, execution=3, now=NOW, settled_after_s=300)

    assert (started.state, started.promise, started.execution, started.sends) == ("started", "queryable", 3, 2)
    assert started.next_at == LATER
    assert step(started, QUERYABLE, execution=4) is Step.WAIT
    assert step(started, QUERYABLE, execution=4, now=LATER) is Step.ASK


@pytest.mark.parametrize(
    ("outcome", "promise", "state"),
    [
        (Outcome.DELIVERED, NEITHER, AttemptState.DELIVERED),
        (Outcome.REJECTED, NEITHER, AttemptState.REJECTED),
        (Outcome.NOT_NOW, NEITHER, AttemptState.PLANNED),
        (Outcome.NOT_SENT, NEITHER, AttemptState.PLANNED),
        (Outcome.NOT_DELIVERED, QUERYABLE, AttemptState.PLANNED),
        (Outcome.IN_DOUBT, IDEMPOTENT, AttemptState.IN_DOUBT),
        (Outcome.IN_DOUBT, QUERYABLE, AttemptState.IN_DOUBT),
        (Outcome.IN_DOUBT, NEITHER, AttemptState.UNKNOWN),
    ],
)
def test_every_outcome_leads_to_one_state(outcome, promise, state):
    assert after(attempt(AttemptState.STARTED, promise), Heard(outcome), now=NOW).state == state


def test_what_was_called_not_delivered_is_sent_at_once():
    doubtful = attempt(AttemptState.IN_DOUBT, QUERYABLE, failures=3)
    found = after(doubtful, heard_by_asking(Probed(Finding.NOT_DELIVERED)), now=NOW)

    assert (found.failures, step(found, QUERYABLE)) == (3, Step.SEND)


def test_what_was_found_delivered_keeps_what_the_other_side_calls_it():
    found = after(attempt("in_doubt", QUERYABLE), heard_by_asking(Probed(Finding.DELIVERED, "id-1")), now=NOW)

    assert (found.state, found.external_id, found.failures) == ("delivered", "id-1", 0)


def test_an_answer_that_says_nothing_is_asked_for_again():
    found = after(attempt("in_doubt", QUERYABLE), heard_by_asking(Probed(Finding.UNKNOWN)), now=NOW)

    assert (found.state, found.failures) == ("in_doubt", 1)


@pytest.mark.parametrize(
    ("outcome", "end"), [(Outcome.NOT_NOW, AttemptState.GIVEN_UP), (Outcome.IN_DOUBT, AttemptState.UNKNOWN)]
)
def test_waits_grow_to_a_limit_and_the_last_failure_is_for_a_person(outcome, end):
    tried, waits = attempt(AttemptState.STARTED, IDEMPOTENT), []
    for _ in range(MOST_FAILURES - 1):
        tried = after(tried, Heard(outcome), now=NOW)
        waits.append(tried.next_at)
    last = after(tried, Heard(outcome), now=NOW)

    assert waits[:3] == [later(NOW, 30), later(NOW, 120), later(NOW, 480)]
    assert waits[-1] == later(NOW, LONGEST_WAIT_S)
    assert last.state == end


def test_a_doubtful_call_is_not_asked_about_before_it_has_settled():
    assert after(attempt("started", QUERYABLE), Heard(Outcome.IN_DOUBT), now=NOW, settled_after_s=300).next_at == LATER


def test_a_long_problem_is_shortened():
    assert len(after(attempt(), Heard(Outcome.NOT_NOW, problem="x" * 999), now=NOW).problem) == LONGEST_PROBLEM


def test_what_is_left_to_a_person_says_why():
    left = left_to_a_person(attempt(AttemptState.STARTED, NEITHER), now=LATER)

    assert (left.state, left.changed_at) == ("unknown", LATER)
    assert "ended before" in left.problem


@pytest.mark.parametrize(
    ("state", "blocks"),
    [(state, state not in ("rejected", "given_up")) for state in AttemptState],
)
def test_only_what_is_certainly_not_delivered_lets_another_channel_take_it(state, blocks):
    elsewhere = attempt(state)

    assert (blocking([elsewhere], "email") is elsewhere) is blocks
    assert blocking([elsewhere], "post") is None
