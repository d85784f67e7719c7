"""When a channel is left in peace: when it asks for that, and after messages in a row that it failed to take.

What it asks for holds at once, for every message. Of failures each message counts once.
On a channel that promises nothing each such message is one that a person has to find out about. So they are counted
for the channel, and an outage of an hour costs a handful of messages, not all. A message that fails again is kept from
being called too often by its own waits: it may be to blame itself, and says nothing new of the channel.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from hub.model.attempts import Attempt, ChannelRest
from hub.rules.attempts import LONGEST_WAIT_S, MOST_FAILURES, Heard, Outcome, asked_wait_s, later

MOST_FAILURES_IN_A_ROW = 3  # then it rests; each further one lets it rest for longer
FIRST_REST_S = 30
REST_GROWS_BY = 4
LONGEST_REST_S = 3600  # unless it asks for a longer one
TOLD_AFTER = timedelta(hours=1)
GIVES_UP_AFTER_S = 36 * 3600

TOOK_IT_OR_NOT = (Outcome.DELIVERED, Outcome.REJECTED)
_DID_NOT_ANSWER = (Outcome.NOT_NOW, Outcome.IN_DOUBT)


def after_call(rest: ChannelRest, heard: Heard, *, is_first_failure: bool, now: str) -> ChannelRest:
    """Return how a channel stands after one more call or question of a message.

    What is no call, and an answer to a question that is no "delivered", says nothing of whether it takes messages. A
    message that it takes while it rests was under way before: that ends the failures, and the rest goes on.
    """
    if heard.outcome in TOOK_IT_OR_NOT:
        return ChannelRest(rest.channel, rests_until=rest.rests_until if rest_left_s(rest, now=now) else "")
    asked_s = asked_wait_s(heard)
    if heard.outcome not in _DID_NOT_ANSWER or not (is_first_failure or rest.failures or asked_s):
        return rest
    failed = _asked(rest, now)._replace(since=rest.since or now, problem=heard.problem)
    counted = failed._replace(failures=rest.failures + 1) if is_first_failure else failed
    own_s = _rest_s(counted.failures) if is_first_failure else 0
    return _rests_for(counted, max(asked_s, own_s), now)


def _asked(rest: ChannelRest, now: str) -> ChannelRest:
    """Count the time since the call before; of a time in which nobody called, or a clock jumped, the longest rest."""
    passed_s = int(_time_since(rest.asked_at or now, now).total_seconds())
    return rest._replace(asked_at=now, asked_s=rest.asked_s + min(max(passed_s, 0), LONGEST_REST_S))


def _rests_for(rest: ChannelRest, rest_s: int, now: str) -> ChannelRest:
    """Let it rest, unless it does for longer: of calls that are under way together each may ask for another time."""
    return rest._replace(rests_until=later(now, rest_s)) if rest_s > rest_left_s(rest, now=now) else rest


def _rest_s(failures: int) -> int:
    if failures < MOST_FAILURES_IN_A_ROW:
        return 0
    return int(min(LONGEST_REST_S, FIRST_REST_S * REST_GROWS_BY ** min(failures - MOST_FAILURES_IN_A_ROW, 10)))


def told(rest: ChannelRest, *, now: str) -> ChannelRest:
    """Return the row that says that a person has been told, once it has failed for long, of however few messages.

    It has taken nothing for an hour, or will not have been asked to by then.
    """
    if rest.is_told or not rest.since:
        return rest
    lasts = max(_time_since(rest.since, time) for time in (now, rest.rests_until or now))
    return rest._replace(is_told=int(lasts >= TOLD_AFTER))


def rest_left_s(rest: ChannelRest, *, now: str) -> int:
    """Return for how many seconds a channel is still left in peace; a clock that was set back makes no long rest."""
    if not rest.rests_until:
        return 0
    left_s = ceil(-_time_since(rest.rests_until, now).total_seconds())
    return left_s if 0 < left_s <= LONGEST_WAIT_S else 0


def asked_rest_left_s(rest: ChannelRest, *, now: str) -> int:
    """Return for how many seconds no question of whom it reaches is asked, since it has asked to be left in peace.

    Failures in a row are of messages: whom it reaches it may still say.
    """
    return rest_left_s(rest, now=now) if rest.failures < MOST_FAILURES_IN_A_ROW else 0


def is_on_trial(rest: ChannelRest, *, now: str) -> bool:
    """Say whether a rest is over and nothing has been taken since; not when a person has ended it."""
    return bool(rest.rests_until) and not rest_left_s(rest, now=now)


def due_from_now(attempt: Attempt, rest: ChannelRest) -> Attempt:
    """Return the row of a message that is to be tried from now on, for as long as a new one."""
    return attempt._replace(failing_since=rest.since, asked_before_s=rest.asked_s)


def is_kept_too_long(attempt: Attempt, rest: ChannelRest) -> bool:
    """Say whether a message that is due is not to wait any longer for its channel.

    The channel was asked in vain, of many messages, for so long, and while this one was due. No clock is asked: a hub
    that stood still, or a clock that was put forward, ends none.
    """
    before_s = attempt.asked_before_s if attempt.failing_since == rest.since else 0
    return rest.failures >= MOST_FAILURES and rest.asked_s - before_s >= GIVES_UP_AFTER_S


def _time_since(since: str, now: str) -> timedelta:
    return datetime.fromisoformat(now) - datetime.fromisoformat(since)
