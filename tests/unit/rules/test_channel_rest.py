"""When a channel is left in peace, for how long, and when it is waited for no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.attempts import Attempt, AttemptState, ChannelRest
from hub.rules.attempts import LONGEST_WAIT_S, Heard, Outcome, given_up, later
from hub.rules.channel_rest import (
    GIVES_UP_AFTER_S,
    LONGEST_REST_S,
    MOST_FAILURES_IN_A_ROW,
    TOOK_IT_OR_NOT,
    after_call,
    asked_rest_left_s,
    due_from_now,
    is_kept_too_long,
    is_on_trial,
    rest_left_s,
    said,
    told,
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


def message(state: str = AttemptState.PLANNED, **changes: Any) -> Attempt:
    return Attempt(1, "b", 1, "post", 1, "letter:1", "k", "hash", state, **changes)


def test_it_rests_from_the_third_message_in_a_row_and_for_longer_with_each():
    assert [rest_left_s(failed(times), now=NOW) for times in range(1, 9)] == [0, 0, 30, 120, 480, 1920, 3600, 3600]
    assert rest_left_s(failed(10_000), now=NOW) == LONGEST_REST_S


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.booleans())))
def test_only_messages_that_fail_for_the_first_time_let_it_rest(calls):
    rest, first_failures, now = ChannelRest("post"), 0, NOW
    for outcome, is_first in calls:
        before, now = rest, later(now, rest_left_s(rest, now=now))
        rest = after_call(rest, Heard(outcome), is_first_failure=is_first, now=now)
        if outcome in (Outcome.DELIVERED, Outcome.REJECTED):
            first_failures = 0
        elif outcome in (Outcome.NOT_NOW, Outcome.IN_DOUBT) and is_first:
            first_failures += 1
        else:
            assert rest.rests_until == before.rests_until
        assert rest.failures == first_failures
        assert bool(rest.rests_until) is (first_failures >= MOST_FAILURES_IN_A_ROW)
        assert rest_left_s(rest, now=now) <= LONGEST_REST_S


@pytest.mark.parametrize("outcome", TOOK_IT_OR_NOT)
def test_a_message_that_is_taken_or_refused_ends_it(outcome):
    its_end = later(NOW, rest_left_s(failed(5), now=NOW))
    assert after_call(failed(5), Heard(outcome), is_first_failure=True, now=its_end) == ChannelRest("post")


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


def is_told(times: int, at_s: int) -> int:
    return told(failed(times), now=later(NOW, at_s)).is_told


@pytest.mark.parametrize("times", [1, 3])
def test_a_person_is_told_when_it_has_taken_nothing_for_an_hour_of_however_few_messages(times):
    assert [is_told(times, HOUR - 1), is_told(times, HOUR)] == [0, 1]


def test_nobody_is_told_of_a_channel_that_did_not_fail():
    assert is_told(0, HOUR) == 0


def test_a_person_is_told_before_it_rests_for_an_hour():
    assert [is_told(times, 0) for times in (6, 7)] == [0, 1]


# When a message is kept too long


def asked(*at_s: int) -> ChannelRest:
    """A channel that failed to take a message, and was asked at these times too."""
    rest = failed(1)
    for at in at_s:
        rest = after_call(rest, FAILED, is_first_failure=False, now=later(NOW, at))
    return rest


def test_a_message_is_not_kept_longer_than_a_day_and_a_half_by_a_channel_that_takes_nothing():
    hourly = range(0, GIVES_UP_AFTER_S, HOUR)

    assert not is_kept_too_long(message(), asked(*hourly, GIVES_UP_AFTER_S - 1))
    assert is_kept_too_long(message(), asked(*hourly, GIVES_UP_AFTER_S))


def test_time_counts_from_when_the_message_was_due():
    dead = asked(*range(0, GIVES_UP_AFTER_S + HOUR, HOUR))
    came_later = due_from_now(message(), asked(HOUR))

    assert not is_kept_too_long(came_later, dead)
    assert is_kept_too_long(came_later, asked(*range(0, GIVES_UP_AFTER_S + 2 * HOUR, HOUR)))
    before_it_failed_anew = came_later._replace(failing_since=later(NOW, -HOUR))
    assert is_kept_too_long(before_it_failed_anew, dead)


@pytest.mark.parametrize("jump_s", [100 * GIVES_UP_AFTER_S, -100 * GIVES_UP_AFTER_S])
def test_time_in_which_nobody_asked_counts_for_an_hour_at_most(jump_s):
    assert asked(HOUR, HOUR + jump_s).asked_s <= 2 * HOUR


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


# When it says itself how long


def busy(asks_s: int, outcome: Outcome = Outcome.NOT_NOW) -> Heard:
    return Heard(outcome, problem="429", retry_after_s=asks_s)


@pytest.mark.parametrize("outcome", [Outcome.NOT_NOW, Outcome.IN_DOUBT])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("times", [0, 2, 3])
def test_it_rests_as_long_as_it_asks_for_at_once_whichever_message_it_tells(outcome, is_first, times):
    rest = after_call(failed(times), busy(1800, outcome), is_first_failure=is_first, now=NOW)

    assert (rest_left_s(rest, now=NOW), rest.problem, rest.failures) == (1800, "429", times + is_first)
    assert is_on_trial(rest, now=later(NOW, 1800))


@pytest.mark.parametrize(("asks_s", "rests_s"), [(0, 0), (-5, 0), (5 * HOUR, 5 * HOUR), (10**9, LONGEST_WAIT_S)])
def test_it_rests_for_six_hours_at_most(asks_s, rests_s):
    assert rest_left_s(after_call(failed(1), busy(asks_s), is_first_failure=True, now=NOW), now=NOW) == rests_s


@pytest.mark.parametrize("asks_s", [1, 90])
def test_what_it_asks_for_makes_no_rest_shorter(asks_s):
    """Its fourth failure in a row lets it rest for two minutes; calls under way together may be told other times."""
    fourth = after_call(failed(3), busy(asks_s), is_first_failure=True, now=NOW)
    beside = after_call(fourth, busy(asks_s), is_first_failure=False, now=NOW)

    assert [rest_left_s(rest, now=NOW) for rest in (fourth, beside)] == [120, 120]


@pytest.mark.parametrize("outcome", TOOK_IT_OR_NOT)
def test_what_was_under_way_when_it_asked_does_not_end_its_rest(outcome):
    asked = after_call(ChannelRest("post"), busy(600), is_first_failure=True, now=NOW)
    beside = after_call(asked, Heard(outcome), is_first_failure=True, now=later(NOW, 1))

    assert beside == ChannelRest("post", not_before=later(NOW, 600))
    assert after_call(beside, Heard(outcome), is_first_failure=True, now=later(NOW, 600)) == ChannelRest("post")


@pytest.mark.parametrize("asks_s", [0, 90, 600])
def test_what_it_asks_for_and_its_failures_are_told_apart(asks_s):
    """After the fourth failure it rests for two minutes; a question is kept back for as long as it asks, no longer."""
    rest = after_call(failed(3), busy(asks_s), is_first_failure=True, now=NOW)
    why = "09:10:00 UTC, as it has asked for" if asks_s == 600 else "09:02:00 UTC, after 4 failures in a row"

    assert (rest_left_s(rest, now=NOW), asked_rest_left_s(rest, now=NOW)) == (max(asks_s, 120), asks_s)
    assert said(rest) == f"the channel post is left in peace until 2026-11-22 {why}: 429"
    beside = after_call(rest, FAILED, is_first_failure=False, now=NOW)
    assert beside.problem == ("429" if asks_s else "500")
    taken = after_call(rest, Heard(Outcome.DELIVERED), is_first_failure=True, now=NOW)
    assert rest_left_s(taken, now=NOW) == asks_s


@pytest.mark.parametrize(("asks_s", "is_told"), [(HOUR - 1, 0), (HOUR, 1)])
def test_a_person_is_told_at_once_when_it_asks_for_an_hour(asks_s, is_told):
    rest = after_call(ChannelRest("post"), busy(asks_s), is_first_failure=True, now=NOW)

    assert told(rest, now=NOW).is_told == is_told


def test_a_question_says_nothing_of_whether_it_takes_messages():
    """It asked for a rest once; weeks later one message fails, and it has not "taken nothing since" then."""
    asked = after_call(ChannelRest("post"), busy(2 * HOUR), is_first_failure=False, now=NOW)
    weeks_later = later(NOW, 20 * 24 * HOUR)
    one_failed = after_call(asked, FAILED, is_first_failure=True, now=weeks_later)

    assert (told(asked, now=NOW).is_told, told(one_failed, now=weeks_later).is_told) == (0, 0)
    assert one_failed.since == weeks_later


@pytest.mark.parametrize("times", [0, 1, 2, 6])
def test_what_is_asked_of_one_message_lets_the_others_wait_as_any_failure_does(times):
    alone = busy(HOUR)._replace(waits_alone=True)
    rest = after_call(failed(times), alone, is_first_failure=True, now=NOW)

    assert rest == failed(times + 1)._replace(problem="429")


def in_peace_for(hours: int, asks_s: int, rest: ChannelRest | None = None) -> ChannelRest:
    """A channel that is called as soon as it may be, and asks for the next rest each time; no message failed."""
    rest = rest or ChannelRest("post")
    for at_s in range(0, hours * HOUR + 1, asks_s):
        rest = after_call(rest, busy(asks_s), is_first_failure=False, now=later(rest.asked_at or NOW, at_s and asks_s))
    return rest


@pytest.mark.parametrize("asks_s", [1800, HOUR, 6 * HOUR])
def test_a_rest_that_it_asks_for_counts_by_its_own_length(asks_s):
    assert not is_kept_too_long(message(), in_peace_for(30, asks_s))
    assert is_kept_too_long(message(), in_peace_for(36, asks_s))
    assert in_peace_for(36, asks_s).asked_s == GIVES_UP_AFTER_S


@pytest.mark.parametrize(("asked", "is_over_after_h"), [("mcmcmcmcmcmc", 66), ("mmmmmmmmmccccccc", 84)])
def test_a_message_is_kept_for_less_than_four_days_where_now_it_and_now_its_channel_is_asked_to_wait(
    asked, is_over_after_h
):
    """Of six hours each the message's own (m) count for one, and the channel's (c), asked of another message, whole."""
    rest, is_over = ChannelRest("post"), []
    for hours, who in zip(range(0, 96, 6), asked, strict=False):
        heard = busy(6 * HOUR)._replace(waits_alone=who == "m")
        rest = after_call(rest, heard, is_first_failure=who == "c" or not hours, now=later(NOW, hours * HOUR))
        is_over += [hours] if is_kept_too_long(message(), rest) else []

    assert is_over[0] == is_over_after_h


def test_who_came_while_it_rested_waits_for_as_long_as_others_though_its_failures_began_later():
    came_later = due_from_now(message(), in_peace_for(12, 6 * HOUR))
    failing = after_call(in_peace_for(36, 6 * HOUR), FAILED, is_first_failure=True, now=later(NOW, 36 * HOUR))

    assert (is_kept_too_long(message(), failing), is_kept_too_long(came_later, failing)) == (True, False)
    assert is_kept_too_long(came_later, failing._replace(asked_s=48 * HOUR))


def test_what_was_counted_before_a_message_was_taken_keeps_none_for_longer():
    """It had rested for two days when this one was planned; then it took a message, and is counted anew."""
    planned = due_from_now(message(), in_peace_for(48, 6 * HOUR))
    taken = after_call(ChannelRest("post"), Heard(Outcome.DELIVERED), is_first_failure=True, now=NOW)

    assert not is_kept_too_long(planned, in_peace_for(30, 6 * HOUR, taken))
    assert is_kept_too_long(planned, in_peace_for(36, 6 * HOUR, taken))


@pytest.mark.parametrize("jump_s", [100 * GIVES_UP_AFTER_S, -100 * GIVES_UP_AFTER_S])
def test_a_clock_that_jumps_while_it_rests_counts_for_that_rest_at_most(jump_s):
    asked_once = after_call(ChannelRest("post"), busy(10**9), is_first_failure=True, now=NOW)

    assert after_call(asked_once, FAILED, is_first_failure=True, now=later(NOW, jump_s)).asked_s <= LONGEST_WAIT_S
