"""The small contract that every network fulfils towards the channel; each has its wire words in modules of its own."""

from __future__ import annotations

from typing import Protocol

from hub.model.attempts import Delivered
from hub.model.delivery import Followed, Reach, Recipient
from hub.transports.asked_by_key import AskedByKey
from hub_operator.envelope import Envelope


class Network(AskedByKey, Protocol):
    """One operator's network."""

    @property
    def name(self) -> str:
        """As the settings name it."""
        ...

    def look_up(self, recipient: Recipient) -> Reach:
        """Ask where a company is reached. Raises TransientError or ConfigurationError."""
        ...

    def send(self, key: str, envelope: Envelope, ends_ns: int) -> Delivered:
        """Hand a document over; the external id is what the network calls it. Raises as `DeliveryChannel.send`."""
        ...

    def reports(self, cursor: str) -> Followed:
        """Return what became of documents since a cursor. Raises TransientError or ConfigurationError."""
        ...
