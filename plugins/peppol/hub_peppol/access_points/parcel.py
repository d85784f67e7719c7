"""The message as it is kept: one document and where it goes, the same for every access point.

JSON with sorted names and the document in base64, so that the same document is always the same bytes.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

from pydantic import BaseModel, ConfigDict, ValidationError

from hub.errors import ConfigurationError, RejectedError
from hub_peppol.network.identifiers import Named
from hub_peppol.network.routing import Routing

FORMAT = "reskontra-hub/peppol/1"


class Parcel(BaseModel):
    """All that an access point needs to send it. Participants, types and processes are values without their scheme."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    access_point: str
    delivery_id: str
    company: str = ""  # whose it is; blank in messages from before this was kept
    number: str
    sender: Named
    receiver: Named
    document_type: Named
    process: Named
    country: str  # of the sender
    content: str  # the UBL document, base64

    @property
    def document(self) -> bytes:
        """The document's bytes."""
        return b64decode(self.content)

    @property
    def root(self) -> str:
        """`Invoice` or `CreditNote`."""
        return root_name(self.document_type)


def root_name(document_type: Named) -> str:
    """Return the name of the root element that a document type begins with."""
    return document_type.value.partition("##")[0].rpartition("::")[2]


def parcel_of(
    document: bytes, routing: Routing, *, access_point: str, delivery_id: str, company: str, number: str
) -> Parcel:
    """Wrap a document that goes where its routing says."""
    return Parcel(
        format=FORMAT,
        access_point=access_point,
        delivery_id=delivery_id,
        company=company,
        number=number,
        **routing._asdict(),
        content=b64encode(document).decode("ascii"),
    )


def packed(parcel: Parcel) -> bytes:
    """Write a parcel the one way it is always written."""
    return json.dumps(parcel.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode()


def unpacked(content: bytes, *, access_point: str) -> Parcel:
    """Read a parcel that was kept.

    Raises:
        ConfigurationError: it is none: another program has made these bytes.
        RejectedError: it was made for another access point, whose answer about the receiver says nothing here.
    """
    try:
        parcel = Parcel.model_validate_json(content)
    except ValidationError:
        parcel = None
    if parcel is None or parcel.format != FORMAT:
        raise ConfigurationError("the message was not made by this plugin, or by a later one of it: nothing was sent")
    if parcel.access_point != access_point:
        raise RejectedError("it was made for another access point, before the settings changed")
    return parcel
