"""The rest of a channel as one turn sees it: read when the turn begins, and written with what was heard."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.attempts import ChannelRest
from hub.rules.attempts import Heard
from hub.rules.channel_rest import after_call, rest_left_s
from hub.services.attempts.tasks import close_rest_task, open_rest_task
from hub.services.ports import Store, UnitOfWork


class _Call(NamedTuple):
    heard: Heard
    is_first_failure: bool
    at: str

    def counted(self, rest: ChannelRest) -> ChannelRest:
        return after_call(rest, self.heard, is_first_failure=self.is_first_failure, now=self.at)


class Resting:
    """Counts the failures of a channel, for all runs of the tenant: one of them goes on at a time."""

    def __init__(self, store: Store, channel: str) -> None:
        with store.read() as unit:
            self.rest = unit.attempts.rest_of(channel)
        self._recorded = self.rest
        self._unwritten: list[_Call] = []

    @property
    def why(self) -> str:
        """Why the channel is left in peace, and until when."""
        return said(self.rest)

    def left_s(self, now: str) -> int:
        """Return for how many seconds the channel is not to be called."""
        return rest_left_s(self.rest, now=now)

    def heard(self, heard: Heard, *, is_first_failure: bool, now: str) -> None:
        """Count what a call or a question came to."""
        call = _Call(heard, is_first_failure, now)
        self._unwritten.append(call)
        self.rest = call.counted(self.rest)

    def record(self, unit: UnitOfWork) -> None:
        """Add what was heard to the row as it stands: a person may have ended the rest meanwhile."""
        if not self._unwritten:
            return
        before = self._recorded = unit.attempts.rest_of(self.rest.channel, to_change=True)
        for call in self._unwritten:
            self._recorded = call.counted(self._recorded)
        if self._recorded != before:
            unit.attempts.keep_rest(self._recorded)
            _tell(unit, before, self._recorded)

    def committed(self) -> None:
        """Go on from what was recorded."""
        if self._unwritten:
            self._unwritten.clear()
            self.rest = self._recorded


def _tell(unit: UnitOfWork, before: ChannelRest, rest: ChannelRest) -> None:
    """Tell a person of a channel that has failed for long, and no more once it takes messages again."""
    if rest.is_told and not before.is_told:
        open_rest_task(unit, rest)
        unit.events.record(
            "channel_rests", channel=rest.channel, failures=rest.failures, since=rest.since, problem=rest.problem
        )
    elif before.is_told and not rest.is_told:
        close_rest_task(unit, rest.channel)


def said(rest: ChannelRest) -> str:
    """Say why a channel is not called."""
    until = rest.rests_until[:19].replace("T", " ")
    why = f": {rest.problem}" if rest.problem else ""
    return (
        f"the channel {rest.channel} is left in peace until {until} UTC, after {rest.failures} failures in a row{why}"
    )
