"""What goes with the PDF so that a machine can read it: an e-invoice, or by agreement a JSON of the document."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import NamedTuple

from pydantic.main import IncEx

from hub.model.delivery import Outgoing

JSON_VERSION = "reskontra-hub/document/1"
_OURS_ALONE: dict[str, IncEx | bool] = {
    "attachments": True,
    "pdf": True,
    "debtor": {"email_consent", "is_protected", "email"},
}


class Structure(StrEnum):
    """What the structured document is."""

    E_INVOICE = "e_invoice"  # by EN 16931, as the law on public buyers asks for (lag 2018:1277)
    JSON = "json"  # of the document; no e-invoice by that law


class StructuredDocument(NamedTuple):
    """One structured document."""

    format: str  # as the operator calls it
    ending: str
    content_type: str
    content: bytes


def structured(outgoing: Outgoing, structure: Structure, document_format: str) -> StructuredDocument | None:
    """Return the structured document of what goes out; None when it should be an e-invoice and there is none."""
    if structure is Structure.JSON and not outgoing.document.says_its_sum_alone:
        return StructuredDocument(document_format, ".json", "application/json", _as_json(outgoing))
    if not outgoing.e_invoice:
        return None
    return StructuredDocument(document_format, ".xml", "application/xml", outgoing.e_invoice)


def _as_json(outgoing: Outgoing) -> bytes:
    """Write the document without what is ours alone: consent, protection, the debtor's mailbox."""
    fields = outgoing.document.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=_OURS_ALONE)
    return json.dumps({"format": JSON_VERSION, **fields}, sort_keys=True, ensure_ascii=False).encode()
