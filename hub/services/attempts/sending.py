"""Sending: the body of a run that carries messages to one channel.

Before each call that sends a row is committed that says so, by whoever carries the run at that moment; then the other
side is called with no transaction open; then what it said is committed, together with the row of the next call. The
rows are the run's memory: whoever goes on with it reads them and knows of each message whether it may have arrived.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.banking_calendar import Clock
from hub.contracts import DeliveryChannel
from hub.errors import ConfigurationError, HubError
from hub.services.attempts.pace import CallLimits
from hub.services.attempts.recalling import NoRecall, Recall
from hub.services.attempts.steady import Steady, steady_clock
from hub.services.attempts.turn import Turn
from hub.services.ports import JsonObject, NotOursError, Store, Work


class SendingRun:
    """Carries out `send` runs; each carries messages to one channel."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, DeliveryChannel],
        clock: Clock,
        limits: CallLimits | None = None,
        steady: Steady | None = None,
        recall: Recall | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._limits = limits or CallLimits()
        self._steady = steady or steady_clock()
        self._recall = recall or NoRecall()

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Take every message of the run as far as it goes now; answer how many are in which state.

        Raises:
            TransientError: some messages wait for their time.
            ConfigurationError: the channel is not there, or a setting keeps it from sending.
            LedgerError: the channel is broken.
        """
        channel = self._channel(input["channel"])
        pace = self._limits.pace(channel.name, self._clock)
        turn = Turn(self._store, work, channel, self._clock, self._steady, pace, self._recall)
        try:
            turn.go_through()
        except (NotOursError, HubError):
            turn.hear_the_rest()
            turn.write_down()  # what was heard is true whoever carries the run
            raise
        finally:
            turn.let_go()
        return turn.close()

    def _channel(self, name: str) -> DeliveryChannel:
        if name not in self._channels:
            raise ConfigurationError(
                f"no plugin that is turned on offers the channel {name}",
                where="plugins",
                hint="turn it on again; its messages wait",
            )
        return self._channels[name]
