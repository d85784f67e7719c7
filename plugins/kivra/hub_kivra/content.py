"""The message to Kivra: one content as JSON, made once; the same document gives the same bytes.

Kivra drops a content that it has had, told by all of it but `generated_at`. So whatever makes two deliveries two has
to stand elsewhere: our id of the delivery is in the name of the file.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from typing import Any

from hub.model.delivery import Outgoing
from hub.model.documents import Document
from hub_kivra.kinds import content_type, has_payment, subject
from hub_kivra.payment import payment
from hub_kivra.recipients import SSN, VAT_NUMBER, Mailbox, mailbox_of
from hub_kivra.settings import KivraSettings
from hub_kivra.unfit import NotForKivra
from hub_kivra.wire import json_object

LARGEST = 1_000_000  # bytes of the whole content, its files in base64 included
PDF = "application/pdf"
_PDF_BEGINS = b"%PDF-"
_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-zÅÄÖåäö.-]+")


def content_of(outgoing: Outgoing, settings: KivraSettings) -> bytes:
    """Return the message that carries a document. Raises NotForKivra."""
    document, mailbox = outgoing.document, mailbox_of(outgoing.recipient)
    if mailbox is None:
        raise NotForKivra(
            "Kivra finds people by the twelve digits of their personal number and companies by their organisation "
            "number: complete the debtor"
        )
    made: dict[str, Any] = {
        mailbox.field: mailbox.number,
        "subject": subject(document),
        "generated_at": document.issue_date,
        "type": content_type(document, for_company=mailbox.is_company),
        "parts": _parts(outgoing),
    }
    if has_payment(document):
        made["payment_multiple_options"] = payment(document, settings)
    return _within_limit(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode())


def mailbox_in(content: bytes) -> Mailbox | None:
    """Return whom a message is for, None when it is none of ours."""
    made = json_object(content)
    return next((Mailbox(field, str(made[field])) for field in (SSN, VAT_NUMBER) if field in made), None)


def file_name(document: Document, delivery_id: str) -> str:
    """Return the name of the file that is the document: its number, and our id of the delivery."""
    number = _NOT_IN_NAMES.sub("-", document.number)
    return f"{number}_{delivery_id}.pdf"


def _parts(outgoing: Outgoing) -> Sequence[dict[str, str]]:
    document = outgoing.document
    if not outgoing.pdf.startswith(_PDF_BEGINS):
        raise NotForKivra(
            "its PDF does not begin with %PDF-: hand it over anew, as another version", is_for_a_person=True
        )
    if any(attachment.content_type != PDF for attachment in document.attachments):
        raise NotForKivra("Kivra takes attachments as PDF only: attach a PDF in place of the other file")
    own = _part(file_name(document, outgoing.delivery_id), outgoing.pdf)
    return [own, *(_part(attachment.name, attachment.content) for attachment in document.attachments)]


def _part(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "data": base64.b64encode(content).decode("ascii"), "content_type": PDF}


def _within_limit(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise NotForKivra(
            f"it is {len(content) // 1000} kB with its files, and Kivra takes {LARGEST // 1000} kB: make logo and "
            "attachments smaller, or let another channel carry it"
        )
    return content
