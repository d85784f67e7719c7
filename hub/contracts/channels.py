"""What a plugin implements to deliver messages to the outside."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from hub.model.attempts import Delivered, Message, Probed, Promise


@runtime_checkable
class DeliveryChannel(Protocol):
    """Sends messages to one outside party.

    The core writes down that it is about to call, calls with no transaction open, and writes down what came of it.
    """

    @property
    def name(self) -> str:
        """Stable name of the channel; stands in attempts, run ids and logs."""
        ...

    @property
    def promise(self) -> Promise:
        """What the other side makes possible when an answer was lost. When in doubt: `neither`."""
        ...

    def send(self, message: Message) -> Delivered:
        """Hand one message over and return when the other side has taken it. The key goes with it wherever it can.

        Everything that can fail before the first byte leaves should fail first. The call itself ends within a time-out.

        Raises:
            RejectedError: the other side refused it, and will refuse it again.
            TransientError: it was certainly not taken; later it may be.
            OutcomeUnknownError: it may have been taken. Say this of everything you are not sure of.
            ConfigurationError: nothing was sent, and nothing can be before a setting is mended; the run stops.
        """
        ...


@runtime_checkable
class AddressedChannel(DeliveryChannel, Protocol):
    """A channel whose settings lead to one of several places, so that a promise made at one says nothing of another."""

    @property
    def endpoint(self) -> str:
        """Whom it calls and as whom, such as address and account; no secret. The core keeps a hash of it.

        A message in doubt that was sent to another endpoint is neither asked about nor sent here: a person finds out.
        """
        ...


@runtime_checkable
class ConcurrentChannel(DeliveryChannel, Protocol):
    """A channel whose `send` may be called by several threads at once, so that a batch need not wait for each answer.

    The core calls it so only where it promises `idempotent`, has no pace, and has just taken as many in a row.
    """

    @property
    def calls_at_once(self) -> int:
        """How many calls may be under way at the same time, from 1; more than 16 counts as 16."""
        ...


@runtime_checkable
class QueryableChannel(DeliveryChannel, Protocol):
    """A channel that promises `queryable`."""

    @property
    def settled_after_s(self) -> int:
        """Whole seconds after the beginning of a call when nothing of it can still arrive: its time-outs and a margin.

        Nobody asks sooner, since a message that is on its way would be called not delivered and be sent again.
        """
        ...

    def probe(self, key: str) -> Probed:
        """Ask the other side what became of the message with this key.

        Raises:
            TransientError: there is no answer now. Any other error of ours counts as one too.
        """
        ...


@runtime_checkable
class ContentQueryableChannel(QueryableChannel, Protocol):
    """A channel whose other side keeps no key of ours, and can be asked by what the message says, as by a number.

    Promise it only where the other side shows everything that it has taken, and no two messages say the same.
    """

    def probe_message(self, message: Message) -> Probed:
        """Ask what became of a message; the core calls this in place of `probe`. Raises as `probe`."""
        ...
