"""InExchange's side: client tokens, look-up, uploads, sending, look-up by the sender's id, and the list.

Its answers are partly in other case than its requests, as the real ones are said to be. What it is given without a
type, or without a receiver, it mails: that counts as received, by "mail".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_operator.sandbox_register import DELIVERED, FAILED, STOPPED, Books, Receiver, Taken, number_in

ROOT = "/v1/api/"
LARGEST = 20_000_000
_URN = "urn:inexchangedocument:"
_STATUS = {DELIVERED: "Delivered", FAILED: "Error", STOPPED: "Stopped"}
_UNKNOWN = Response(404)


class InExchangeSide:
    """What it answers."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def target(self, method: str, path: str) -> str:  # noqa: ARG002 - of a Protocol
        """Name the kind of call."""
        place = path.removeprefix(ROOT)
        if place == "documents/outbound":
            return "send"
        if place == "documents":
            return "upload"
        return "token" if place.startswith("clientTokens") else "question"

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        with self._books.lock:
            place = request.path.removeprefix(ROOT)
            if place.startswith("clientTokens/"):
                return self._token(place, request)
            if not self._books.knows(request.headers.get("clienttoken", "")):
                return _said(401, {"message": "ClientToken"})
            return self._served(place, request)

    def _served(self, place: str, request: Request) -> Response:
        if request.method == "GET" and place.startswith("invoices/outbound/byerpid/"):
            return self._by_senders_id(place.rpartition("/")[2])
        served = {
            "buyerparties/lookup": self._look_up,
            "documents": self._upload,
            "documents/outbound": self._outbound,
            "documents/outbound/list": self._list,
        }.get(place)
        return served(request) if served and request.method == "POST" else _UNKNOWN

    def _token(self, place: str, request: Request) -> Response:
        if request.headers.get("apikey") != self._books.software_key:
            return _said(401, {"message": "APIKey"})
        said = _read(request.body)
        if place.endswith("revoke"):
            self._books.tokens.discard(str(said.get("clienttoken", "")))
            return Response(200)
        if said.get("erpid") != self._books.account:
            return _said(400, {"message": "erpId"})
        return _said(200, {"token": self._books.new_token()})

    def _look_up(self, request: Request) -> Response:
        said = _read(request.body)
        found = [one for one in self._books.receivers if _is_meant(one, said)]
        parties = [_party(one) for one in found]
        return _said(200, {"potentialMatches": len(parties), "exactHit": len(parties) == 1, "parties": parties})

    def _upload(self, request: Request) -> Response:
        if not request.body or len(request.body) > LARGEST:
            return Response(413 if request.body else 400)
        uri = f"{_URN}{len(self._books.files) + 1}"
        self._books.files[uri] = request.body
        return Response(201, b"", {"Location": uri})

    def _outbound(self, request: Request) -> Response:
        said = _read(request.body)
        document, how = _part(said, "document"), _part(said, "senddocumentas")
        structured = self._books.files.get(str(document.get("documenturi")))
        rendered = self._books.files.get(str(document.get("rendereddocumenturi")))
        if document.get("documentformat") != self._books.document_format or structured is None or rendered is None:
            return _said(400, {"message": "document"})
        if any(str(uri) not in self._books.files for uri in document.get("attachments") or ()):
            return _said(400, {"message": "attachments"})
        wanted = _part(how, "electronic").get("recipientid")
        receiver = next((one for one in self._books.receivers if one.id == wanted), None)
        if how.get("type") == "Electronic" and receiver is None:
            return _said(400, {"message": "recipientId"})
        reached = receiver.organisation_number if receiver and how.get("type") == "Electronic" else "mail"
        id_ = f"{len(self._books.documents) + 1:08d}-outbound"
        self._books.take(id_, str(document.get("erpdocumentid", "")), reached, number_in(structured), rendered)
        return Response(202, b"", {"Location": f"{ROOT}documents/outbound/{id_}"})

    def _by_senders_id(self, senders_id: str) -> Response:
        found = self._books.find(senders_id=senders_id)
        return _said(200, {k[:1].upper() + k[1:]: v for k, v in _document(found).items()}) if found else _UNKNOWN

    def _list(self, request: Request) -> Response:
        said = _read(request.body)
        since = datetime.fromisoformat(str(said.get("updatedafter") or "2000-01-01T00:00:00Z"))
        if said.get("updatedafter"):
            self._books.go_on()
        found = [one for one in self._books.documents if _at(one) >= since.astimezone(UTC)]
        take, skip = min(int(said.get("take") or 100), 100), int(said.get("skip") or 0)
        page = [_document(one) for one in found[skip : skip + take]]
        return _said(200, {"documents": page, "totalCount": len(found)})


def _is_meant(one: Receiver, said: Mapping[str, Any]) -> bool:
    peppol = f"0007:{one.organisation_number}"
    return (
        said.get("orgno") == one.organisation_number
        or bool(one.gln and said.get("gln") == one.gln)
        or said.get("peppolparticipantidentifier") == peppol
    )


def _party(one: Receiver) -> Mapping[str, Any]:
    return {
        "CompanyId": one.id,
        "name": one.name,
        "OrgNo": f"{one.organisation_number[:6]}-{one.organisation_number[6:]}",
        "gln": one.gln,
        "peppolParticipantIdentifiers": [f"0007:{one.organisation_number}"],
        "receiveElectronicInvoiceCapability": one.capability,
    }


def _document(one: Taken) -> dict[str, Any]:
    status = _STATUS.get(one.stands, "Sent" if one.turns else "PendingInPlatform")
    said = {
        "id": one.id,
        "documentType": "Invoice",
        "erpDocumentId": one.senders_id,
        "currentStatus": {"status": status, "time": one.changed_at},
    }
    is_bad = one.stands in (FAILED, STOPPED)
    return said | ({"error": {"status": status, "message": "The recipient does not exist"}} if is_bad else {})


def _at(one: Taken) -> datetime:
    return datetime.fromisoformat(one.changed_at)


def _read(content: bytes) -> dict[str, Any]:
    """Read an object, its names in small letters."""
    try:
        said = json.loads(content or b"{}")
    except ValueError:
        return {}
    return _small(said) if isinstance(said, dict) else {}


def _small(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): _small(value) if isinstance(value, dict) else value for name, value in said.items()}


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _said(status: int, said: Mapping[str, Any]) -> Response:
    return Response(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
