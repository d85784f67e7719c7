"""The rest of a channel as one turn sees it: read when the turn begins, and written with what was heard."""

from __future__ import annotations

from hub.model.attempts import ChannelRest
from hub.rules.attempts import Heard
from hub.rules.channel_rest import after_call, rest_left_s
from hub.services.ports import Store, UnitOfWork


class Resting:
    """Counts the failures of a channel, for all runs of the tenant: one of them goes on at a time."""

    def __init__(self, store: Store, channel: str) -> None:
        with store.read() as unit:
            self._rest = self._kept = unit.attempts.rest_of(channel)

    @property
    def why(self) -> str:
        """Why the channel is left in peace, and until when."""
        return said(self._rest)

    def left_s(self, now: str) -> int:
        """Return for how many seconds the channel is not to be called."""
        return rest_left_s(self._rest, now=now)

    def heard(self, heard: Heard, *, now: str) -> None:
        """Count what a call or a question came to."""
        self._rest = after_call(self._rest, heard, now=now)

    def record(self, unit: UnitOfWork) -> None:
        """Write what has changed since the last time."""
        if self._rest != self._kept:
            unit.attempts.keep_rest(self._rest)
            self._kept = self._rest


def said(rest: ChannelRest) -> str:
    """Say why a channel is not called."""
    until = rest.rests_until[:19].replace("T", " ")
    why = f": {rest.problem}" if rest.problem else ""
    return (
        f"the channel {rest.channel} is left in peace until {until} UTC, after {rest.failures} failures in a row{why}"
    )
