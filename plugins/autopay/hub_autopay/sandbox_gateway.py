"""The HTTPS door of the bank on this machine: lists, hands out and takes files, and knows them by our key."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response

LIST, DOWNLOAD, UPLOAD = "list", "download", "upload"
_BASE = "/v1/files"
_BY_KEY = f"{_BASE}/by-key/"
_PAGE = 2  # small, so that there is more than one


class BankGateway:
    """Its files lie in folders that another door may lead to as well."""

    FAULTS = ("half_file", "short_file", "wrong_token")

    def __init__(
        self,
        for_customer: Path,
        from_customer: Path,
        taken: Path,
        token: str,
        before_list: Callable[[], None] = lambda: None,
    ) -> None:
        """`before_list` is called whenever the list is asked for: the bank may have something new to lay out."""
        self._before_list = before_list
        self._for_customer, self._from_customer, self._taken = for_customer, from_customer, taken
        self._token = token
        self._orders: Counter[str] = Counter()
        self._lock = Lock()
        self._index = from_customer.parent / "by_key.json"
        self._by_key: dict[str, str] = json.loads(self._index.read_text("utf-8")) if self._index.exists() else {}

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next calls go wrong."""
        with self._lock:
            self._orders[fault] += times

    def target(self, method: str, path: str) -> str:
        """Return what faults of HTTP are ordered under."""
        if path == _BASE:
            return UPLOAD if method == "POST" else LIST
        return DOWNLOAD if method == "GET" and not path.startswith(_BY_KEY) else ""

    def answer(self, request: Request, _fault: Fault | None) -> Response:
        """Take a call and answer it."""
        if self._falls("wrong_token") or request.headers.get("authorization") != f"Bearer {self._token}":
            return Response(401)
        with self._lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        if request.path == _BASE:
            return self._take(request) if request.method == "POST" else self._listed(request)
        if request.path.startswith(_BY_KEY):
            return self._known(unquote(request.path.removeprefix(_BY_KEY)))
        asked = unquote(request.path.removeprefix(f"{_BASE}/"))
        path = next((path for path in self._waiting() if _id_of(path) == asked), None)
        if path is None:
            return Response(404)
        if request.method == "DELETE":
            path.replace(self._taken / asked)
            return Response(204)
        return self._content(path.read_bytes())

    def _waiting(self) -> list[Path]:
        return sorted(path for path in self._for_customer.iterdir() if not path.name.startswith("."))

    def _content(self, content: bytes) -> Response:
        half = content[: len(content) // 2]
        if self._fell("half_file"):
            return Response(200, half, {"Content-Length": str(len(content))})
        return Response(200, half if self._fell("short_file") else content)

    def _listed(self, request: Request) -> Response:
        after = request.query.get("cursor", [""])[0]
        if not after:
            self._before_list()
        rest = [path for path in self._waiting() if path.name > after]
        page = rest[:_PAGE]
        files = [{"id": _id_of(path), "name": path.name, "size": path.stat().st_size} for path in page]
        return _said(200, {"files": files, "next": page[-1].name if len(rest) > _PAGE else ""})

    def _take(self, request: Request) -> Response:
        key, name = request.headers.get("idempotency-key", ""), request.headers.get("x-file-name", "")
        if not key or not name or "/" in name:
            return Response(400)
        if key in self._by_key:
            return Response(409)
        (self._from_customer / name).write_bytes(request.body)
        self._by_key[key] = name
        self._index.write_text(json.dumps(self._by_key), encoding="utf-8")
        return _said(201, {"id": name})

    def _known(self, key: str) -> Response:
        return _said(200, {"id": self._by_key[key]}) if key in self._by_key else Response(404)

    def _falls(self, fault: str) -> bool:
        with self._lock:
            return self._fell(fault)

    def _fell(self, fault: str) -> bool:
        if not self._orders[fault]:
            return False
        self._orders[fault] -= 1
        return True


def _id_of(path: Path) -> str:
    """Return what the bank calls a file: of each content another, whatever its name."""
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}-{path.name}"


def _said(status: int, told: Any) -> Response:
    return Response(status, json.dumps(told).encode(), {"Content-Type": "application/json"})
