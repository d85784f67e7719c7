"""What goes with the PDF so that a machine can read it: one strategy, replaced when the hub makes UBL.

Today it is a JSON of the document. An operator takes that by agreement only, and it is no e-invoice by the law that
public buyers go by (lag 2018:1277), which wants EN 16931. A strategy that has UBL says `is_e_invoice`, and public
buyers are reached too.
"""

from __future__ import annotations

import json
from typing import NamedTuple, Protocol

from pydantic.main import IncEx

from hub.model.delivery import Outgoing

JSON_VERSION = "reskontra-hub/document/1"
_OURS_ALONE: dict[str, IncEx | bool] = {"attachments": True, "debtor": {"email_consent", "is_protected", "email"}}


class StructuredDocument(NamedTuple):
    """One structured document."""

    format: str  # as the operator calls it
    ending: str
    content_type: str
    content: bytes


class StructuredWriter(Protocol):
    """Writes structured documents."""

    @property
    def is_e_invoice(self) -> bool:
        """Whether what it writes is an e-invoice by EN 16931."""
        ...

    def write(self, outgoing: Outgoing) -> StructuredDocument:
        """Return the document in the format; the same document gives the same bytes."""
        ...


class NeutralJson:
    """The document's own data, as it was handed over; attachments go beside it."""

    def __init__(self, document_format: str) -> None:
        """`document_format`: what was agreed that it is called."""
        self._format = document_format

    @property
    def is_e_invoice(self) -> bool:
        """It is none."""
        return False

    def write(self, outgoing: Outgoing) -> StructuredDocument:
        """Write the document without what is ours alone: consent, protection, the debtor's mailbox."""
        fields = outgoing.document.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=_OURS_ALONE)
        content = json.dumps({"format": JSON_VERSION, **fields}, sort_keys=True, ensure_ascii=False).encode()
        return StructuredDocument(self._format, ".json", "application/json", content)


def writer_of(document_format: str) -> StructuredWriter | None:
    """Return what writes the agreed format; None when nothing is agreed."""
    return NeutralJson(document_format) if document_format else None
