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
import socket
import struct
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from hub.loopback.acceptance_log import AcceptanceLog, Accepted
from hub.loopback.faults import Fault, FaultQueue
from hub.model.attempts import Promise

HOST = "127.0.0.1"
KEY_HEADER = "Idempotency-Key"
QUESTION = "question"  # the target of faults that meet a question by key
SLOW_S = 1.0
POLL_S = 0.01
_LARGEST = 64 * 1024 * 1024
_BEFORE_ACCEPTING = {
    Fault.ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    Fault.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Fault.REFUSE: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class Counterparty(ThreadingHTTPServer):
    """The server; `port` 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, log: Path, *, port: int = 0, slow_s: float = SLOW_S) -> None:
        super().__init__((HOST, port), _Requests)
        self.log = AcceptanceLog(log)
        self.faults = FaultQueue()
        self.slow_s = slow_s
        self.closing = Event()
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server_port}"

    def __enter__(self) -> Self:
        """Serve in a thread of this process."""
        self._thread = Thread(target=self.serve_forever, args=(POLL_S,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop serving."""
        self.closing.set()
        self.shutdown()
        if self._thread is not None:
            self._thread.join()
        self.server_close()
        self.log.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: senders that hang up or are killed are what this server is for."""


class _Requests(BaseHTTPRequestHandler):
    server: Counterparty
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece; two would wait for each other

    def do_POST(self) -> None:
        target, _, rest = self.path.strip("/").partition("/")
        if target == "faults":
            self._order_fault()
        elif target in set(Promise) and rest == "messages":
            self._take_message(target)
        else:
            self._answer(HTTPStatus.NOT_FOUND)

    def do_GET(self) -> None:
        promise, _, rest = self.path.strip("/").partition("/")
        folder, _, key = rest.partition("/")
        if promise != Promise.QUERYABLE or folder != "messages" or not key:
            self._answer(HTTPStatus.NOT_FOUND)
            return
        fault = self.server.faults.take(QUESTION)
        if fault is Fault.DO_NOT_KNOW:
            self._answer(HTTPStatus.ACCEPTED)
        elif not self._goes_wrong(fault):
            found = self.server.log.find(promise, key)
            if found is None:
                self._answer(HTTPStatus.NOT_FOUND, json.dumps({"key": key}).encode())
            else:
                self._answer_accepted(HTTPStatus.OK, found)

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Keep quiet: what counts stands in the log of accepted messages."""

    def _take_message(self, target: str) -> None:
        fault = self.server.faults.take(target)
        if fault is Fault.RESET_BEFORE_READING:
            self._reset()
            return
        content = self._content()
        if content is None or self._goes_wrong(fault):
            return
        sha256 = hashlib.sha256(content).hexdigest()
        key = self.headers.get(KEY_HEADER, "")
        accepted = self.server.log.accept(target, key, sha256, once=target == Promise.IDEMPOTENT)
        if accepted is None:
            self._answer(HTTPStatus.CONFLICT)
        elif not self._goes_wrong_after(fault):
            self._answer_accepted(HTTPStatus.OK if accepted.is_repeat else HTTPStatus.CREATED, accepted)

    def _goes_wrong(self, fault: Fault | None) -> bool:
        """Do what goes wrong before anything is accepted."""
        if fault is Fault.SLOW:
            self.server.closing.wait(self.server.slow_s)
        if fault not in _BEFORE_ACCEPTING:
            return False
        self._answer(_BEFORE_ACCEPTING[fault])
        return True

    def _goes_wrong_after(self, fault: Fault | None) -> bool:
        """Do what goes wrong after a message was accepted."""
        if fault is Fault.TIME_OUT_AFTER_ACCEPT:
            self.connection.recv(1)  # until the other side hangs up
            self.close_connection = True
        elif fault is Fault.RESET_AFTER_ACCEPT:
            self._reset()
        elif fault is Fault.ERROR_AFTER_ACCEPT:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            return False
        return True

    def _content(self) -> bytes | None:
        """Read the message whole; None when its sender died in the middle, or it is too large."""
        length = int(self.headers.get("Content-Length", "0"))
        content = self.rfile.read(length) if 0 <= length <= _LARGEST else b""
        return content if len(content) == length else None

    def _order_fault(self) -> None:
        order = json.loads(self._content() or b"{}")
        self.server.faults.order(order["target"], Fault(order["fault"]), order.get("times", 1))
        self._answer(HTTPStatus.NO_CONTENT)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _answer_accepted(self, status: HTTPStatus, accepted: Accepted) -> None:
        self._answer(status, json.dumps({"id": accepted.external_id, "key": accepted.key}).encode())

    def _answer(self, status: HTTPStatus, content: bytes = b"") -> None:
        self.send_response(status)
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "1")
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


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
