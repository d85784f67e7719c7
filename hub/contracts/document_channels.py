"""What a plugin implements to carry invoices and other documents to debtors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable

from hub.contracts.channels import DeliveryChannel
from hub.model.delivery import Followed, Outgoing, Preparation, Reach, Recipient, RouteStep, Silence
from hub.model.documents import DocumentKind


@runtime_checkable
class DocumentChannel(DeliveryChannel, Protocol):
    """A channel that knows documents: whom it reaches, what it can carry, and how its messages are made.

    A message is made once, by `prepare`; its bytes are kept, and `send` is given them, however often. So `send` needs
    nothing but the bytes and the settings, and `prepare` sends nothing.
    """

    @property
    def step(self) -> RouteStep:
        """What it leads to; routes are ordered by it."""
        ...

    @property
    def carries(self) -> Collection[DocumentKind]:
        """The kinds of documents that it can carry."""
        ...

    @property
    def price_ore(self) -> int:
        """What one document costs, whole öre without VAT, by the tenant's settings; of two channels of one step the
        cheaper goes first."""
        ...

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Say by key who is reached; who is left out counts as `unknown`. Asked in batches of at most 500.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is none before a setting is mended.
        """
        ...

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make the messages of a batch of at most 100 documents, from its arguments and the settings alone.

        Raises nothing for one document: what cannot be carried is `Unfit`.
        """
        ...


@runtime_checkable
class FollowedChannel(DocumentChannel, Protocol):
    """A channel whose other side reports later what became of a document. Without this, taken is delivered."""

    @property
    def silent_after_s(self) -> int:
        """Whole seconds after the call when a report should have come."""
        ...

    @property
    def silence(self) -> Silence:
        """What it means when none has."""
        ...

    def follow(self, cursor: str) -> Followed:
        """Return reports since a cursor, blank the first time; the same report may come again.

        What is fetched may be deleted on the other side only when it is asked with the cursor behind it.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is none before a setting is mended.
        """
        ...
