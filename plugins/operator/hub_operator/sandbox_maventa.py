"""Maventa's side: OAuth2, look-up of receivers, one multipart upload that sends, an invoice by its id, and the list.

It reads multipart bodies with Python's mail parser and the ZIP within. What may go by print or mail too is sent there
when there is no electronic receiver: that counts as received, by "mail". The same UUID is taken once.
"""

from __future__ import annotations

import io
import json
import zipfile
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_operator.sandbox_register import DELIVERED, FAILED, STOPPED, Books, Taken, number_in

_STATUS = {DELIVERED: "DELIVERED", FAILED: "FAILED", STOPPED: "FAILED"}
_UNKNOWN = Response(404, b"{}")


class MaventaSide:
    """What it answers."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def target(self, method: str, path: str) -> str:
        """Name the kind of call."""
        if path == "/oauth2/token":
            return "token"
        return "send" if method == "POST" else "question"

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - of a Protocol
        """Answer one call."""
        with self._books.lock:
            if request.path == "/oauth2/token":
                return self._token(request)
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            if kind != "Bearer" or not self._books.knows(token):
                return _said(401, {"code": "unauthorized"})
            return self._served(request)

    def _served(self, request: Request) -> Response:
        if request.path == "/v1/invoices":
            return self._upload(request) if request.method == "POST" else self._list(request)
        if request.path == "/v1/lookup/receivers":
            return self._look_up(request)
        found = (
            self._books.find(id=request.path.rpartition("/")[2]) if request.path.startswith("/v1/invoices/") else None
        )
        return _said(200, _invoice(found)) if found else _UNKNOWN

    def _token(self, request: Request) -> Response:
        said = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        wanted = (self._books.account, self._books.user_key, self._books.software_key, "client_credentials")
        if tuple(said.get(name) for name in ("client_id", "client_secret", "vendor_api_key", "grant_type")) != wanted:
            return _said(400, {"error": "invalid_client"})
        return _said(200, {"access_token": self._books.new_token(), "token_type": "bearer", "expires_in": 3600})

    def _look_up(self, request: Request) -> Response:
        if not request.query.get("network[]"):
            return _said(400, {"message": "network is missing"})
        eia, bid = (request.query.get(name, [""])[0] for name in ("eia", "bid"))
        found = [
            {
                "eia": _address(one.organisation_number, one.gln),
                "network": "PEPPOL",
                "operator": "PEPPOL",
                "participant": {"name": one.name, "bid": one.organisation_number, "country": "SE"},
            }
            for one in self._books.receivers
            if bid == one.organisation_number or eia == _address(one.organisation_number, one.gln)
        ]
        return _said(200, found)

    def _upload(self, request: Request) -> Response:
        fields = _parts(request)
        uuid, eia = (fields.get(name, [b""])[0].decode() for name in ("uuid", "recipient_eia"))
        if fields.get("format", [b""])[0].decode() != self._books.document_format or not uuid:
            return _said(422, {"message": "format"})
        if any(one.id == uuid for one in self._books.documents):
            return _said(409, {"message": "uuid is taken"})
        structured, pdf = _files(fields.get("file", [b""])[0])
        if not structured or not pdf:
            return _said(422, {"message": "file"})
        disabled = {route.decode() for route in fields.get("disabled_routes[]", [])}
        receiver = next(
            (one for one in self._books.receivers if _address(one.organisation_number, one.gln) == eia), None
        )
        if receiver is None and disabled >= {"print", "email"}:
            return _said(422, {"message": "no route"})
        reached = receiver.organisation_number if receiver else "mail"
        taken = self._books.take(uuid, uuid, reached, number_in(structured), pdf)
        return _said(201, _invoice(taken))

    def _list(self, request: Request) -> Response:
        since = request.query.get("created_at_start", [""])[0]
        if since:
            self._books.go_on()
        if request.query.get("direction") != ["SENT"]:
            return _said(200, [])
        found = [one for one in self._books.documents if one.created_at >= since]
        size = min(int(request.query.get("per_page", ["10"])[0]), 100)
        start = (int(request.query.get("page", ["1"])[0]) - 1) * size
        return _said(200, [_invoice(one) for one in found[start : start + size]])


def _address(number: str, gln: str) -> str:
    return f"0088:{gln}" if gln else f"0007:{number}"


def _invoice(one: Taken) -> dict[str, Any]:
    actions = [{"type": "CREATED", "happened_at": one.created_at}, {"type": "INFO", "happened_at": one.changed_at}]
    status = _STATUS.get(one.stands, "PENDING")
    return {"id": one.id, "status": status, "number": one.number, "created_at": one.created_at, "actions": actions}


def _parts(request: Request) -> dict[str, list[bytes]]:
    """Read a multipart body by name."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    found: dict[str, list[bytes]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        found.setdefault(name, []).append(content if isinstance(content, bytes) else b"")
    return found


def _files(packed: bytes) -> tuple[bytes, bytes]:
    """Return the structured document and the PDF of a ZIP; blank when it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            names = archive.namelist()
            pdf = next((name for name in names if name.endswith(".pdf")), "")
            return (archive.read(names[0]), archive.read(pdf)) if pdf else (b"", b"")
    except (zipfile.BadZipFile, IndexError):
        return b"", b""


def _said(status: int, said: Any) -> Response:
    return Response(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
