"""Listening for webhooks in a process that works: the one module that knows waitress.

waitress reads each request whole before a thread takes it, within its limits of headers and body. What it leaves open
is closed here: a connection carries one request, and one whose request takes too long to come is closed, however
steadily it drips.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from hub.api.webhooks import Application, webhook_application
from hub.errors import ConfigurationError
from hub.runtime.bootstrap import Installation
from hub.runtime.webhook_settings import Place, WebhookSettings
from hub.runtime.webhooks import WebhookDesk

LARGEST_HEAD = 16 * 1024
LOOK_S = 1.0
STOP_S = 5.0  # what has come whole is answered; what is still on its way is repeated by its sender
STOP_LOOK_S = 0.05


@contextmanager
def listening(installation: Installation) -> Iterator[Place | None]:
    """Take webhooks for as long as the block lasts, where hub.toml says so; yield where, None when it says nothing.

    Raises:
        ConfigurationError: the address is none of this machine, or the port is taken.
    """
    settings = installation.home.config.webhooks
    if not settings.listen:
        yield None
        return
    desk = WebhookDesk(installation)
    try:
        with served(webhook_application(desk, settings.largest_body_kib * 1024), settings) as place:
            desk.open_at(place)
            yield place
    finally:
        desk.close()


@contextmanager
def served(application: Application, settings: WebhookSettings) -> Iterator[Place]:
    """Serve an application for as long as the block lasts; port 0 takes a free one. Raises as `listening`."""
    for name in ("waitress", "waitress.queue"):  # they warn of each request of a flood
        logging.getLogger(name).setLevel(logging.ERROR)
    bound = _bound(settings.place)
    threads = ThreadedTaskDispatcher()
    server = _Server(application, bound, _adjustments(settings, bound), threads, settings.request_timeout_s)
    threads.set_thread_count(settings.threads)
    loop = threading.Thread(target=server.serve, name="hub-webhooks", daemon=True)
    loop.start()
    try:
        yield Place(settings.place.host, int(server.effective_port))
    finally:
        server.stop()
        loop.join()


def _bound(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left
        bound.bind(place)
    except OSError as error:
        bound.close()
        raise ConfigurationError(
            f"{place.host}, port {place.port}, cannot be listened on: {error.strerror}",
            where="webhooks.listen",
            hint="give another address or port, or stop what listens there",
        ) from None
    return bound


def _adjustments(settings: WebhookSettings, bound: socket.socket) -> Any:
    largest_body = settings.largest_body_kib * 1024 + 1  # waitress refuses what is as large as its limit
    return Adjustments(
        sockets=[bound],
        threads=settings.threads,
        connection_limit=settings.connections,
        channel_timeout=settings.request_timeout_s,
        cleanup_interval=1,
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=largest_body,
        inbuf_overflow=largest_body,  # no notice lies in a temporary file
        asyncore_use_poll=True,
        log_socket_errors=False,
        ident=None,
    )


class _OneRequest:
    """Lets a connection end with its first answer, so that the age of a connection is that of its request."""

    request: Any

    def start(self) -> None:
        self.request.headers["CONNECTION"] = "close"
        super().start()  # type: ignore[misc]


class _Task(_OneRequest, WSGITask):  # type: ignore[misc]
    pass


class _ErrorTask(_OneRequest, ErrorTask):  # type: ignore[misc]
    pass


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task
    error_task_class = _ErrorTask


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """A server that closes what comes too slowly, and stops when it is told to."""

    channel_class = _Channel

    def __init__(
        self, application: Application, bound: socket.socket, adjustments: Any, threads: Any, request_timeout_s: float
    ) -> None:
        self._request_timeout_s = request_timeout_s
        self._stopping = threading.Event()
        place = (bound.family, bound.type, bound.proto, bound.getsockname())
        super().__init__(
            application, _sock=bound, dispatcher=threads, adj=adjustments, sockinfo=place, bind_socket=False
        )

    def serve(self) -> None:
        """Serve until it is stopped; then answer what has come, and close."""
        while not self._stopping.is_set():
            self._look(LOOK_S)
        wasyncore.dispatcher.close(self)  # listens no more
        last_s = time.monotonic() + STOP_S
        while self._is_at_work() and time.monotonic() < last_s:
            self._look(STOP_LOOK_S)
        self.task_dispatcher.shutdown(timeout=STOP_S)
        wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Stop serving, from another thread."""
        self._stopping.set()
        self.pull_trigger()

    def maintenance(self, now: Any) -> None:
        """Close what has not come in time, however little is missing."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if not channel.requests and channel.creation_time < now - self._request_timeout_s:
                channel.will_close = True

    def _look(self, timeout_s: float) -> None:
        wasyncore.loop(timeout=timeout_s, use_poll=True, map=self._map, count=1)

    def _is_at_work(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())
