"""The wire words of Maventa's AutoXChange API v1 (Visma AutoInvoice): what is said, and what an answer means."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from hub.identifiers import organisation_number
from hub.model.delivery import Receipt, ReceiptKind, Recipient
from hub_operator.envelope import Envelope
from hub_operator.reaching import Receiver, known_number
from hub_operator.told import Told, moment, word

TOKEN = "oauth2/token"  # noqa: S105 - a path
INVOICES = "v1/invoices"
LOOK_UP = "v1/lookup/receivers"
SCOPE = "lookup document:send invoice:send invoice:receive"
NETWORKS = ("INTERNAL", "PEPPOL", "EXTERNAL")
NO_OTHER_ROUTES = ("print", "email")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
PAGE = 100
SEPARATOR = " "  # between parts of an address of ours; in no address of theirs

_BOUNDARY = "reskontra-hub-{}"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP knows: the same files are always the same bytes
_KINDS: Mapping[str, ReceiptKind] = {
    "PENDING": ReceiptKind.UNDER_WAY,
    "DELIVERED": ReceiptKind.DELIVERED,
    "FAILED": ReceiptKind.RETURNED,
}


def token_request(account: str, user_api_key: str, vendor_api_key: str) -> bytes:
    """Ask for a token of the company."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": account,
        "client_secret": user_api_key,
        "vendor_api_key": vendor_api_key,
        "scope": SCOPE,
    }
    return urlencode(fields).encode()


def look_up_path(recipient: Recipient) -> str:
    """Ask for receivers by electronic address, or by organisation number."""
    query = [("network[]", network) for network in NETWORKS] + [("per_page", str(PAGE))]
    if recipient.e_invoice_address:
        return f"{LOOK_UP}?{urlencode([*query, ('eia', recipient.e_invoice_address)])}"
    number = known_number(recipient)
    return f"{LOOK_UP}?{urlencode([*query, ('bid', number), ('country[]', recipient.country)])}"


def receivers(answer: Sequence[Told]) -> Sequence[Receiver]:
    """Return the receivers of an answer. One that several networks know counts once, in the order of `NETWORKS`."""
    found: dict[str, Receiver] = {}
    for each in sorted(answer, key=_by_network):
        eia = each.text("eia")
        number = organisation_number.compact(each.part("participant").text("bid"))
        if eia:
            address = SEPARATOR.join((eia, each.text("operator")))
            found.setdefault(eia.casefold(), Receiver(address, eia.casefold(), number, (eia.casefold(),)))
    return list(found.values())


def document_id(key: str) -> str:
    """Return the UUID of the document: our key, of which the same one is never taken twice.

    A key is 32 hexadecimal digits; another one gives a UUID of its own, always the same.
    """
    try:
        return str(uuid.UUID(key))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def upload(key: str, envelope: Envelope) -> tuple[bytes, Mapping[str, str]]:
    """Return the body of the one call that sends, as multipart/form-data, and its headers."""
    eia, _, operator = envelope.address.partition(SEPARATOR)
    fields = [
        ("format", envelope.document_format),
        ("uuid", document_id(key)),
        ("recipient_eia", eia),
        *([("recipient_operator", operator)] if operator else []),
        *(("disabled_routes[]", route) for route in NO_OTHER_ROUTES),
    ]
    boundary = _BOUNDARY.format(document_id(key))
    parts = [_field(name, value) for name, value in fields] + [_file(envelope)]
    body = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}", "Accept": "application/json"}


def list_path(created_from: str, *, page: int) -> str:
    """Ask for invoices that were sent since a time."""
    query = {"direction": "SENT", "created_at_start": created_from, "page": str(page), "per_page": str(PAGE)}
    return f"{INVOICES}?{urlencode(query)}"


def receipt(document: Told) -> Receipt | None:
    """Return what became of a document; the operator's own words may name people, so they stay with the operator."""
    external_id, status = document.text("id"), document.text("status").upper()
    if not external_id:
        return None
    kind = _KINDS.get(status, ReceiptKind.UNDER_WAY)
    reason = f"Maventa says {word(status)}" + ("; why stands there" if kind is ReceiptKind.RETURNED else "")
    return Receipt(kind, external_id=external_id, reason=reason, at=_last_event(document))


def is_open(document: Told) -> bool:
    """Say whether something may still happen to it."""
    return _KINDS.get(document.text("status").upper(), ReceiptKind.UNDER_WAY) is ReceiptKind.UNDER_WAY


def _by_network(told: Told) -> int:
    network = told.text("network").upper()
    return NETWORKS.index(network) if network in NETWORKS else len(NETWORKS)


def _last_event(document: Told) -> str:
    times = [moment(action.text("happened_at")) for action in document.parts("actions")]
    return max((at.isoformat() for at in times if at is not None), default="")


def _field(name: str, value: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def _file(envelope: Envelope) -> bytes:
    """Return the part with all files in one ZIP, as the API takes an invoice with attachments."""
    name = envelope.structured.name.rpartition(".")[0] + ".zip"
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/zip\r\n\r\n'
    return head.encode() + _zipped(envelope)


def _zipped(envelope: Envelope) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in envelope.files:
            archive.writestr(zipfile.ZipInfo(file.name, _LONG_AGO), file.raw, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


class Place(NamedTuple):
    """Where reports are: documents made since a time, the page, and of those told the oldest open and the latest."""

    since: datetime
    page: int
    oldest_open: datetime | None
    latest: datetime


def place(cursor: str, *, now: datetime, first: timedelta) -> Place:
    """Read a cursor; what is none of ours counts as blank: reports are told again rather than never."""
    parts = cursor.split(" ")
    since = moment(parts[0])
    if len(parts) != 4 or since is None or not (parts[1].isascii() and parts[1].isdecimal() and len(parts[1]) < 10):
        return Place(now - first, 1, None, now - first)
    return Place(since, max(int(parts[1]), 1), moment(parts[2]), moment(parts[3]) or since)


def cursor_of(where: Place) -> str:
    """Write a cursor."""
    oldest_open = where.oldest_open.isoformat() if where.oldest_open else "-"
    return f"{where.since.isoformat()} {where.page} {oldest_open} {where.latest.isoformat()}"


def seen(documents: Sequence[Told], before: Place, *, now: datetime) -> tuple[datetime | None, datetime]:
    """Return when the oldest open document was made and when the latest of all, those of earlier pages counted."""
    made = [(moment(each.text("created_at")), is_open(each)) for each in documents]
    known = [(at, still_open) for at, still_open in made if at is not None and at <= now]
    still_open = [at for at, open_now in known if open_now] + ([before.oldest_open] if before.oldest_open else [])
    return min(still_open, default=None), max([before.latest, *(at for at, _ in known)])
