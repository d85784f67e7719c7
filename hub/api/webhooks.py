"""`POST /webhooks/{tenant}/{receiver}` as a WSGI application: parse, hand over, answer.

The answer tells as little as it can: unknown tenants, receivers and paths are one 404, and no body says more than the
status does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from hub.runtime.webhooks import Taken

RETRY_AFTER_S = 5
_PATH = re.compile(r"/webhooks/([A-Za-z0-9][A-Za-z0-9._-]{0,99})/([A-Za-z0-9][A-Za-z0-9._-]{0,99})")
_STATUS = {
    Taken.KEPT: HTTPStatus.NO_CONTENT,
    Taken.KNOWN: HTTPStatus.NO_CONTENT,
    Taken.NO_RECEIVER: HTTPStatus.NOT_FOUND,
    Taken.REFUSED: HTTPStatus.UNAUTHORIZED,
    Taken.PUT_OFF: HTTPStatus.SERVICE_UNAVAILABLE,
}
_PLAIN = ("CONTENT_TYPE", "CONTENT_LENGTH")  # the headers that WSGI does not mark as such

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Environment = dict[str, Any]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]


class Desk(Protocol):
    """What takes notices. See `runtime/webhooks.py`."""

    def take(self, tenant: str, receiver: str, headers: Mapping[str, str], body: bytes) -> Taken: ...


def webhook_application(desk: Desk, largest_body: int) -> Application:
    """Return the application; `largest_body` is in bytes."""

    def application(environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        status = _answer(desk, largest_body, environ)
        headers = [("Content-Length", "0")] if status != HTTPStatus.NO_CONTENT else []
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "POST"))
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", str(RETRY_AFTER_S)))
        start_response(f"{status.value} {status.phrase}", headers)
        return []

    return application


def _answer(desk: Desk, largest_body: int, environ: Environment) -> HTTPStatus:
    asked = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if asked is None:
        return HTTPStatus.NOT_FOUND
    if environ["REQUEST_METHOD"] != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED
    body = environ["wsgi.input"].read(largest_body + 1)
    if len(body) > largest_body:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _STATUS[desk.take(asked[1], asked[2], _headers(environ), body)]


def _headers(environ: Environment) -> dict[str, str]:
    """Return the request's headers by their names in small letters."""
    named = {name.removeprefix("HTTP_"): value for name, value in environ.items() if name.startswith("HTTP_")}
    named |= {name: environ[name] for name in _PLAIN if name in environ}
    return {name.replace("_", "-").lower(): value for name, value in named.items()}
