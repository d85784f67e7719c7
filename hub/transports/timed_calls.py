"""One call by HTTP that ends when its time is up: a time-out of the socket alone begins anew with each byte.

The time is told by the clock that goes on while a process is frozen and a machine asleep, and looked at before each
piece is sent: whoever wakes up late sends nothing more, since others may have gone on without it.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address
from threading import Lock, Timer
from typing import Any

from requests.adapters import HTTPAdapter

from hub.transports.steady_time import steady_ns

_NS = 1_000_000_000


class TimedCall(HTTPAdapter):
    """Carries one call; when its time is up its connection is shut, whatever it waits for.

    The one thing that cannot be cut short is the look-up of a name: it takes as long as the system's resolver takes,
    and nothing is sent when the time is up by then.
    """

    def __init__(
        self,
        timeout_s: float,
        *,
        ends_ns: int | None = None,
        only_public: bool = False,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`timeout_s` counts from here; `ends_ns`, by `steady_ns`, is when it ends at the latest.

        `ssl_context` shows who we are; left out: nothing does.
        """
        self._ssl_context = ssl_context
        super().__init__(max_retries=0)
        self.only_public = only_public
        self.is_connecting = False  # nothing has been sent while it is
        began_ns = steady_ns()
        own_end_ns = began_ns + round(timeout_s * _NS)
        self._ends_ns = own_end_ns if ends_ns is None else min(own_end_ns, ends_ns)
        self._is_cut = False
        self._opened: socket.socket | None = None
        self._lock = Lock()
        self._timer = Timer(max(self._ends_ns - began_ns, 0) / _NS, self._end)
        self._timer.daemon = True
        self._timer.start()

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self._is_cut or steady_ns() >= self._ends_ns

    def refuse_when_over(self) -> None:
        """Let nothing more be sent when the time is up. Raises TimeoutError."""
        if self.is_over:
            raise TimeoutError("the time was up before all was sent")

    def build_connection_pool_key_attributes(self, *given: Any, **named: Any) -> Any:
        """Return where to connect, and how."""
        host, how = super().build_connection_pool_key_attributes(*given, **named)
        return host, how if self._ssl_context is None else {**how, "ssl_context": self._ssl_context}

    def get_connection_with_tls_context(self, *given: Any, **named: Any) -> Any:
        """Return what opens the call's connection."""
        pool: Any = super().get_connection_with_tls_context(*given, **named)
        pool.ConnectionCls = _timed(pool.ConnectionCls, self)
        return pool

    def watch(self, opened: socket.socket) -> None:
        """Take note of the connection. Raises TimeoutError when the time is up already."""
        with self._lock:
            if self.is_over:
                opened.close()
                raise TimeoutError("the time was up before there was a connection")
            self._opened = opened.dup()  # by TLS the socket itself is taken apart

    def close(self) -> None:
        """Count no more."""
        self._timer.cancel()
        with self._lock:
            if self._opened is not None:
                self._opened.close()
        super().close()

    def _end(self) -> None:
        with self._lock:
            self._is_cut = True
            if self._opened is not None:
                with suppress(OSError):  # it has ended by itself
                    self._opened.shutdown(socket.SHUT_RDWR)


def _timed(kind: Any, call: TimedCall) -> Any:
    """Return a kind of connection that belongs to a call."""

    class Timed(kind):  # type: ignore[misc]
        def connect(self) -> None:
            call.is_connecting = True
            super().connect()
            call.refuse_when_over()

        def send(self, data: Any) -> None:
            """Send a piece: the head, or the body."""
            if self.sock is None:
                self.connect()
            call.refuse_when_over()
            call.is_connecting = False
            super().send(data)

        def _new_conn(self) -> socket.socket:
            opened = connected(self.host, self.port, self.timeout, only_public=call.only_public)
            call.watch(opened)
            return opened

    return Timed


def connected(host: str, port: int, timeout_s: float, *, only_public: bool = False) -> socket.socket:
    """Connect to one of a name's addresses, which share the time. Raises OSError when none answers.

    With `only_public` the name is of somebody's choice: no address of this machine or of the networks around it counts.
    """
    addresses = [one for one in _addresses(host, port) if not only_public or _is_public(one[0])]
    failed: OSError | None = None
    for address in addresses:
        try:
            opened = socket.create_connection(address, timeout_s / len(addresses))
        except OSError as error:
            failed = error
            continue
        opened.settimeout(timeout_s)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a request is sent in two pieces
        return opened
    raise failed or OSError("the name has no address")


def _is_public(address: str) -> bool:
    numbers = ip_address(address)
    return numbers.is_global and not numbers.is_multicast


def _addresses(host: str, port: int) -> list[tuple[str, int]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]
