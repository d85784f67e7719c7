"""`hub.attempts`: messages to the outside, and where each stands."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from hub.errors import DataError
from hub.model.attempts import Attempt, ChannelRest, PlannedMessage
from hub.rules.channel_rest import rest_left_s
from hub.runtime.tenant_work import TenantWork
from hub.services.attempts import content_of, plan_batch


class AttemptsDesk:
    """The attempts of one tenant. What a person finds out is told by the command `decide_attempt`."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def send(self, channel: str, batch: str, messages: Mapping[str, bytes]) -> list[Attempt]:
        """Send messages, given by names of the sender's, on a channel; return where each stands now.

        The same call again sends nothing a second time, and answers where they stand by then.

        Raises:
            DataError: no plugin of the tenant offers the channel, or a message or a batch is there with other content.
            RuleViolation: a message was planned on another channel, and may have arrived there.
        """
        if channel not in self._work.plugins.channels:
            offered = ", ".join(sorted(self._work.plugins.channels)) or "none"
            raise DataError(f"no plugin that is turned on offers the channel {channel} (offered: {offered})")
        kept = {name: self._work.store.contents.keep(io.BytesIO(content)) for name, content in messages.items()}
        planned = [PlannedMessage(name, content.sha256, content.size) for name, content in kept.items()]
        plugin = self._work.plugins.plugins_of_channels[channel]
        with self._work.store.write() as work:
            plan_batch(work, self._work.tenant.id, channel, batch, planned, plugin=plugin)
        self._carry_out_queued()
        with self._work.store.read() as work:
            return [attempt for attempt in work.attempts.of_messages([*messages]) if attempt.channel == channel]

    def latest(
        self, *, state: str = "", channel: str = "", limit: int = 50, before: int | None = None
    ) -> list[Attempt]:
        """Return the newest attempts first; `before` continues below an attempt number."""
        with self._work.store.read() as work:
            return work.attempts.latest(state=state, channel=channel, limit=limit, before=before)

    def get(self, attempt_no: int) -> Attempt:
        """Return one attempt. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            attempt = work.attempts.get(attempt_no)
        if attempt is None:
            raise DataError(f"there is no attempt {attempt_no}; see: hub attempts list")
        return attempt

    def content(self, attempt_no: int) -> bytes:
        """Return the bytes that an attempt sends. Raises LedgerError when they are not those that were planned."""
        return content_of(self._work.store, self.get(attempt_no))

    def resting(self) -> list[ChannelRest]:
        """Return the channels, or questions to them, that are left in peace now, by name."""
        with self._work.store.read() as work:
            return [rest for rest in work.attempts.rests() if rest_left_s(rest, now=work.now)]
