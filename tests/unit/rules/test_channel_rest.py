"""When a channel is left in peace, and for how long."""

from __future__ import annotations

import pytest

from hub.model.attempts import ChannelRest
from hub.rules.attempts import Heard, Outcome
from hub.rules.channel_rest import LONGEST_REST_S, after_call, rest_left_s

NOW = "2026-11-22T09:00:00.000+00:00"
FAILED = Heard(Outcome.IN_DOUBT, problem="500")


def failed(times: int) -> ChannelRest:
    rest = ChannelRest("post")
    for _ in range(times):
        rest = after_call(rest, FAILED, now=NOW)
    return rest


def test_it_rests_from_the_third_failure_in_a_row_and_for_longer_with_each():
    assert [rest_left_s(failed(times), now=NOW) for times in range(1, 9)] == [0, 0, 30, 120, 480, 1920, 3600, 3600]
    assert rest_left_s(failed(10_000), now=NOW) == LONGEST_REST_S


@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.REJECTED, Outcome.NOT_DELIVERED])
def test_an_answer_that_settles_something_ends_it(outcome):
    assert after_call(failed(5), Heard(outcome), now=NOW) == ChannelRest("post")


def test_a_call_that_was_never_made_says_nothing_about_the_other_side():
    assert after_call(failed(2), Heard(Outcome.NOT_SENT), now=NOW) == failed(2)


def test_a_clock_that_was_wrong_makes_no_long_rest():
    assert rest_left_s(failed(3), now="2016-11-22T09:00:00.000+00:00") == 0
    assert rest_left_s(failed(3), now="2036-11-22T09:00:00.000+00:00") == 0
