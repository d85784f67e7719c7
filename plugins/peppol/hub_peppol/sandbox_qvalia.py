"""Qvalia's side: the document as the body, `Idempotency-Key`, one document of a number, and signed notices."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_peppol.sandbox_books import DELIVERED, FAILED, FORGETS_THE_KEY, OPEN, Books, Document, Taken
from hub_peppol.sandbox_peppyrus import said

_STATUS = {DELIVERED: "processed", FAILED: "error"}
_FOLDERS = {"invoices": "Invoice", "creditnotes": "CreditNote"}
_SMP = "https://smp.example/iso6523-actorid-upis::{}/services/busdox-docid-qns::{}"
_NOTHING = Response(204)


class QvaliaSide:
    """What it answers."""

    account = "5567321707"

    def __init__(self, books: Books) -> None:
        self._books = books

    def target(self, method: str, path: str) -> str:  # noqa: ARG002 - of a Protocol
        """Name the kind of call."""
        return "send" if method == "POST" else "question"

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        with self._books.lock:
            if request.headers.get("authorization") != self._books.key:
                return _failed(401, "unauthorized")
            parts = unquote(request.path).strip("/").split("/")
            if parts[:2] != ["partner", self.account]:
                return _failed(403, "forbidden")
            return self._served(parts[2:], request)

    def _served(self, parts: list[str], request: Request) -> Response:
        if parts[:2] == ["peppol", "lookup"]:
            return self._look_up(parts[2], request.query.get("docTypeRoot", ["Invoice"])[0])
        if len(parts) < 4 or parts[:2] != ["transaction", self.account] or parts[2] not in _FOLDERS:
            return _failed(404, "not_found")
        root = _FOLDERS[parts[2]]
        if request.method == "POST":
            return self._take(root, request)
        return self._status(request) if parts[4:] == ["status"] else self._list(root)

    def _look_up(self, participant: str, root: str) -> Response:
        types = self._books.takers.get(participant)
        if types is None:
            return said(200, {"status": "success", "data": {"exists": False, "matches": []}})
        values = [{"value": _SMP.format(participant, one)} for one in types]
        has_root = any(f"::{root}##" in one for one in types)
        found = {"exists": True, "rootDocTypeExists": has_root, "matches": [{"docTypes": values}]}
        return said(200, {"status": "success", "data": found})

    def _take(self, root: str, request: Request) -> Response:
        document = Document(request.body)
        key = request.headers.get("idempotency-key", "")
        if self._books.falls(FORGETS_THE_KEY):
            key = ""
        before = self._books.find(key=key) if key else None
        if before is not None:
            return _taken(before)
        if not request.headers.get("content-type", "").startswith("application/xml") or document.root != root:
            return _failed(422, "validation_error")
        if not self._books.takes(document.recipient, document.type):
            return _failed(422, "receiver_not_found")
        if self._books.find(recipient=document.recipient, number=document.number) is not None:
            return _failed(409, "conflict")
        return _taken(self._books.take(request.body, document.recipient, key=key))

    def _list(self, root: str) -> Response:
        found = [one for one in self._books.documents if one.root == root]
        return said(200, {"status": "success", "data": [{root: {"integrationId": one.id}} for one in found[:1]]})

    def _status(self, request: Request) -> Response:
        found = self._books.find(id=request.query.get("integrationId", [""])[0])
        if found is None:
            return _NOTHING
        log = {"event": "message-log/create", "updatedAt": found.created}
        stands = self._books.looked_at(found)
        log |= {} if stands == OPEN else {"event": "message-log/update", "status": _STATUS[stands]}
        return said(200, {"status": "success", "data": [{"metadata": {"status": log}}]})


def signed_notice(secret: str, one: Taken, *, at_s: int, is_first: bool) -> tuple[Mapping[str, str], bytes]:
    """Return the headers and body of a notice about a document: that it is under way, or how it ended."""
    status = {"updatedAt": one.created} | ({} if is_first else {"status": _STATUS[one.ends]})
    body = {
        "eventType": "new_document" if is_first else "document_delivery",
        "direction": "outgoing",
        "documentType": one.root,
        "documentId": one.number,
        "integrationId": one.id,
        "status": status,
    }
    content = json.dumps(body).encode()
    signature = hmac.digest(secret.encode(), f"{at_s}.".encode() + content, "sha256").hex()
    event = f"{one.id}-{'new' if is_first else 'end'}"
    return {"x-qvalia-signature": f"t={at_s},v1={signature}", "x-qvalia-event-id": event}, content


def _taken(one: Taken) -> Response:
    return said(200, {"status": "success", "data": {"integrationId": one.id}})


def _failed(status: int, kind: str) -> Response:
    value: dict[str, Any] = {"status": "error", "type": kind, "data": None, "metadata": {}}
    return said(status, value)
