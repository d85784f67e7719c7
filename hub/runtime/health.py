"""A page that says whether a node is well, for what watches processes: 200 when it is, 503 when not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hub.errors import ConfigurationError, HubError
from hub.model.nodes import Node

PATH = "/health"
ADDRESS = "127.0.0.1"
STOP_LOOK_S = 0.1


@contextmanager
def health_page(port: int, living: Callable[[], Sequence[Node]]) -> Iterator[int]:
    """Answer on a loopback port for as long as the block lasts, and yield the port; port 0 takes a free one.

    Raises:
        ConfigurationError: the port is taken.
    """

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*(_state(living) if self.path == PATH else (404, {"see": PATH})))

        def do_HEAD(self) -> None:
            self.do_GET()

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            """Answer what Python itself refuses, which would be a page of HTML."""
            is_method = code == HTTPStatus.NOT_IMPLEMENTED
            self._answer(405 if is_method else code, {"problem": message or explain, "see": f"GET {PATH}"})

        def _answer(self, status: int, body: dict[str, object]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status == 405:
                self.send_header("Allow", "GET, HEAD")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: it is asked every few seconds."""

    try:
        server = ThreadingHTTPServer((ADDRESS, port), Page)
    except OSError as error:
        raise ConfigurationError(
            f"port {port} cannot be listened on: {error.strerror}", hint="give another --health-port"
        ) from None
    thread = threading.Thread(target=server.serve_forever, args=(STOP_LOOK_S,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _state(living: Callable[[], Sequence[Node]]) -> tuple[int, dict[str, object]]:
    try:
        alive = living()
    except HubError as error:
        return 503, {"ok": False, "problem": str(error)}
    return (200 if alive else 503), {"ok": bool(alive), "nodes": [node.name for node in alive]}
