"""Recommand's side: JSON with the document as text, Basic authentication, documents listed by direction and time."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_peppol.sandbox_books import DELIVERED, FAILED, OPEN, Books, CameIn, Document, Taken
from hub_peppol.sandbox_peppyrus import read, said

ROOT = "/api/v1/"
_UNSENT = {"success": False, "errors": {"root": ["Failed to send document over Peppol network."]}}


class RecommandSide:
    """What it answers. It delivers at once: what it says to be sent has arrived."""

    company = "c_sandbox"

    def __init__(self, books: Books) -> None:
        self._books = books

    def target(self, method: str, path: str) -> str:
        """Name the kind of call."""
        return "send" if method == "POST" and path.endswith("/send") else "question"

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        shown = b64encode(f"{self._books.key}:{self._books.secret}".encode()).decode()
        with self._books.lock:
            if request.headers.get("authorization") != f"Basic {shown}":
                return said(401, {"success": False})
            place = request.path.removeprefix(ROOT)
            if place == f"{self.company}/send" and request.method == "POST":
                return self._take(request)
            if place == "verify-document-support":
                return self._look_up(request)
            return self._documents(place, request)

    def _look_up(self, request: Request) -> Response:
        given = read(request.body)
        is_valid = self._books.takes(str(given.get("peppolAddress")), str(given.get("documentType")))
        return said(200, {"success": True, "isValid": is_valid})

    def _take(self, request: Request) -> Response:
        given = read(request.body)
        content = str(given.get("document", "")).encode()
        document, recipient = Document(content), str(given.get("recipient"))
        if given.get("documentType") != "xml" or document.type != given.get("doctypeId"):
            return said(400, {"success": False, "errors": {"root": ["Invalid document data provided"]}})
        if not self._books.takes(recipient, document.type):
            return said(422, _UNSENT)
        one = self._books.take(content, recipient)
        if one.ends == FAILED:
            return said(422, _UNSENT)
        facts = {"success": True, "id": f"doc_{one.id}", "envelopeId": one.id}
        return said(200, facts | {"sentOverPeppol": True, "sentOverEmail": False, "emailRecipients": []})

    def _documents(self, place: str, request: Request) -> Response:
        if place == "documents":
            return self._list(request)
        came = next((one for one in self._books.inbox if place == f"documents/{one.id}"), None)
        if came is not None:
            return said(200, {"success": True, "document": _came(came) | {"xml": came.content.decode()}})
        return said(404, {"success": False})

    def _list(self, request: Request) -> Response:
        page, size = (int(request.query.get(name, [least])[0]) for name, least in (("page", "1"), ("limit", "10")))
        envelope = request.query.get("envelopeId", [""])[0]
        if request.query.get("direction") == ["outgoing"]:
            sent = [one for one in self._books.documents if one.ends == DELIVERED and envelope in ("", one.id)]
            found = [_sent(one, is_sent=self._books.looked_at(one) != OPEN) for one in sent]
        else:
            since = request.query.get("from", [""])[0]
            found = [_came(one) for one in self._books.inbox if one.created >= since]
        return said(200, {"success": True, "documents": found[(page - 1) * size : page * size]})


def _came(one: CameIn) -> dict[str, Any]:
    facts = {"id": one.id, "direction": "incoming", "senderId": one.sender, "createdAt": one.created}
    return facts | {"docTypeId": Document(one.content).type}


def _sent(one: Taken, *, is_sent: bool) -> dict[str, Any]:
    facts = {"id": f"doc_{one.id}", "envelopeId": one.id, "direction": "outgoing", "createdAt": one.created}
    return facts | {"sentOverPeppol": is_sent, "receiverId": one.recipient}
