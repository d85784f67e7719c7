"""When a channel is left in peace, for how long, and when it is waited for no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.attempts import Attempt, AttemptState, ChannelRest
from hub.rules.attempts import MOST_FAILURES, Heard, Outcome, given_up, later
from hub.rules.channel_rest import (
    GIVES_UP_AFTER,
    LONGEST_REST_S,
    MOST_FAILURES_IN_A_ROW,
    after_call,
    is_kept_too_long,
    is_on_trial,
    rest_left_s,
)

NOW = "2026-11-22T09:00:00.000+00:00"
FAILED = Heard(Outcome.IN_DOUBT, problem="500")
HOUR = 3600
ANSWERS = [Outcome.NOT_SENT, Outcome.NOT_DELIVERED, Outcome.NOT_KNOWN]


def failed(times: int, rest: ChannelRest | None = None) -> ChannelRest:
    rest = rest or ChannelRest("post")
    for _ in range(times):
        rest = after_call(rest, FAILED, is_first_failure=True, now=NOW)
    return rest


def message(state: str = AttemptState.PLANNED, *, due_since: str = NOW) -> Attempt:
    return Attempt(1, "b", 1, "post", "letter:1", "k", "hash", state, due_since=due_since)


def test_it_rests_from_the_third_message_in_a_row_and_for_longer_with_each():
    assert [rest_left_s(failed(times), now=NOW) for times in range(1, 9)] == [0, 0, 30, 120, 480, 1920, 3600, 3600]
    assert rest_left_s(failed(10_000), now=NOW) == LONGEST_REST_S


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.booleans())))
def test_only_messages_that_fail_for_the_first_time_let_it_rest(calls):
    rest, first_failures = ChannelRest("post"), 0
    for outcome, is_first in calls:
        before = rest
        rest = after_call(rest, Heard(outcome), is_first_failure=is_first, now=NOW)
        if outcome in (Outcome.DELIVERED, Outcome.REJECTED):
            first_failures = 0
        elif outcome in (Outcome.NOT_NOW, Outcome.IN_DOUBT) and is_first:
            first_failures += 1
        else:
            assert rest.rests_until == before.rests_until
        assert rest.failures == first_failures
        assert bool(rest.rests_until) is (first_failures >= MOST_FAILURES_IN_A_ROW)
        assert rest_left_s(rest, now=NOW) <= LONGEST_REST_S


@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.REJECTED])
def test_a_message_that_is_taken_or_refused_ends_it(outcome):
    assert after_call(failed(5), Heard(outcome), is_first_failure=True, now=NOW) == ChannelRest("post")


@pytest.mark.parametrize("outcome", ANSWERS)
def test_what_is_no_call_or_an_answer_to_a_question_is_no_failure_of_the_channel(outcome):
    assert after_call(failed(2), Heard(outcome), is_first_failure=True, now=NOW) == failed(2)


def test_a_clock_that_was_wrong_makes_no_long_rest():
    assert rest_left_s(failed(3), now="2016-11-22T09:00:00.000+00:00") == 0
    assert rest_left_s(failed(3), now="2036-11-22T09:00:00.000+00:00") == 0


def test_it_is_on_trial_when_its_rest_is_over_unless_a_person_ended_it():
    rest = failed(3)

    assert [is_on_trial(rest, now=later(NOW, at_s)) for at_s in (29, 30, HOUR)] == [False, True, True]
    assert not is_on_trial(rest._replace(rests_until=""), now=later(NOW, HOUR))


def told(rest: ChannelRest, at_s: int) -> int:
    return after_call(rest, FAILED, is_first_failure=False, now=later(NOW, at_s)).is_told


def test_a_person_is_told_when_several_messages_have_failed_for_an_hour():
    assert [told(failed(3), HOUR - 1), told(failed(3), HOUR), told(failed(1), HOUR)] == [0, 1, 0]


def test_a_person_is_told_before_it_rests_for_an_hour():
    assert [failed(times).is_told for times in (6, 7)] == [0, 1]


# When a message is kept too long

_DEAD = failed(MOST_FAILURES)
_TOO_LONG_S = round(GIVES_UP_AFTER.total_seconds())


def test_a_message_is_not_kept_longer_than_a_day_and_a_half_by_a_channel_that_takes_nothing():
    assert not is_kept_too_long(message(), _DEAD, now=later(NOW, _TOO_LONG_S - 1))
    assert is_kept_too_long(message(), _DEAD, now=later(NOW, _TOO_LONG_S))


def test_time_counts_from_when_it_was_due_and_from_when_the_channel_failed():
    long_ago, late = later(NOW, -10 * _TOO_LONG_S), later(NOW, _TOO_LONG_S)

    assert not is_kept_too_long(message(due_since=long_ago), _DEAD, now=later(NOW, HOUR))  # it was in a long queue
    assert not is_kept_too_long(message(due_since=later(NOW, HOUR)), _DEAD, now=late)  # it came later


def test_time_alone_ends_no_message_as_when_the_hub_stood_still():
    assert not is_kept_too_long(message(), failed(MOST_FAILURES - 1), now=later(NOW, 10 * _TOO_LONG_S))


@pytest.mark.parametrize(
    ("state", "may_have_arrived", "end"),
    [
        (AttemptState.PLANNED, 0, AttemptState.GIVEN_UP),
        (AttemptState.PLANNED, 1, AttemptState.UNKNOWN),
        (AttemptState.IN_DOUBT, 1, AttemptState.UNKNOWN),
    ],
)
def test_a_call_that_was_not_made_proves_nothing_new(state, may_have_arrived, end):
    ended = given_up(message(state)._replace(may_have_arrived=may_have_arrived), now=NOW, problem="500")

    assert (ended.state, ended.problem, ended.changed_at) == (end, "500", NOW)
