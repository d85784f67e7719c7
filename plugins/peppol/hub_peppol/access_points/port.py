"""The small contract that every access point fulfils towards the channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from hub.errors import HubError
from hub.model.attempts import Delivered, Promise
from hub.model.delivery import BuyerAnswer, Receipt
from hub.transports.asked_by_key import AskedByKey
from hub_peppol.access_points.parcel import Parcel
from hub_peppol.network.identifiers import Named
from hub_peppol.network.outcome import Takes


class Inbound(NamedTuple):
    """A document that came in and is taken for an Invoice Response, MLR or MLS; with or without its envelope."""

    content: bytes
    sent_by: str = ""  # electronic address of the sender, as the network says it; blank when it is not told


class News(NamedTuple):
    """What came in from the network, and from where to ask on."""

    cursor: str
    has_more: bool = False
    documents: Sequence[Inbound] = ()
    receipts: Sequence[Receipt] = ()
    answers: Sequence[BuyerAnswer] = ()  # where the access point has read them itself
    problems: Sequence[str] = ()  # what could not be fetched, for people


Taken = Takes | HubError
"""What a participant takes, or why that is not known now."""


class Capabilities(Protocol):
    """Knows who takes what."""

    def look_up_all(self, participants: Collection[Named], document_types: Collection[Named]) -> Mapping[Named, Taken]:
        """Return for each participant those of the document types that it takes; none where it is not in the network.

        One about whom there is no answer now has its error for an answer, a `TransientError` or `UntrustedAnswer`.

        Raises:
            ConfigurationError: there is no answer about anybody before a setting is mended.
        """
        ...


class AccessPoint(Capabilities, Protocol):
    """One access point, spoken to by its own interface."""

    @property
    def name(self) -> str:
        """As the settings name it."""
        ...

    @property
    def promise(self) -> Promise:
        """What it makes possible when an answer was lost."""
        ...

    @property
    def names_envelopes(self) -> bool:
        """Whether it calls a document by the instance id of its envelope, as statuses of the network (MLS, MLR) do."""
        ...

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:
        """Hand a document over; the external id is what the access point calls it. Raises as `DeliveryChannel.send`.

        The key is the same each time; where the access point takes one, it goes with the document.
        """
        ...

    def status(self, external_id: str) -> Receipt:
        """Ask how a document stands. Raises TransientError or ConfigurationError."""
        ...

    def prove(self) -> None:
        """Prove that it is there, at this address, and lets us in: only then is an error about what was asked for.

        Raises TransientError or ConfigurationError.
        """
        ...

    def news(self, cursor: str) -> News:
        """Return what came in since a cursor. Raises TransientError or ConfigurationError.

        What is let go of over there was returned with an earlier cursor: it is kept by now.
        """
        ...


@runtime_checkable
class SearchableAccessPoint(AccessPoint, AskedByKey, Protocol):
    """One that can be asked by our key."""
