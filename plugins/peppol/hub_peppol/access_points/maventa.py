"""Visma AutoInvoice (Maventa): OAuth2, one multipart upload, and a document that is found by the UUID we gave it.

Promise: `queryable`. Print and email are turned off for every upload: where a document goes next, the hub decides.
Known from documentation.maventa.com and its published OpenAPI (AutoXChange v1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote, urlencode

from hub.errors import OutcomeUnknownError, TransientError
from hub.model.attempts import Delivered, Promise
from hub.model.delivery import Receipt, ReceiptKind
from hub_peppol.access_points.calls import Calls
from hub_peppol.access_points.keys import key_as_uuid
from hub_peppol.access_points.one_by_one import OneByOne
from hub_peppol.access_points.parcel import Parcel
from hub_peppol.access_points.port import News
from hub_peppol.access_points.told import Told, iso, parsed, told, told_list, word
from hub_peppol.network.identifiers import Named

PRODUCTION = "https://ax.maventa.com"
INVOICES = "v1/invoices"
_SENT = f"{INVOICES}?direction=SENT&per_page=1"
NO_OTHER_ROUTES = ("print", "email")
_FOUND, _NOT_FOUND = 200, 404
_REFUSED = (400, 422)
_BOUNDARY = "reskontra-hub-{}"
_KINDS: Mapping[str, ReceiptKind] = {"DELIVERED": ReceiptKind.DELIVERED, "FAILED": ReceiptKind.RETURNED}


class Maventa(OneByOne):
    """The access point."""

    name = "maventa"
    promise = Promise.QUERYABLE
    names_envelopes = False

    def __init__(self, calls: Calls, document_format: str) -> None:
        """`document_format`: what Maventa calls Peppol BIS Billing 3."""
        self._calls = calls
        self._format = document_format

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Ask for the receiver in Peppol; for which documents, Maventa does not say: for all it sends."""
        query = urlencode([("network[]", "PEPPOL"), ("eia", participant.value)])
        answer = self._calls.ask(f"v1/lookup/receivers?{query}")
        if answer.status in _REFUSED:
            return ()
        found = parsed(answer.content) if answer.status == _FOUND else None
        if not isinstance(found, list):
            raise self._calls.no_answer(answer)
        is_there = any(each.text("eia").casefold() == participant.value for each in told_list(found))
        return tuple(document_types) if is_there else ()

    def send(self, key: str, parcel: Parcel, ends_ns: int) -> Delivered:
        """Upload, which sends; a document of the same UUID that is there already is refused."""
        body, headers = self._upload(key, parcel)
        answer = self._calls.submit(INVOICES, body, headers, ends_ns)
        if not 200 <= answer.status < 300:
            raise self._calls.refusal(answer)
        external_id = told(answer.content).text("id")
        if external_id.casefold() != key_as_uuid(key):
            raise OutcomeUnknownError("Maventa's answer does not name the document: it may have been taken")
        return Delivered(external_id)

    def find(self, key: str) -> str | None:
        """Ask by the UUID that is our key."""
        found = self._invoice(key_as_uuid(key))
        return found.text("id") if found else None

    def prove(self) -> None:
        """Ask for a list of what was sent, be it empty."""
        answer = self._calls.ask(_SENT)
        if answer.status != _FOUND or not isinstance(parsed(answer.content), list):
            raise self._calls.no_answer(answer)

    def can_find(self) -> bool:
        """Look for a document that is there, in the same way."""
        answer = self._calls.ask(_SENT)
        listed = parsed(answer.content) if answer.status == _FOUND else None
        if not isinstance(listed, list):
            return False
        known = [each_id for each in told_list(listed) if (each_id := each.text("id"))]
        return not listed or (bool(known) and self._invoice(known[0]) is not None)

    def status(self, external_id: str) -> Receipt:
        """Ask for the document."""
        found = self._invoice(external_id)
        if found is None:
            return Receipt(ReceiptKind.UNDER_WAY, external_id=external_id, reason="Maventa knows it no more")
        status = found.text("status").upper()
        kind = _KINDS.get(status, ReceiptKind.UNDER_WAY)
        reason = f"Maventa says {word(status)}; why stands there" if kind is ReceiptKind.RETURNED else ""
        times = [iso(action.text("happened_at")) for action in found.parts("actions")]
        return Receipt(kind, external_id=external_id, reason=reason, at=max(times, default=""))

    def news(self, cursor: str) -> News:
        """Return nothing: how answers of buyers are fetched from Maventa is not known."""
        return News(cursor)

    def _invoice(self, external_id: str) -> Told | None:
        """Return a document; None for "not found"."""
        answer = self._calls.ask(f"{INVOICES}/{quote(external_id, safe='')}")
        if answer.status == _NOT_FOUND:
            return None
        said = self._calls.said(answer)
        if said.text("id").casefold() != external_id.casefold():
            raise TransientError("Maventa answered without naming the document")
        return said

    def _upload(self, key: str, parcel: Parcel) -> tuple[bytes, Mapping[str, str]]:
        fields = [("format", self._format), ("uuid", key_as_uuid(key)), ("recipient_eia", parcel.receiver.value)]
        fields += [("disabled_routes[]", route) for route in NO_OTHER_ROUTES]
        boundary = _BOUNDARY.format(key_as_uuid(key))
        parts = [_field(name, value) for name, value in fields] + [_file(parcel.document)]
        body = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return body + f"--{boundary}--\r\n".encode(), headers


def _field(name: str, value: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def _file(document: bytes) -> bytes:
    disposition = 'Content-Disposition: form-data; name="file"; filename="invoice.xml"'
    return f"{disposition}\r\nContent-Type: application/xml\r\n\r\n".encode() + document
