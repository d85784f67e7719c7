"""What is done next about a message: the whole table of states, promises and what was heard."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model.attempts import Attempt, AttemptState, Finding, Probed, Promise
from hub.rules.attempts import (
    FIRST_WAIT_S,
    LONGEST_PROBLEM,
    LONGEST_WAIT_S,
    MOST_FAILURES,
    Caller,
    Heard,
    Moment,
    Outcome,
    Step,
    after,
    begun,
    blocking,
    came_too_late,
    cancelled,
    heard_by_asking,
    later,
    left_to_a_person,
    next_step,
    proven,
    seconds_to_wait,
    taken_over,
)
from hub.rules.settling import Instant, known_from

NOW = "2026-11-22T09:00:00.000+00:00"
LATER = "2026-11-22T09:05:00.000+00:00"
IDEMPOTENT, QUERYABLE, NEITHER = Promise
FIRST, SECOND = Caller(1, 1), Caller(1, 2)
ENDS = (AttemptState.DELIVERED, AttemptState.REJECTED, AttemptState.GIVEN_UP, AttemptState.UNKNOWN)


def attempt(state: str = AttemptState.PLANNED, promise: str = "", **changes: Any) -> Attempt:
    values = {"next_at": NOW, "changed_at": NOW, **changes}
    return Attempt(1, "b", 1, "post", 1, "letter:1", "k", "hash", state, promise, **values)


def moment(at_s: int = 0, *, now: str = NOW, machine: str = "a") -> Moment:
    return Moment(now, Instant(machine, at_s * 1000))


KNOWN = known_from(Instant("a", 0))


def step(of: Attempt, promise: Promise, *, caller: Caller = SECOND, now: str = NOW) -> Step:
    return next_step(of, promise, caller=caller, moment=moment(now=now))


@pytest.mark.parametrize("promise", list(Promise))
@pytest.mark.parametrize("state", ENDS)
def test_what_has_ended_is_left_alone(state, promise):
    assert step(attempt(state, promise), promise) is Step.NOTHING


@pytest.mark.parametrize("promise", list(Promise))
def test_what_is_planned_is_sent_when_its_time_has_come(promise):
    assert step(attempt(), promise) is Step.SEND
    assert step(attempt(next_at=LATER), promise) is Step.WAIT
    assert step(attempt(next_at=LATER), promise, now=LATER) is Step.SEND


@pytest.mark.parametrize("promise", list(Promise))
def test_what_was_let_go_is_dropped_and_not_sent(promise):
    assert step(attempt(let_go=1), promise) is Step.DROP


def test_what_was_let_go_in_doubt_is_left_to_a_person():
    doubtful = attempt(AttemptState.IN_DOUBT, IDEMPOTENT, called_by=1, execution=2, may_have_arrived=1, let_go=1)

    assert step(doubtful, IDEMPOTENT) is Step.DROP
    assert cancelled(doubtful, now=NOW, why="it was let go").state == "unknown"


@pytest.mark.parametrize(
    ("promise", "expected"),
    [(IDEMPOTENT, Step.TAKE_OVER), (QUERYABLE, Step.TAKE_OVER), (NEITHER, Step.LEAVE_TO_A_PERSON)],
)
def test_what_another_execution_or_run_left_started_goes_by_the_promise(promise, expected):
    assert step(attempt(AttemptState.STARTED, promise, called_by=1, execution=1), promise) is expected
    assert step(attempt(AttemptState.STARTED, promise, called_by=9, execution=2), promise) is expected
    assert step(attempt(AttemptState.STARTED, promise, called_by=1, execution=2), promise) is Step.WAIT


@pytest.mark.parametrize(("promise", "expected"), [(IDEMPOTENT, Step.SEND), (QUERYABLE, Step.ASK)])
def test_what_was_taken_over_is_in_doubt(promise, expected):
    taken = taken_over(
        attempt(AttemptState.STARTED, promise, called_by=1, execution=1, next_at=""), caller=SECOND, moment=moment()
    )

    assert (taken.state, taken.execution, taken.may_have_arrived) == ("in_doubt", 2, 1)
    assert "no answer was written down" in taken.problem
    assert step(taken, promise) is expected


@pytest.mark.parametrize(("promise", "expected"), [(IDEMPOTENT, Step.SEND), (QUERYABLE, Step.ASK)])
def test_what_is_in_doubt_waits_for_its_time(promise, expected):
    doubtful = attempt(AttemptState.IN_DOUBT, promise, called_by=1, execution=2, next_at=LATER, known_since=KNOWN)

    assert step(doubtful, promise) is Step.WAIT
    assert step(doubtful, promise, now=LATER) is expected


def test_a_time_that_only_a_wrong_clock_can_have_written_has_come():
    assert step(attempt(next_at=later(NOW, LONGEST_WAIT_S)), NEITHER) is Step.WAIT
    assert step(attempt(next_at=later(NOW, LONGEST_WAIT_S + 1)), NEITHER) is Step.SEND


# When the other side may be asked


def ask_step(of: Attempt, at: Moment) -> Step:
    return next_step(of, QUERYABLE, caller=SECOND, moment=at, settled_after_s=60)


def test_a_call_is_asked_about_when_it_has_settled_whatever_the_time_of_day():
    doubtful = taken_over(begun(attempt(), QUERYABLE, caller=FIRST, moment=moment()), caller=SECOND, moment=moment(20))
    next_year = later(NOW, 365 * 24 * 3600)

    assert ask_step(doubtful, moment(59, now=next_year)) is Step.WAIT
    assert ask_step(doubtful, moment(60)) is Step.ASK
    assert seconds_to_wait(doubtful, moment(59, now=next_year), 60) == 1


def test_a_machine_that_does_not_know_since_when_counts_from_its_first_look():
    begun_on_a = begun(attempt(), QUERYABLE, caller=FIRST, moment=moment(1000))
    taken_by_b = taken_over(begun_on_a, caller=SECOND, moment=moment(5, machine="b"))

    assert ask_step(taken_by_b, moment(64, machine="b")) is Step.WAIT
    assert ask_step(taken_by_b, moment(65, machine="b")) is Step.ASK


def test_machines_that_take_turns_forget_nothing_of_what_each_has_counted():
    doubtful = taken_over(begun(attempt(), QUERYABLE, caller=FIRST, moment=moment()), caller=SECOND, moment=moment())
    assert ask_step(doubtful, moment(5, machine="b")) is Step.TAKE_OVER
    known_to_both = taken_over(doubtful, caller=SECOND, moment=moment(5, machine="b"))

    assert ask_step(known_to_both, moment(60)) is Step.ASK
    assert ask_step(known_to_both, moment(60, machine="b")) is Step.WAIT
    assert taken_over(known_to_both, caller=SECOND, moment=moment(50)).known_since == known_to_both.known_since


def test_a_new_call_is_counted_anew():
    again = begun(attempt(known_since=known_from(Instant("b", 7))), QUERYABLE, caller=FIRST, moment=moment(3))

    assert again.known_since == known_from(Instant("a", 3000))


@pytest.mark.parametrize("state", [AttemptState.STARTED, AttemptState.IN_DOUBT])
@pytest.mark.parametrize(("before", "now"), [(NEITHER, IDEMPOTENT), (IDEMPOTENT, QUERYABLE), (QUERYABLE, NEITHER)])
def test_a_changed_promise_does_not_hold_for_a_call_made_before(state, before, now):
    assert step(attempt(state, before, called_by=1, execution=1), now) is Step.LEAVE_TO_A_PERSON


def test_the_row_before_a_call_says_who_calls_and_since_when():
    started = begun(attempt(sends=1), QUERYABLE, caller=Caller(7, 3), moment=moment())

    assert (started.state, started.promise, started.sends) == ("started", "queryable", 2)
    assert (started.called_by, started.execution) == (7, 3)
    assert (started.known_since, started.next_at, started.may_have_arrived) == (KNOWN, "", 0)


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


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.DELIVERED, AttemptState.DELIVERED),
        (Outcome.REJECTED, AttemptState.UNKNOWN),
        (Outcome.NOT_NOW, AttemptState.IN_DOUBT),
        (Outcome.NOT_SENT, AttemptState.IN_DOUBT),
        (Outcome.IN_DOUBT, AttemptState.IN_DOUBT),
    ],
)
def test_what_a_resend_is_told_says_nothing_of_the_call_before(outcome, state):
    """The first call may have arrived; a refusal of the second is not one of the first."""
    first = after(begun(attempt(), IDEMPOTENT, caller=FIRST, moment=moment()), Heard(Outcome.IN_DOUBT), now=NOW)
    resent = begun(first, IDEMPOTENT, caller=FIRST, moment=moment())
    told = after(resent, Heard(outcome, problem="401"), now=NOW)

    assert told.state == state
    assert told.may_have_arrived or told.state == AttemptState.DELIVERED
    assert "401" in told.problem
    assert blocking([told], "email") is told


@pytest.mark.parametrize("outcome", [Outcome.NOT_NOW, Outcome.IN_DOUBT])
def test_what_may_have_arrived_is_never_given_up(outcome):
    tried = attempt(AttemptState.STARTED, IDEMPOTENT, may_have_arrived=1)
    for _ in range(MOST_FAILURES):
        assert tried.state != AttemptState.UNKNOWN
        tried = after(tried, Heard(outcome), now=NOW)

    assert tried.state == AttemptState.UNKNOWN


def test_only_the_other_side_clears_what_may_have_arrived():
    doubtful = attempt(AttemptState.IN_DOUBT, QUERYABLE, may_have_arrived=1)

    assert after(doubtful, Heard(Outcome.NOT_DELIVERED), now=NOW).may_have_arrived == 0


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


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        ({}, Outcome.NOT_NOW),
        ({"may_have_arrived": 1, "promise": IDEMPOTENT}, Outcome.NOT_NOW),
        ({"may_have_arrived": 1, "promise": QUERYABLE}, Outcome.IN_DOUBT),
    ],
)
def test_the_other_side_may_ask_for_a_longer_wait_than_ours_and_for_none_without_end(before, outcome):
    def waits_until(retry_after_s: int) -> str:
        busy = Heard(outcome, problem="429", retry_after_s=retry_after_s)
        return after(attempt(**before), busy, now=NOW).next_at

    assert [waits_until(asked_s) for asked_s in (-5, 1, 3600, 10**9)] == [
        later(NOW, wait_s) for wait_s in (FIRST_WAIT_S, FIRST_WAIT_S, 3600, LONGEST_WAIT_S)
    ]


def test_a_doubtful_call_is_not_asked_about_before_it_has_settled():
    assert after(attempt("started", QUERYABLE), Heard(Outcome.IN_DOUBT), now=NOW, settled_after_s=300).next_at == LATER


def test_a_long_problem_is_shortened():
    resent = attempt(AttemptState.STARTED, IDEMPOTENT, may_have_arrived=1)
    assert len(after(resent, Heard(Outcome.NOT_NOW, problem="x" * 999), now=NOW).problem) == LONGEST_PROBLEM
    assert len(after(attempt(), Heard(Outcome.NOT_NOW, problem="x" * 999), now=NOW).problem) == LONGEST_PROBLEM


def test_what_is_left_to_a_person_says_why():
    left = left_to_a_person(attempt(AttemptState.STARTED, NEITHER), now=LATER)

    assert (left.state, left.changed_at) == ("unknown", LATER)
    assert "no answer was written down" in left.problem


@pytest.mark.parametrize(
    ("state", "blocks"),
    [(state, state not in ("rejected", "given_up", "cancelled")) for state in AttemptState],
)
def test_only_what_is_certainly_not_delivered_lets_another_channel_take_it(state, blocks):
    elsewhere = attempt(state)

    assert (blocking([elsewhere], "email") is elsewhere) is blocks
    assert blocking([elsewhere], "post") is None


# Proof that comes late


@pytest.mark.parametrize("state", [s for s in AttemptState if s != AttemptState.DELIVERED])
def test_a_late_proof_of_delivery_is_kept_whatever_was_decided(state):
    proof = attempt(AttemptState.DELIVERED, NEITHER, sends=1, external_id="id-1")
    found = proven(attempt(state, NEITHER, sends=1, problem="anna says: not_delivered"), proof)

    assert (found.state, found.external_id, found.problem) == ("delivered", "id-1", "")


def test_a_late_proof_changes_no_name_that_the_other_side_gave():
    proof = attempt(AttemptState.DELIVERED, NEITHER, external_id="id-1")

    assert proven(attempt("delivered", external_id="id-2"), proof).external_id == "id-2"
    assert proven(attempt("delivered"), proof).external_id == "id-1"


@pytest.mark.parametrize(
    ("state", "promise", "sends", "is_too_late"),
    [
        (AttemptState.UNKNOWN, NEITHER, 1, False),
        (AttemptState.PLANNED, NEITHER, 1, False),
        (AttemptState.REJECTED, NEITHER, 1, True),
        (AttemptState.GIVEN_UP, IDEMPOTENT, 2, True),
        (AttemptState.DELIVERED, NEITHER, 1, False),
        (AttemptState.DELIVERED, NEITHER, 2, True),
        (AttemptState.STARTED, QUERYABLE, 2, True),
        (AttemptState.DELIVERED, IDEMPOTENT, 2, False),
    ],
)
def test_a_person_is_asked_when_the_message_had_gone_on(state, promise, sends, is_too_late):
    proof = attempt(AttemptState.DELIVERED, promise, sends=1)

    assert came_too_late(attempt(state, promise, sends=sends), proof) is is_too_late
