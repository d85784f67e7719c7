"""What Kivra answers on this machine: tokens, matches and contents, within its limits and with its error codes."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from hub.loopback.faults import Fault
from hub.loopback.http_server import Request, Response
from hub_kivra.sandbox_content import LARGEST_CONTENT, Refused, is_company, is_person, object_in, read_content
from hub_kivra.sandbox_log import ContentLog

LARGEST_REQUEST = 10_000_000
TOKEN_HOLDS_S = 28_800
MOST_TO_ONE = 50
MINUTE_S = 60
AUTH, MATCH, CONTENT = "auth", "match", "content"
EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault
OPTED_OUT = "opted_out"  # the recipient of the next content has just turned the sender off, beyond the grace
OWN_FAULTS = (EXPIRED_TOKEN, OPTED_OUT)
_UNAUTHORISED, _BAD_CLIENT, _BAD_REQUEST = 40100, 40104, 40001
_NO_USER, _FORBIDDEN, _NOT_FOUND, _METHOD, _TOO_LARGE, _TOO_MANY = 40032, 40300, 40400, 40500, 41300, 42900
_TENANT = re.compile(r"/v2/tenant/([0-9a-f]+)/(usermatch/ssn|companymatch/vatnr|content)")


class KivraService:
    """The interface. Everybody with a number that can be is a user, unless `users` says who is."""

    def __init__(
        self, log: ContentLog, client: tuple[str, str], tenant_key: str, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.log = log
        self.tenant_key = tenant_key
        self.users: set[str] | None = None
        self.opted_out: set[str] = set()
        self.in_grace: set[str] = set()  # opted out a few days ago: not matched, and still delivered to
        self.drops_repeats = True
        self.token_holds_s = TOKEN_HOLDS_S
        self.faults: Counter[str] = Counter()
        self._basic = base64.b64encode(":".join(client).encode()).decode()
        self._now_s = now_s
        self.lock = Lock()
        self._end_s: dict[str, float] = {}  # of tokens, by `now_s`
        self._used: set[str] = set()
        self._sent: defaultdict[str, deque[Any]] = defaultdict(deque)

    def end_tokens(self) -> None:
        """Let every token end now."""
        with self.lock:
            self._end_s.clear()

    def target(self, method: str, path: str) -> str:  # noqa: ARG002 - whatever the method
        """Return what faults are ordered under."""
        if path == "/v1/auth":
            return AUTH
        found = _TENANT.fullmatch(path)
        return "" if found is None else CONTENT if found[2] == CONTENT else MATCH

    def answer(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - it has none of its own
        """Answer a request; every answer has an id to quote to the support."""
        try:
            response = self._answered(request)
        except Refused as refused:
            response = _refusal(refused.code)
        headers = {"Content-Type": "application/json", "x-correlation-id": str(uuid.uuid4()), **response.headers}
        return Response(response.status, response.body, headers)

    def _answered(self, request: Request) -> Response:
        found = _TENANT.fullmatch(request.path)
        if request.path != "/v1/auth" and found is None:
            raise Refused(_NOT_FOUND)
        if request.method != "POST":
            raise Refused(_METHOD)
        if len(request.body) > LARGEST_REQUEST:
            raise Refused(_TOO_LARGE)
        if found is None:
            return self._token(request)
        self._check_token(request, is_content=found[2] == CONTENT)
        if found[1] != self.tenant_key:
            raise Refused(_NOT_FOUND)
        return self._content(request.body) if found[2] == CONTENT else self._matched(found[2], request.body)

    def _token(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Basic {self._basic}":
            raise Refused(_BAD_CLIENT)
        if parse_qs(request.body.decode("latin-1")).get("grant_type") != ["client_credentials"]:
            raise Refused(_BAD_REQUEST)
        token = secrets.token_urlsafe(24)
        with self.lock:
            self._end_s[token] = self._now_s() + self.token_holds_s
        scope = f"kivra.v2.tenant.{self.tenant_key}.*"
        said = {"state": "", "access_token": token, "expires_in": self.token_holds_s, "scope": scope}
        return _said(HTTPStatus.OK, {**said, "token_type": "bearer"})

    def _check_token(self, request: Request, *, is_content: bool) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        with self.lock:
            if is_content and self.faults[EXPIRED_TOKEN] and token in self._used:  # a new one serves at least once
                self.faults[EXPIRED_TOKEN] -= 1
                self._end_s.pop(token, None)
            end_s = self._end_s.get(token)
            if end_s is None or self._now_s() >= end_s:
                raise Refused(_UNAUTHORISED)
            self._used.add(token)

    def _matched(self, resource: str, body: bytes) -> Response:
        asked = object_in(body).get("list")
        if not isinstance(asked, list) or not all(isinstance(number, str) for number in asked):
            raise Refused(_BAD_REQUEST)
        is_one = is_person if resource.startswith("user") else is_company
        hidden = self.opted_out | self.in_grace
        return _said(
            HTTPStatus.OK,
            {"list": [number for number in asked if is_one(number) and self._is_user(number) and number not in hidden]},
        )

    def _content(self, body: bytes) -> Response:
        if len(body) > LARGEST_CONTENT:
            raise Refused(_TOO_LARGE)
        content = read_content(body)
        if not (self.drops_repeats and self.log.has(content)):
            self._admit(content.recipient, is_company=content.is_company)
        taken = self.log.take(content, drops_repeats=self.drops_repeats)
        headers = {
            "kivra-objkey": taken.object_key,
            "location": f"/v2/tenant/{self.tenant_key}/content/{taken.object_key}",
        }
        return _said(HTTPStatus.CREATED, content.echo, headers)

    def _admit(self, recipient: str, *, is_company: bool) -> None:
        """Let a content through to a recipient. Raises Refused."""
        with self.lock:
            if self.faults[OPTED_OUT]:
                self.faults[OPTED_OUT] -= 1
                self.opted_out.add(recipient)
            if not self._is_user(recipient):
                raise Refused(_NOT_FOUND if is_company else _NO_USER)
            if recipient in self.opted_out:
                raise Refused(_FORBIDDEN)
            sent, now = self._sent[recipient], self._now_s()
            while sent and now - sent[0] >= MINUTE_S:
                sent.popleft()
            if len(sent) >= MOST_TO_ONE:
                raise Refused(_TOO_MANY)
            sent.append(now)

    def _is_user(self, recipient: str) -> bool:
        return self.users is None or recipient in self.users


def _said(status: int, said: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(said).encode(), headers or {})


def _refusal(code: int) -> Response:
    status = HTTPStatus(code // 100)
    said = {"code": code, "short_message": status.phrase, "long_message": status.description or status.phrase}
    return _said(status, said, {"x-error-code": str(code)})
