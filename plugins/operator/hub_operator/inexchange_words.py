"""The wire words of InExchange REST v1, as public clients have them: what is said, and what an answer means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hub.errors import OutcomeUnknownError
from hub.identifiers import organisation_number
from hub.model.delivery import Receipt, ReceiptKind, Recipient
from hub.transports.https import Answer
from hub_operator.envelope import Envelope
from hub_operator.reaching import Receiver, gln_of, known_number
from hub_operator.told import Told, moment, told, word

CREATE_TOKEN = "clientTokens/create"  # noqa: S105 - a path
REVOKE_TOKEN = "clientTokens/revoke"  # noqa: S105 - a path
LOOK_UP = "buyerparties/lookup"
UPLOAD = "documents"
OUTBOUND = "documents/outbound"
OUTBOUND_LIST = "documents/outbound/list"
BY_OUR_ID = "invoices/outbound/byerpid"

RECEIVES = "receivingelectronicinvoices"  # "may receive if asked" and the like do not count
ELECTRONIC = "Electronic"
_KINDS: Mapping[str, ReceiptKind] = {
    "pending": ReceiptKind.UNDER_WAY,
    "pendinginplatform": ReceiptKind.UNDER_WAY,
    "sent": ReceiptKind.UNDER_WAY,
    "delivered": ReceiptKind.DELIVERED,
    "error": ReceiptKind.RETURNED,
    "failed": ReceiptKind.RETURNED,
    "rejected": ReceiptKind.RETURNED,
}
_STOPPED = "stopped"
_ENDS_BADLY = (ReceiptKind.RETURNED, ReceiptKind.STOPPED)


def spoken(fields: Mapping[str, object]) -> bytes:
    """Write a request."""
    return json.dumps(fields, ensure_ascii=False).encode()


def token_request(account: str, ends_at: datetime) -> bytes:
    """Ask for a client token that ends by itself."""
    return spoken({"erpId": account, "validTo": instant(ends_at)})


def look_up_request(recipient: Recipient) -> bytes:
    """Ask for a receiver by its numbers alone: by name the network also finds others who are called alike."""
    numbers = {
        "orgNo": known_number(recipient),
        "vatNo": recipient.vat_number,
        "gln": gln_of(recipient),
        "peppolParticipantIdentifier": recipient.e_invoice_address,
        "countryCode": recipient.country,
    }
    return spoken({name: number for name, number in numbers.items() if number})


def receivers(answer: Told) -> Sequence[Receiver]:
    """Return those of an answer who do receive electronic invoices, and have an id to be sent to."""
    return [
        Receiver(
            address=party.text("companyId"),
            gln=party.text("gln"),
            organisation_number=organisation_number.compact(party.text("orgNo")),
            addresses=tuple(
                address.rpartition("::")[2].casefold() for address in party.texts("peppolParticipantIdentifiers")
            ),
        )
        for party in answer.parts("parties")
        if party.text("receiveElectronicInvoiceCapability").casefold() == RECEIVES and party.text("companyId")
    ]


def outbound(key: str, envelope: Envelope, uris: Sequence[str]) -> bytes:
    """Have uploaded files sent as an e-invoice and as nothing else; `uris` in the order of `Envelope.files`.

    With the type left out the operator would choose, and mail or print what it cannot send; the id of the receiver
    makes it fail instead.
    """
    structured, rendered, *attachments = uris
    recipient = envelope.recipient
    return spoken(
        {
            "sendDocumentAs": {"type": ELECTRONIC, "electronic": {"recipientId": envelope.address}},
            "recipientInformation": {
                "orgNo": recipient.organisation_number,
                "vatNo": recipient.vat_number,
                "name": recipient.name,
                "countryCode": recipient.country,
            },
            "document": {
                "documentFormat": envelope.document_format,
                "erpDocumentId": key,
                "documentUri": structured,
                "renderedDocumentFormat": envelope.pdf.content_type,
                "renderedDocumentUri": rendered,
                "attachments": attachments,
            },
        }
    )


def uploaded_uri(answer: Answer) -> str:
    """Return what an upload is called; clients find it in the body or in `Location`. Blank when it is in neither."""
    return told(answer.content).text("documentUri") or answer.headers.get("location", "")[:200]


def sent_id(answer: Answer) -> str:
    """Return what the operator calls the document: the last part of `Location`.

    Raises:
        OutcomeUnknownError: it says nothing; a question by our id will tell.
    """
    said = told(answer.content)
    external_id = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
    external_id = external_id or said.text("documentId") or said.text("id")
    if not external_id:
        raise OutcomeUnknownError("the operator's answer does not say what it calls the document")
    return external_id[:200]


def list_request(updated_after: datetime, *, skip: int, take: int) -> bytes:
    """Ask for documents that something happened to."""
    return spoken({"take": take, "skip": skip, "updatedAfter": instant(updated_after), "includeErrorInfo": True})


def latest_request(take: int) -> bytes:
    """Ask for some documents, whichever."""
    return spoken({"take": take, "skip": 0})


def receipt(document: Told, *, stopped_goes_on: bool) -> Receipt | None:
    """Return what became of a document of ours; None for one that was not sent by a program.

    The operator's own words may name people, so they stay with the operator.
    """
    external_id = document.text("id") or document.text("documentId")
    if not external_id or not document.text("erpDocumentId"):
        return None
    status = document.part("currentStatus").text("status")
    at = moment(document.part("currentStatus").text("time"))
    kind = _KINDS.get(status.casefold(), ReceiptKind.UNDER_WAY)
    if status.casefold() == _STOPPED:
        kind = ReceiptKind.RETURNED if stopped_goes_on else ReceiptKind.STOPPED
    reason = f"InExchange says {word(status)}" + ("; why stands there" if kind in _ENDS_BADLY else "")
    return Receipt(kind, external_id=external_id, reason=reason, at=at.isoformat() if at else "")


def instant(at: datetime) -> str:
    """Write a time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Place(NamedTuple):
    """Where reports are: asked for since a time, so many of them told, the latest of those at a time."""

    since: datetime
    skip: int
    latest: datetime


def place(cursor: str, *, now: datetime, overlap: timedelta, first: timedelta) -> Place:
    """Read a cursor. When it is blank, reports are asked for since lately; a new round begins before the last's end.

    What is no cursor of ours counts as blank: reports are told again rather than never.
    """
    since, _, rest = cursor.partition(" ")
    skip, _, latest = rest.partition(" ")
    began, ended = moment(since), moment(latest)
    if began is None or ended is None or not (skip.isascii() and skip.isdecimal() and len(skip) < 10):
        return Place(now - first, 0, now - first)
    return Place(began, int(skip), ended) if int(skip) else Place(min(ended, now) - overlap, 0, ended)


def cursor_of(where: Place) -> str:
    """Write a cursor."""
    return f"{where.since.isoformat()} {where.skip} {where.latest.isoformat()}"


def latest(documents: Sequence[Told], before: datetime, *, now: datetime) -> datetime:
    """Return the time of the latest of documents; one that is yet to come is somebody's wrong clock."""
    times = [moment(each.part("currentStatus").text("time")) for each in documents]
    return max([before, *(at for at in times if at is not None and at <= now)])
