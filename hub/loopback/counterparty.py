"""A counterparty over HTTP with one address for each promise a channel can make; a process of its own if wanted.

    POST /{promise}/messages          the message; the header Idempotency-Key has the sender's key
    GET  /queryable/messages/{key}    200 with the external id, 404 with the key alone, or 202 when it does not know
    POST /faults                      JSON: `target` (a promise, or "question"), `fault`, `times`

Of the same key `idempotent` takes one message, whatever comes again. `queryable` and `neither` take every one.

    python -m hub.loopback.counterparty --log accepted.jsonl --port 8123
"""

from __future__ import annotations

import argparse
import hashlib
import json
from http import HTTPStatus
from pathlib import Path

from hub.loopback.acceptance_log import AcceptanceLog, Accepted
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import SLOW_S, LoopbackServer, Request, Response
from hub.model.attempts import Promise

KEY_HEADER = "Idempotency-Key"
QUESTION = "question"  # the target of faults that meet a question by key
_NOT_FOUND = Response(HTTPStatus.NOT_FOUND)


class Counterparty(LoopbackServer):
    """The server; `port` 0 takes a free one."""

    def __init__(self, log: Path, *, port: int = 0, slow_s: float = SLOW_S) -> None:
        faults = FaultQueue()
        self._messages = _Messages(AcceptanceLog(log), faults)
        super().__init__(self._messages, faults, port=port, slow_s=slow_s)

    @property
    def log(self) -> AcceptanceLog:
        """What it has accepted."""
        return self._messages.log

    @log.setter
    def log(self, log: AcceptanceLog) -> None:
        self._messages.log = log

    def __exit__(self, *error: object) -> None:
        """Stop serving. Raises as `LoopbackServer`; what is accepted later is not written."""
        try:
            super().__exit__(*error)
        finally:
            self.log.close()


class _Messages:
    """What the counterparty answers."""

    def __init__(self, log: AcceptanceLog, faults: FaultQueue) -> None:
        self.log = log
        self._faults = faults

    def target(self, method: str, path: str) -> str:
        first, _, rest = path.strip("/").partition("/")
        if method == "POST" and first in set(Promise) and rest == "messages":
            return first
        return QUESTION if method == "GET" and _asked_key(path) else ""

    def answer(self, request: Request, fault: Fault | None) -> Response:
        target = self.target(request.method, request.path)
        if request.method == "POST" and request.path.strip("/") == "faults":
            order = json.loads(request.body or b"{}")
            self._faults.order(order["target"], Fault(order["fault"]), order.get("times", 1))
            return Response(HTTPStatus.NO_CONTENT)
        if not target:
            return _NOT_FOUND
        return self._say(_asked_key(request.path), fault) if target == QUESTION else self._take(target, request)

    def _take(self, target: str, request: Request) -> Response:
        sha256 = hashlib.sha256(request.body).hexdigest()
        key = request.headers.get(KEY_HEADER.lower(), "")
        accepted = self.log.accept(target, key, sha256, once=target == Promise.IDEMPOTENT)
        if accepted is None:
            return Response(HTTPStatus.CONFLICT)
        return _accepted(HTTPStatus.OK if accepted.is_repeat else HTTPStatus.CREATED, accepted)

    def _say(self, key: str, fault: Fault | None) -> Response:
        if fault is Fault.DO_NOT_KNOW:
            return Response(HTTPStatus.ACCEPTED)
        found = self.log.find(Promise.QUERYABLE, key)
        if found is None:
            return Response(HTTPStatus.NOT_FOUND, json.dumps({"key": key}).encode())
        return _accepted(HTTPStatus.OK, found)


def _asked_key(path: str) -> str:
    promise, _, rest = path.strip("/").partition("/")
    folder, _, key = rest.partition("/")
    return key if promise == Promise.QUERYABLE and folder == "messages" else ""


def _accepted(status: HTTPStatus, accepted: Accepted) -> Response:
    return Response(status, json.dumps({"id": accepted.external_id, "key": accepted.key}).encode())


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is ended; says the address on the first line."""
    parser = argparse.ArgumentParser(description="A counterparty on 127.0.0.1 for trials and tests.")
    parser.add_argument("--log", type=Path, required=True, help="file that says what was accepted")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    given = parser.parse_args(arguments)
    with Counterparty(given.log, port=given.port) as server:
        print(server.address, flush=True)  # noqa: T201 - whoever started it reads this
        server.closing.wait()


if __name__ == "__main__":
    main()
