"""Storecove's side: JSON and base64, a GUID that is taken once, and a queue of notices emptied one by one."""

from __future__ import annotations

import json
from typing import Any

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_peppol.sandbox_books import DELIVERED, OPEN, Books, Document, Taken
from hub_peppol.sandbox_peppyrus import decoded, read, said

ROOT = "/api/v2/"
_SCHEMES = {"SE:ORGNR": "0007", "GLN": "0088"}
_ROOTS = {"invoice": "Invoice", "creditnote": "CreditNote"}
_EVENTS = {"AP": "accepted", "RE": "rejected", "UQ": "under_query", "PD": "paid"}
_NOTHING = Response(204)


class StorecoveSide:
    """What it answers. Each document has one notice, when it has come to its end."""

    legal_entity = "4711"

    def __init__(self, books: Books) -> None:
        self._books = books
        self._taken_off: set[str] = set()
        books.answered = lambda one: self.buyer_says(one.id, _EVENTS[one.buyer_says])

    def target(self, method: str, path: str) -> str:
        """Name the kind of call."""
        return "send" if method == "POST" and path.endswith("document_submissions") else "question"

    def buyer_says(self, guid: str, event: str) -> None:
        """Let a buyer answer to a document."""
        body = {"event_type": "document_submission", "event": event, "guid": guid}
        self._books.comes_in(json.dumps(body).encode(), "")

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        with self._books.lock:
            if request.headers.get("authorization") != f"Bearer {self._books.key}":
                return said(401, {})
            place = request.path.removeprefix(ROOT)
            if place == "document_submissions":
                return self._take(read(request.body))
            if place == "discovery/receives":
                return self._look_up(read(request.body))
            return self._queue(request.method, place) if place.startswith("webhook") else self._evidence(place)

    def _look_up(self, given: dict[str, Any]) -> Response:
        participant = f"{_SCHEMES.get(given.get('scheme', ''))}:{given.get('identifier')}"
        roots = [_ROOTS.get(each, each) for each in given.get("documentTypes", [])]
        types = self._books.takers.get(participant, ())
        takes = bool(roots) and all(any(f"::{root}##" in one for one in types) for root in roots)
        return said(200, {"code": "OK" if takes else "NOK", "email": False})

    def _take(self, given: dict[str, Any]) -> Response:
        guid = str(given.get("idempotencyGuid", ""))
        before = self._books.find(key=guid) if guid else None
        if before is not None:
            return said(200, {"guid": before.id})
        raw = given.get("document", {}).get("rawDocumentData", {})
        content = decoded(str(raw.get("document", "")))
        wanted = given.get("routing", {}).get("eIdentifiers", [{}])[0]
        participant = f"{_SCHEMES.get(wanted.get('scheme', ''))}:{wanted.get('id')}"
        is_right = str(given.get("legalEntityId")) == self.legal_entity and raw.get("parseStrategy") == "ubl"
        if not is_right or len(guid) != 36 or not self._books.takes(participant, Document(content).type):
            return said(422, [{"source": "document", "details": "cannot be sent"}])
        return said(200, {"guid": self._books.take(content, participant, key=guid).id})

    def _evidence(self, place: str) -> Response:
        parts = place.split("/")
        found = self._books.find(id=parts[1]) if parts[2:] == ["evidence", "sending"] else None
        if found is None or self._books.looked_at(found) != DELIVERED:
            return Response(404)
        return said(200, {"network": "peppol", "evidence": {"message_id": found.id}, "documents": []})

    def _queue(self, method: str, place: str) -> Response:
        if method == "DELETE":
            self._take_off(place.rpartition("/")[2])
            return _NOTHING
        ended = [_notice(one) for one in self._books.documents if self._books.looked_at(one) != OPEN]
        left = [one for one in ended if one["guid"] not in self._taken_off]
        left += [{"guid": one.id, "body": one.content.decode()} for one in self._books.inbox if not one.is_read]
        return said(200, left[0]) if left else _NOTHING

    def _take_off(self, guid: str) -> None:
        self._taken_off.add(guid)
        for one in self._books.inbox:
            if one.id == guid:
                self._books.has_read(one)


def _notice(one: Taken) -> dict[str, Any]:
    event = "succeeded" if one.ends == DELIVERED else "failed"
    body = {"event_type": "document_submission", "event": event, "guid": one.id, "idempotencyGuid": one.key}
    return {"guid": f"notice-{one.id}", "body": json.dumps(body)}
