"""An HTTP server on loopback that goes wrong on demand; a service says what it answers, a sandbox is built of both."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any, NamedTuple, Protocol, Self
from urllib.parse import parse_qs, urlsplit

from hub.loopback.faults import Fault, FaultQueue

HOST = "127.0.0.1"
SLOW_S = 1.0
COMES_AGAIN_S = 1  # when to come again, as who is busy says; each server may say another time
ENDS_WITHIN_S = 10  # what a request may still take when the server stops
POLL_S = 0.1  # a look at whether to stop, where stop_listening wakes nobody
_LARGEST = 64 * 1024 * 1024
_BEFORE_ACCEPTING = {
    Fault.ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    Fault.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Fault.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Fault.REFUSE: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_COMES_AGAIN = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
HTTP_FAULTS = (
    Fault.SLOW,
    *_BEFORE_ACCEPTING,
    Fault.RESET_BEFORE_READING,
    Fault.RESET_AFTER_ACCEPT,
    Fault.TIME_OUT_AFTER_ACCEPT,
    Fault.ERROR_AFTER_ACCEPT,
)


class Request(NamedTuple):
    """What came; header names are small letters, of a name that stands twice the last value."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


class Response(NamedTuple):
    """What is answered."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


class HttpService(Protocol):
    """What a server does besides going wrong."""

    def target(self, method: str, path: str) -> str:
        """Return what faults for such a request are ordered under, blank when it never goes wrong."""
        ...

    def answer(self, request: Request, fault: Fault | None) -> Response:
        """Take the request and answer it; a fault that is not of HTTP is the service's own to carry out."""
        ...


class LoopbackServer(ThreadingHTTPServer):
    """The server; `port` 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        service: HttpService,
        faults: FaultQueue,
        *,
        port: int = 0,
        slow_s: float = SLOW_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls` is what the server shows, and whom it lets in; left out: plain http."""
        super().__init__((HOST, port), _Requests)
        self._tls = tls
        self.service = service
        self.faults = faults
        self.slow_s = slow_s
        self.comes_again_s = COMES_AGAIN_S
        self.closing = Event()
        self._taken_up = Condition()
        self._at_work: list[str] = []
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://{HOST}:{self.server_port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection; it is secured when its own thread reads from it, so that nobody waits for another."""
        opened, address = super().get_request()
        if self._tls is not None:
            opened = self._tls.wrap_socket(opened, server_side=True, do_handshake_on_connect=False)
        return opened, address

    def __enter__(self) -> Self:
        """Serve in a thread of this process."""
        self._thread = Thread(target=self.serve_forever, args=(POLL_S,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop serving; what was taken up is carried out, and nothing more is.

        Raises:
            TimeoutError: something is not carried out yet, and may still write where others read or tidy up.
        """
        with self._taken_up:
            self.closing.set()
        stop_listening(self.socket)
        self.shutdown()
        if self._thread is not None:
            self._thread.join()
        self.server_close()
        with self._taken_up:
            if not self._taken_up.wait_for(lambda: not self._at_work, ENDS_WITHIN_S):
                still = ", ".join(self._at_work)
                raise TimeoutError(
                    f"the server on {self.address} has stopped, and after {ENDS_WITHIN_S} s still does {still}"
                )

    def carry_out(self, request: Request, fault: Fault | None) -> Response | None:
        """Let the service answer; None when the server stops, so that nobody writes to a folder that is gone."""
        what = f"{request.method} {request.path}"
        with self._taken_up:
            if self.closing.is_set():
                return None
            self._at_work.append(what)
        try:
            return self.service.answer(request, fault)
        finally:
            with self._taken_up:
                self._at_work.remove(what)
                self._taken_up.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: senders that hang up or are killed are what this server is for."""


def stop_listening(listening: socket.socket) -> None:
    """Wake who waits for what comes at a socket, on Linux at once."""
    with suppress(OSError):  # nobody is connected to it
        listening.shutdown(socket.SHUT_RDWR)


class _Requests(BaseHTTPRequestHandler):
    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece; two would wait for each other

    def do_GET(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def do_PUT(self) -> None:
        self._take()

    def do_PATCH(self) -> None:
        self._take()

    def do_DELETE(self) -> None:
        self._take()

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Keep quiet: what counts is what was accepted."""

    def _take(self) -> None:
        parts = urlsplit(self.path)
        target = self.server.service.target(self.command, parts.path)
        fault = self.server.faults.take(target) if target else None
        if fault is Fault.RESET_BEFORE_READING:
            self._reset()
            return
        content = self._content()
        if content is None or self._goes_wrong(fault):
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, parse_qs(parts.query), headers, content)
        response = self.server.carry_out(request, fault)
        if response is None:
            self.close_connection = True
        elif not self._goes_wrong_after(fault):
            self._answer(response)

    def _goes_wrong(self, fault: Fault | None) -> bool:
        """Do what goes wrong before anything is accepted."""
        if fault is Fault.SLOW:
            self.server.closing.wait(self.server.slow_s)
        if fault not in _BEFORE_ACCEPTING:
            return False
        self._answer(Response(_BEFORE_ACCEPTING[fault]))
        return True

    def _goes_wrong_after(self, fault: Fault | None) -> bool:
        """Do what goes wrong after a request was carried out."""
        if fault is Fault.TIME_OUT_AFTER_ACCEPT:
            self.connection.recv(1)  # until the other side hangs up
            self.close_connection = True
        elif fault is Fault.RESET_AFTER_ACCEPT:
            self._reset()
        elif fault is Fault.ERROR_AFTER_ACCEPT:
            self._answer(Response(HTTPStatus.INTERNAL_SERVER_ERROR))
        else:
            return False
        return True

    def _content(self) -> bytes | None:
        """Read the request whole; None when its sender died in the middle, or it is too large."""
        length = int(self.headers.get("Content-Length", "0"))
        content = self.rfile.read(length) if 0 <= length <= _LARGEST else b""
        return content if len(content) == length else None

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _answer(self, response: Response) -> None:
        self.send_response(response.status)
        if response.status in _COMES_AGAIN:
            self.send_header("Retry-After", str(self.server.comes_again_s))
        for name, value in response.headers.items():
            self.send_header(name, value)
        if "Content-Length" in response.headers:  # another than it has: it breaks off in the middle
            self.close_connection = True
        elif response.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)
