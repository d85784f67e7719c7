"""Maventa's side: OAuth2, one multipart upload that sends, a document by its id, and receivers.

It reads multipart bodies with Python's mail parser. What may go by print or mail too is sent there when there is no
receiver in Peppol: that counts as received, by "mail". The same UUID is taken once.
"""

from __future__ import annotations

import secrets
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_peppol.sandbox_books import BLIND, DELIVERED, FAILED, Books, Document, Taken
from hub_peppol.sandbox_peppyrus import said

_STATUS = {DELIVERED: "DELIVERED", FAILED: "FAILED"}


class MaventaSide:
    """What it answers."""

    account = "5a9d0b0c-0000-4000-8000-000000000001"

    def __init__(self, books: Books) -> None:
        self._books = books
        self._tokens: set[str] = set()

    def target(self, method: str, path: str) -> str:
        """Name the kind of call."""
        return "send" if method == "POST" and path == "/v1/invoices" else "question"

    def forget_tokens(self) -> None:
        """Let every token end."""
        self._tokens.clear()

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        with self._books.lock:
            if request.path == "/oauth2/token":
                return self._token(request)
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            if kind != "Bearer" or token not in self._tokens:
                return said(401, {"code": "unauthorized"})
            return self._served(request)

    def _served(self, request: Request) -> Response:
        if request.path == "/v1/lookup/receivers":
            return self._look_up(request)
        if request.path == "/v1/invoices":
            listed = [_invoice(one) for one in self._books.documents]
            return self._take(request) if request.method == "POST" else said(200, listed[:1])
        found = self._books.find(id=request.path.rpartition("/")[2])
        if found is None or self._books.falls(BLIND):
            return said(404, {})
        self._books.looked_at(found)
        return said(200, _invoice(found))

    def _token(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        wanted = (self.account, self._books.secret, self._books.key, "client_credentials")
        if tuple(given.get(name) for name in ("client_id", "client_secret", "vendor_api_key", "grant_type")) != wanted:
            return said(400, {"error": "invalid_client"})
        token = secrets.token_hex(12)
        self._tokens.add(token)
        return said(200, {"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def _look_up(self, request: Request) -> Response:
        eia = request.query.get("eia", [""])[0]
        is_there = eia in self._books.takers and request.query.get("network[]") == ["PEPPOL"]
        return said(200, [{"eia": eia, "network": "PEPPOL", "operator": "PEPPOL"}] if is_there else [])

    def _take(self, request: Request) -> Response:
        fields = _parts(request)
        text = {name: values[0].decode("utf-8", "replace") for name, values in fields.items() if name != "file"}
        content = fields.get("file", [b""])[0]
        if text.get("format") != "BIS3" or not text.get("uuid") or Document(content).root == "none":
            return said(422, {"message": "format"})
        if self._books.find(id=text["uuid"]) is not None:
            return said(409, {"message": "uuid is taken"})
        eia = text.get("recipient_eia", "")
        disabled = {route.decode() for route in fields.get("disabled_routes[]", [])}
        if not self._books.takes(eia, Document(content).type):
            if disabled >= {"print", "email"}:
                return said(422, {"message": "no route"})
            eia = "mail"
        return said(201, _invoice(self._books.take(content, eia, id_=text["uuid"])))


def _invoice(one: Taken) -> dict[str, Any]:
    actions = [{"type": "CREATED", "happened_at": one.created}]
    return {"id": one.id, "status": _STATUS.get(one.stands, "PENDING"), "number": one.number, "actions": actions}


def _parts(request: Request) -> dict[str, list[bytes]]:
    """Read a multipart body by name."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    found: dict[str, list[bytes]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        found.setdefault(name, []).append(content if isinstance(content, bytes) else b"")
    return found
