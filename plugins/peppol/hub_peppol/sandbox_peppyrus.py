"""Peppyrus' side: JSON and base64, an API key in a header, an inbox whose messages are confirmed."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_peppol.sandbox_books import DELIVERED, FAILED, Books, CameIn, Document, Taken

ROOT = "/v1/"
_FOLDERS = {DELIVERED: "sent", FAILED: "failed"}
_DOCUMENT, _PROCESS = "busdox-docid-qns::", "cenbii-procid-ubl::"
_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_WANTED = ("sender", "recipient", "processType", "documentType", "fileContent")
_UNKNOWN = Response(404)


class PeppyrusSide:
    """What it answers."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.has_reports = True  # of documents that failed: why

    def target(self, method: str, path: str) -> str:  # noqa: ARG002 - of a Protocol
        """Name the kind of call."""
        return "send" if method == "POST" else "question"

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        with self._books.lock:
            if request.headers.get("x-api-key") != self._books.key:
                return said(401, {"message": "X-Api-Key"})
            return self._served(request)

    def _served(self, request: Request) -> Response:
        place = request.path.removeprefix(ROOT)
        if (request.method, place) == ("POST", "message"):
            return self._take(request)
        if place == "organization/info":
            return said(200, {"name": "Sandbox"})
        if place == "peppol/lookup":
            return self._look_up(request.query.get("participantId", [""])[0])
        if place == "message/list":
            return self._list(request)
        return self._message(request.method, place)

    def _look_up(self, participant: str) -> Response:
        types = self._books.takers.get(participant)
        if types is None:
            return _UNKNOWN
        services = [{"documentType": _DOCUMENT + one, "process": _PROCESS + _BILLING} for one in types]
        return said(200, {"participantId": participant, "scheme": "iso6523-actorid-upis", "services": services})

    def _take(self, request: Request) -> Response:
        given = read(request.body)
        if any(not isinstance(given.get(name), str) for name in _WANTED):
            return said(422, {"message": "a field is missing"})
        content = decoded(given["fileContent"])
        document_type = given["documentType"].removeprefix(_DOCUMENT)
        if given["recipient"] not in self._books.takers:
            return said(404, {"message": "participant"})
        if Document(content).type != document_type or not self._books.takes(given["recipient"], document_type):
            return said(422, {"message": "documentType"})
        if given["processType"] != _PROCESS + _BILLING:
            return said(422, {"message": "processType"})
        return said(200, self._sent(self._books.take(content, given["recipient"])) | {"fileContent": ""})

    def _list(self, request: Request) -> Response:
        if request.query.get("folder") != ["INBOX"]:
            return said(422, {"message": "folder"})
        wanted = request.query.get("confirmed", [""])[0]
        found = [one for one in self._books.inbox if wanted in ("", str(one.is_read).lower())]
        size, page = (int(request.query.get(name, ["1"])[0]) for name in ("perPage", "page"))
        items = [_came(one) | {"fileContent": None} for one in found[(page - 1) * size : page * size]]
        return said(200, {"items": items, "meta": {"currentPage": page, "itemCount": len(found)}})

    def _message(self, method: str, place: str) -> Response:
        parts = place.split("/")
        came = next((one for one in self._books.inbox if one.id == parts[1]), None) if len(parts) > 1 else None
        if came is not None and (method, parts[2:]) == ("PATCH", ["confirm"]):
            self._books.has_read(came)
            return Response(200, b"true")
        if came is not None and method == "GET":
            return said(200, _came(came))
        sent = self._books.find(id=parts[1]) if len(parts) > 1 and method == "GET" else None
        if sent is None:
            return _UNKNOWN
        if parts[2:] == ["report"]:
            if not self.has_reports:
                return _UNKNOWN
            rules = [{"id": "PEPPOL-EN16931-R001", "type": "FATAL", "location": "/", "message": "-"}]
            return said(200, {"validationRules": rules, "transmissionRules": "NOT_SERVICED"})
        return said(200, self._sent(sent) | {"folder": _FOLDERS.get(self._books.looked_at(sent), "outbox")})

    def _sent(self, one: Taken) -> dict[str, Any]:
        return {
            "id": one.id,
            "recipient": one.recipient,
            "direction": "OUT",
            "folder": "outbox",
            "created": one.created,
        }


def _came(one: CameIn) -> dict[str, Any]:
    content = base64.b64encode(one.content).decode("ascii")
    facts = {"id": one.id, "sender": one.sender, "direction": "IN", "folder": "inbox", "created": one.created}
    return facts | {"confirmed": one.is_read, "fileContent": content}


def decoded(text: str) -> bytes:
    """Read base64; blank when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def read(content: bytes) -> dict[str, Any]:
    """Read a JSON object; an empty one when it is none."""
    try:
        given = json.loads(content or b"{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def said(status: int, value: Any) -> Response:
    """Answer JSON."""
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
