"""The message as it is kept: one document with its files and where it goes, the same for every network.

JSON with sorted names and files in base64, so that the same document is always the same bytes.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode

from pydantic import BaseModel, ConfigDict, ValidationError

from hub.errors import ConfigurationError, RejectedError
from hub.model.delivery import Outgoing
from hub_operator.structured import StructuredDocument

FORMAT = "reskontra-hub/operator/1"
PDF = "application/pdf"
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class File(_Part):
    """One file of the message; the name is ASCII, as operators want it."""

    name: str
    content_type: str
    content: str  # base64

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return b64decode(self.content)


class Party(_Part):
    """The recipient as the operator is told of it."""

    name: str
    organisation_number: str
    vat_number: str
    country: str


class Envelope(_Part):
    """All that a network needs to send it."""

    format: str
    network: str
    delivery_id: str
    number: str
    address: str  # where the network reaches the recipient, by its own answer
    recipient: Party
    document_format: str  # what the operator calls the structured document
    structured: File
    pdf: File
    attachments: tuple[File, ...]

    @property
    def files(self) -> tuple[File, ...]:
        """All files, the structured document first."""
        return (self.structured, self.pdf, *self.attachments)


def envelope_of(outgoing: Outgoing, structured: StructuredDocument, *, network: str) -> Envelope:
    """Put a document into its envelope."""
    document, recipient = outgoing.document, outgoing.recipient
    stem = file_name(document.number)
    attached = (
        _file(f"{no}-{file_name(each.name)}", each.content_type, each.content)
        for no, each in enumerate(document.attachments, start=1)
    )
    return Envelope(
        format=FORMAT,
        network=network,
        delivery_id=outgoing.delivery_id,
        number=document.number,
        address=outgoing.address,
        recipient=Party(
            name=recipient.name,
            organisation_number=recipient.identity,
            vat_number=recipient.vat_number,
            country=recipient.country,
        ),
        document_format=structured.format,
        structured=_file(f"{stem}{structured.ending}", structured.content_type, structured.content),
        pdf=_file(f"{stem}.pdf", PDF, outgoing.pdf),
        attachments=tuple(attached),
    )


def packed(envelope: Envelope) -> bytes:
    """Write an envelope the one way it is always written."""
    return json.dumps(envelope.model_dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def unpacked(content: bytes, *, network: str) -> Envelope:
    """Read an envelope that was kept.

    Raises:
        ConfigurationError: it is none: another program has made these bytes.
        RejectedError: it was made for another network, whose address of the recipient says nothing here.
    """
    try:
        envelope = Envelope.model_validate_json(content)
    except ValidationError:
        envelope = None
    if envelope is None or envelope.format != FORMAT:
        raise ConfigurationError("the message was not made by this plugin, or by a later one of it: nothing was sent")
    if envelope.network != network:
        raise RejectedError("it was made for another operator's network, before the settings changed")
    return envelope


def file_name(text: str) -> str:
    """Return a name that is safe for a file anywhere: ASCII letters, digits, point, hyphen and underscore."""
    return _NO_FILE_NAME.sub("_", text).strip("._")[-80:] or "document"


def _file(name: str, content_type: str, content: bytes) -> File:
    return File(name=name, content_type=content_type, content=b64encode(content).decode("ascii"))
