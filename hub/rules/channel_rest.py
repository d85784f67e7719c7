"""When a channel is left in peace: after calls in a row that settled nothing, whichever messages they were of.

On a channel that promises nothing each such call leaves a message that a person has to find out about. So they are
counted for the channel and not for the message, and an outage of an hour costs a handful of messages, not all.
"""

from __future__ import annotations

from datetime import datetime
from math import ceil

from hub.model.attempts import ChannelRest
from hub.rules.attempts import Heard, Outcome, later

MOST_FAILURES_IN_A_ROW = 3  # then it rests; each further one lets it rest for longer
FIRST_REST_S = 30
REST_GROWS_BY = 4
LONGEST_REST_S = 3600

_SETTLED_NOTHING = (Outcome.NOT_NOW, Outcome.IN_DOUBT)


def after_call(rest: ChannelRest, heard: Heard, *, now: str) -> ChannelRest:
    """Return how a channel stands after one more call or question."""
    if heard.outcome == Outcome.NOT_SENT:
        return rest
    if heard.outcome not in _SETTLED_NOTHING:
        return ChannelRest(rest.channel)
    failed = rest._replace(failures=rest.failures + 1, problem=heard.problem)
    if failed.failures < MOST_FAILURES_IN_A_ROW:
        return failed
    return failed._replace(rests_until=later(now, _rest_s(failed.failures - MOST_FAILURES_IN_A_ROW)))


def _rest_s(earlier: int) -> int:
    return int(min(LONGEST_REST_S, FIRST_REST_S * REST_GROWS_BY ** min(earlier, 10)))


def rest_left_s(rest: ChannelRest, *, now: str) -> int:
    """Return for how many seconds a channel is still left in peace; a clock that was set back makes no long rest."""
    if not rest.rests_until:
        return 0
    left_s = ceil((datetime.fromisoformat(rest.rests_until) - datetime.fromisoformat(now)).total_seconds())
    return left_s if 0 < left_s <= LONGEST_REST_S else 0
