"""The rest of a channel as one turn or question sees it: read when that begins, and written with what was heard."""

from __future__ import annotations

from typing import NamedTuple

from hub.errors import HubError, TransientError
from hub.model.attempts import ChannelRest
from hub.rules.attempts import OPEN, Heard, Outcome
from hub.rules.channel_rest import TOOK_IT_OR_NOT, after_call, asked_rest_left_s, rest_left_s, said, told
from hub.services.attempts.tasks import close_rest_task, open_rest_task
from hub.services.ports import Store, UnitOfWork


class _Call(NamedTuple):
    heard: Heard
    is_first_failure: bool
    at: str

    def counted(self, rest: ChannelRest) -> ChannelRest:
        return told(after_call(rest, self.heard, is_first_failure=self.is_first_failure, now=self.at), now=self.at)


class Resting:
    """Counts the failures of a channel, for all runs of the tenant: one of them goes on at a time."""

    def __init__(self, store: Store, channel: str) -> None:
        with store.read() as unit:
            self.rest = unit.attempts.rest_of(channel)
        self._recorded = self.rest
        self._unwritten: list[_Call] = []

    def look_anew(self, unit: UnitOfWork) -> None:
        """See what others have heard since, or a person has ended; what was heard here is written by then."""
        self.rest = self._recorded = unit.attempts.rest_of(self.rest.channel)

    @property
    def why(self) -> str:
        """Why the channel is left in peace, and until when."""
        return said(self.rest)

    def left_s(self, now: str) -> int:
        """Return for how many seconds the channel is not to be called."""
        return rest_left_s(self.rest, now=now)

    def why_not_asked(self, now: str) -> TransientError | None:
        """Return why it is to be asked nothing now, and for how long, as it has asked for; None when it may be."""
        left_s = asked_rest_left_s(self.rest, now=now)
        return TransientError(said(self.rest._replace(rests_until="")), retry_after_s=left_s) if left_s else None

    def heard(self, heard: Heard, *, is_first_failure: bool, now: str) -> None:
        """Count what a call or a question came to; a success on a channel that does not fail changes nothing."""
        if heard.outcome in TOOK_IT_OR_NOT and self.rest == ChannelRest(self.rest.channel):
            return
        call = _Call(heard, is_first_failure, now)
        self._unwritten.append(call)
        self.rest = call.counted(self.rest)

    def look(self, now: str) -> None:
        """Let a person be told of a channel that fails for long, though it was not called now."""
        if told(self.rest, now=now) != self.rest:
            self.heard(Heard(Outcome.NOT_SENT), is_first_failure=False, now=now)

    @property
    def is_to_be_written(self) -> bool:
        """Whether anything was heard since it was recorded."""
        return bool(self._unwritten)

    def record(self, unit: UnitOfWork) -> None:
        """Add what was heard to the row as it stands: a person may have ended the rest meanwhile."""
        if not self._unwritten and not self.rest.is_told:
            return
        before = rest = hold_rest(unit, self.rest.channel)
        for call in self._unwritten:
            rest = call.counted(rest)
        self._recorded = _without_anyone_waiting(unit, rest)
        _keep(unit, before, self._recorded)

    def committed(self) -> None:
        """Go on from what was recorded."""
        self._unwritten.clear()
        self.rest = self._recorded


class Question:
    """What a channel is asked that is of no message, such as for reports: it rests with its messages, and by itself.

    What it is told lets no message wait: an other side may limit its reports alone. They are asked for as soon as that
    is over, and it would take no message any more.
    """

    def __init__(self, store: Store, channel: str, what: str) -> None:
        self._messages = Resting(store, channel)
        self._own = Resting(store, f"{channel} ({what})")

    def why_not_asked(self, now: str) -> TransientError | None:
        """Return why this is not to be asked now, and for how long; None when it may be."""
        return self._messages.why_not_asked(now) or self._own.why_not_asked(now)

    def not_answered(self, error: HubError, *, now: str) -> None:
        """Heed an error that says when to ask again."""
        if isinstance(error, TransientError) and error.retry_after_s:
            later = Heard(Outcome.NOT_NOW, problem=str(error), retry_after_s=error.retry_after_s)
            self._own.heard(later, is_first_failure=False, now=now)

    def record(self, unit: UnitOfWork) -> None:
        """Let all runs of the tenant know what was heard."""
        self._own.record(unit)


def let_be(unit: UnitOfWork, channel: str) -> None:
    """Ask nobody any more about a channel whose last open message has ended, with what a person says of it."""
    rest = hold_rest(unit, channel)
    _keep(unit, rest, _without_anyone_waiting(unit, rest))


def hold_rest(unit: UnitOfWork, channel: str) -> ChannelRest:
    """Return how a channel stands, which nobody else changes before the transaction ends.

    Its name is held too: two who first hear something of a channel find no row that they could hold.
    """
    unit.commands.claim(f"rest of channel {channel}")
    return unit.attempts.rest_of(channel, to_change=True)


def _without_anyone_waiting(unit: UnitOfWork, rest: ChannelRest) -> ChannelRest:
    """Take back that a person is told when nothing waits for the channel.

    Its failures in a row stay: on a channel that promises nothing each message ends with its first one, so they would
    never add up, and an outage would cost every message that comes alone.
    """
    return rest._replace(is_told=0) if rest.is_told and not unit.attempts.has_any(rest.channel, OPEN) else rest


def _keep(unit: UnitOfWork, before: ChannelRest, rest: ChannelRest) -> None:
    """Write it; tell a person of a channel that has failed for long, and no more once that is over.

    Runs that wait for it go on when it works again, though a person ended its rest before that for one of them.
    """
    if rest == before:
        return
    unit.attempts.keep_rest(rest)
    if not rest.failures and not rest_left_s(rest, now=unit.now):
        unit.runs.end_waits_for_channel(rest.channel)
    if rest.is_told and not before.is_told:
        open_rest_task(unit, rest)
        unit.events.record(
            "channel_rests", channel=rest.channel, failures=rest.failures, since=rest.since, problem=rest.problem
        )
    elif before.is_told and not rest.is_told:
        close_rest_task(unit, rest.channel)
