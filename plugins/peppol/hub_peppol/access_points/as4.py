"""AS4 by ourselves, for a sender that the network has accredited: no access point of somebody else stands between.

Promise: `neither`. Message id and instance id are the same each time, and most receivers know a message again by them;
but the network does not say for how long, nor whether the second is answered by a receipt or an error.
A document counts as delivered with the signed receipt of the receiver's access point, which is checked when it comes
and kept beside the message, with what it signs the digests of. Answers come to the sender's own receiving side, which
is not part of this plugin: nothing comes in here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hub.model.attempts import Delivered, Promise
from hub.model.delivery import Receipt, ReceiptKind
from hub_peppol.access_points.parcel import Parcel
from hub_peppol.access_points.port import Capabilities, News, Taken
from hub_peppol.network.as4 import As4Sender
from hub_peppol.network.identifiers import Named
from hub_peppol.network.routing import Routing
from hub_peppol.network.sbdh import Envelope, instance_id


class OwnAccessPoint:
    """We ourselves."""

    name = "as4"
    promise = Promise.NEITHER
    names_envelopes = True

    def __init__(self, sender: As4Sender, network: Capabilities) -> None:
        self._sender = sender
        self._network = network

    def look_up_all(self, participants: Collection[Named], document_types: Collection[Named]) -> Mapping[Named, Taken]:
        """Ask the network's registers."""
        return self._network.look_up_all(participants, document_types)

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:  # noqa: ARG002 - the delivery's id is in the parcel
        """Hand the document to the receiver's access point; it is called by its instance id, as statuses (MLS) name it.

        Raises as `As4Sender.send`.
        """
        document = parcel.document
        routing = Routing(parcel.sender, parcel.receiver, parcel.document_type, parcel.process, parcel.country)
        instance = instance_id(parcel.delivery_id, document)
        sent = self._sender.send(Envelope(routing, instance, document), ends_ns=ends_ns)
        return Delivered(instance, sent.evidence)

    def status(self, external_id: str) -> Receipt:
        """It was taken with a receipt, or `send` would not have returned."""
        return Receipt(ReceiptKind.DELIVERED, external_id=external_id)

    def prove(self) -> None:
        """There is nobody between who might not be there."""

    def news(self, cursor: str) -> News:
        """Nothing comes in here."""
        return News(cursor)
