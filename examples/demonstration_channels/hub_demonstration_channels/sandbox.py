"""The counterparty of the channel for documents: a server of its own, which imports nothing of the channel."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any

from hub.contracts import Received
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import LoopbackServer, Request, Response
from hub.loopback.sandbox import LoopbackSandbox, http_faults

SLOW_S = 0.5
DOCUMENTS, RECIPIENTS = "documents", "recipients"
_DEBTORS = frozenset({"191212121212", "5566778899"})  # numbers of the kit's sample debtors
_TOKEN_NAME, _TOKEN = "HUB_DEMONSTRATION_TOKEN", "made-up-token-of-the-sandbox"


class DocumentsSandbox(LoopbackSandbox):
    """The server; faults meet the next documents. What it took before in the same folder still counts."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        queue = FaultQueue()
        self._server = LoopbackServer(_Documents(folder / "documents.jsonl"), queue, port=port, slow_s=SLOW_S)
        super().__init__(http_faults(queue, DOCUMENTS), self._server)
        self._log = folder / "documents.jsonl"

    @property
    def name(self) -> str:
        """The channel's."""
        return "demonstration_documents"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the plugin's table needs."""
        return {"documents_address": self._server.address, "documents_token": f"env:{_TOKEN_NAME}"}

    @property
    def secrets(self) -> Mapping[str, str]:
        """The token."""
        return {_TOKEN_NAME: _TOKEN}

    def received(self) -> Sequence[Received]:
        """Return every document that was taken."""
        return [Received(*row[1:]) for row in _rows(self._log)]


class _Documents:
    """What the server answers; of one key it takes one document, on the disk before the answer."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._lock = Lock()

    def target(self, method: str, path: str) -> str:
        return path.strip("/") if method == "POST" else ""

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - it has none of its own
        if request.headers.get("authorization") != f"Bearer {_TOKEN}":
            return Response(HTTPStatus.UNAUTHORIZED)
        said = _read(request.body)
        target = self.target(request.method, request.path)
        if target == RECIPIENTS and isinstance(said, list):
            return _said(sorted(_DEBTORS & {str(number) for number in said}))
        if target == DOCUMENTS and isinstance(said, dict):
            return self._take(request.headers.get("idempotency-key", ""), said)
        return Response(HTTPStatus.UNPROCESSABLE_ENTITY if target in (DOCUMENTS, RECIPIENTS) else HTTPStatus.NOT_FOUND)

    def _take(self, key: str, said: Mapping[str, Any]) -> Response:
        row = [key, str(said.get("recipient", "")), str(said.get("number", "")), _sha256(said.get("pdf"))]
        if not all(row) or row[1] not in _DEBTORS:
            return Response(HTTPStatus.UNPROCESSABLE_ENTITY)
        with self._lock:
            known = {known[0]: known for known in _rows(self._log)}.get(key)
            if known is not None and known != row:
                return Response(HTTPStatus.CONFLICT)
            if known is None:
                _append(self._log, row)
        return _said({"id": f"document-{key[:8]}"})


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _sha256(pdf: Any) -> str:
    """Return the hash of a PDF, blank when it is none."""
    try:
        content = base64.b64decode(str(pdf), validate=True)
    except (ValueError, binascii.Error):
        return ""
    return hashlib.sha256(content).hexdigest() if content.startswith(b"%PDF") else ""


def _rows(log: Path) -> list[list[str]]:
    """Return what was taken; a line that a dying process left unfinished was never answered."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.endswith("]")]


def _append(log: Path, row: list[str]) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(row)}\n")
        file.flush()
        os.fsync(file.fileno())


def _said(said: Any) -> Response:
    return Response(HTTPStatus.OK, json.dumps(said).encode())
