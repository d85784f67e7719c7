"""When a channel is left in peace: when it asks for that, and after messages in a row that it failed to take.

The two are kept apart. What it asks for holds at once, for every message and every question, and to its end whatever
is heard meanwhile. Of failures each message counts once, and the first that is taken ends them.
On a channel that promises nothing each such message is one that a person has to find out about. So they are counted
for the channel, and an outage of an hour costs a handful of messages, not all. A message that fails again is kept from
being called too often by its own waits: it may be to blame itself, and says nothing new of the channel.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from hub.model.attempts import Attempt, ChannelRest
from hub.rules.attempts import LONGEST_WAIT_S, Heard, Outcome, asked_wait_s, later

MOST_FAILURES_IN_A_ROW = 3  # then it rests; each further one lets it rest for longer
FIRST_REST_S = 30
REST_GROWS_BY = 4
LONGEST_REST_S = 3600  # unless it asks for a longer one
TOLD_AFTER = timedelta(hours=1)
GIVES_UP_AFTER_S = 36 * 3600

TOOK_IT_OR_NOT = (Outcome.DELIVERED, Outcome.REJECTED)
_DID_NOT_ANSWER = (Outcome.NOT_NOW, Outcome.IN_DOUBT)


def after_call(rest: ChannelRest, heard: Heard, *, is_first_failure: bool, now: str) -> ChannelRest:
    """Return how a channel stands after one more call or question.

    What is no call, and an answer to a question that is no "delivered", say nothing of whether it takes others. What it
    asks of one message alone holds no other, but is a failure as any: it may not know that it asks that of all. A
    message that it takes while it rests as it asked was under way before.
    """
    if heard.outcome in TOOK_IT_OR_NOT:
        return ChannelRest(rest.channel, not_before=rest.not_before if asked_rest_left_s(rest, now=now) else "")
    asked_s = 0 if heard.waits_alone else asked_wait_s(heard)
    says_something = is_first_failure or rest.failures or asked_s
    if heard.outcome not in _DID_NOT_ANSWER or not says_something:
        return rest
    is_beside = not asked_s and asked_rest_left_s(rest, now=now)  # what asked for the rest is the reason to tell
    failed = _asked(rest, now)._replace(problem=rest.problem if is_beside else heard.problem)
    failed = failed._replace(not_before=_longer(rest.not_before, asked_s, now))
    if not is_first_failure:
        return failed
    failures = rest.failures + 1
    rests_until = _longer(rest.rests_until, _rest_s(failures), now)
    return failed._replace(failures=failures, since=rest.since or now, rests_until=rests_until)


def _asked(rest: ChannelRest, now: str) -> ChannelRest:
    """Count the time since the call before: while it was to rest, or an hour where nobody called or a clock jumped."""
    asked_at = rest.asked_at or now
    rested_s = min(_seconds(asked_at, _rests_until(rest) or asked_at), LONGEST_WAIT_S)
    passed_s = min(int(_time_since(asked_at, now).total_seconds()), max(rested_s, LONGEST_REST_S))
    return rest._replace(asked_at=now, asked_s=rest.asked_s + max(passed_s, 0))


def _longer(until: str, rest_s: int, now: str) -> str:
    """Let it rest, unless it does for longer: of calls that are under way together each may ask for another time."""
    return later(now, rest_s) if rest_s > left_s(until, now=now) else until


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
    lasts = max(_time_since(rest.since, time) for time in (now, _rests_until(rest) or now))
    return rest._replace(is_told=int(lasts >= TOLD_AFTER))


def rest_left_s(rest: ChannelRest, *, now: str) -> int:
    """Return for how many seconds no message is sent by a channel."""
    return max(left_s(until, now=now) for until in (rest.rests_until, rest.not_before))


def asked_rest_left_s(rest: ChannelRest, *, now: str) -> int:
    """Return for how many seconds a channel is asked nothing either, such as whom it reaches: as it has asked for.

    Failures in a row are of messages: other questions it may still answer.
    """
    return left_s(rest.not_before, now=now)


def left_s(until: str, *, now: str) -> int:
    """Return for how many seconds a rest goes on; a clock that was set back makes no long one."""
    seconds = _seconds(now, until) if until else 0
    return seconds if 0 < seconds <= LONGEST_WAIT_S else 0


def said(rest: ChannelRest) -> str:
    """Say until when a channel is left in peace, and why: what holds for longer."""
    has_asked = rest.not_before >= rest.rests_until
    after = "as it has asked for" if has_asked else f"after {rest.failures} failures in a row"
    until = _rests_until(rest)[:19].replace("T", " ")
    why = f": {rest.problem}" if rest.problem else ""
    return f"the channel {rest.channel} is left in peace until {until} UTC, {after}{why}"


def is_on_trial(rest: ChannelRest, *, now: str) -> bool:
    """Say whether a rest is over and nothing has been taken since; not when a person has ended it."""
    return bool(_rests_until(rest)) and not rest_left_s(rest, now=now)


def due_from_now(attempt: Attempt, rest: ChannelRest) -> Attempt:
    """Return the row of a message that is to be tried from now on, for as long as a new one."""
    return attempt._replace(failing_since=rest.since, asked_before_s=rest.asked_s)


def is_kept_too_long(attempt: Attempt, rest: ChannelRest) -> bool:
    """Say whether a message that is due is not to wait any longer for its channel.

    The channel was asked in vain, or had asked to be left in peace, for so long, and while this one was due. No clock
    is asked: a hub that stood still, or a clock that was put forward, ends none.
    """
    is_of_now = attempt.failing_since in ("", rest.since)  # blank: it was not failing, and may have asked for a rest
    is_counted_on = attempt.asked_before_s <= rest.asked_s  # else a message was taken since, and it counts anew
    before_s = attempt.asked_before_s if is_of_now and is_counted_on else 0
    return rest.asked_s - before_s >= GIVES_UP_AFTER_S


def _rests_until(rest: ChannelRest) -> str:
    return max(rest.rests_until, rest.not_before)


def _seconds(since: str, now: str) -> int:
    return ceil(_time_since(since, now).total_seconds())


def _time_since(since: str, now: str) -> timedelta:
    return datetime.fromisoformat(now) - datetime.fromisoformat(since)
