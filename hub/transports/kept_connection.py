"""A connection that is kept between calls by HTTP, for a party that counts the same bytes once.

Nobody can know that the other side does not hang up at the very moment of a call, and then its answer is lost. So a
connection is used again only when nothing has come on it since the last answer, and soon after that: before servers
hang up. Where the same bytes count once, the rare call that is lost all the same is simply made again.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from weakref import finalize

from hub.transports.steady_time import steady_ns
from hub.transports.timed_calls import connected
from hub.transports.watched_time import Watch

KEPT_FOR_S = 2.0  # servers keep an unused one for five seconds or more
MOST_KEPT = 16  # threads that call at the same time
BROKEN = (HTTPException, OSError, UnicodeError)
_BLOCK = 64 * 1024
_S = 1_000_000_000


class TooLongError(OSError):
    """The answer is longer than any that is expected."""


class WholeAnswer(NamedTuple):
    """What was answered, whole; header names are small letters."""

    status: int
    content: bytes
    headers: Mapping[str, str]


class KeptConnections:
    """Connections to one host; a call takes one that rests, or opens another."""

    def __init__(self, address: str, context: ssl.SSLContext | None) -> None:
        """`context` is None where the address is plain http."""
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or (443 if context else 80)
        self._context = context
        self._resting: list[KeptConnection] = []
        self._lock = Lock()
        finalize(self, _close_all, self._resting)

    def take(self, connect_s: float, ends_ns: int) -> KeptConnection:
        """Return a connection for one call that ends then. Raises OSError when there is none."""
        while True:
            with self._lock:
                found = self._resting.pop() if self._resting else None
            if found is None:
                return KeptConnection(self._host, self._port, self._context, connect_s, ends_ns)
            if found.is_quiet:
                found.begin(ends_ns)
                return found
            found.close()

    def give_back(self, connection: KeptConnection) -> None:
        """Let a connection rest, or close it when the other side has said that it hangs up."""
        connection.rest()
        with self._lock:
            if connection.is_kept and len(self._resting) < MOST_KEPT:
                self._resting.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close those that rest; the next call opens another."""
        with self._lock:
            resting, self._resting[:] = self._resting[:], []
        _close_all(resting)


def _close_all(resting: list[KeptConnection]) -> None:
    while resting:
        resting.pop().close()


class KeptConnection:
    """One connection, whose calls come one after the other."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, connect_s: float, ends_ns: int) -> None:
        """Connect, and secure it. Raises OSError; `ssl.SSLCertVerificationError` when the other side is not trusted."""
        self.is_kept = True
        self.has_sent = False  # anything of the call that is made
        opened = connected(host, port, connect_s)
        self._under = opened.dup()  # by TLS the socket itself is taken apart
        self.watch = Watch(self._under, first_ends_ns=ends_ns, kept_for_s=KEPT_FOR_S)
        try:
            left_s = max((ends_ns - steady_ns()) / _S, 0.001)
            opened.settimeout(left_s)
            self._socket = opened if context is None else context.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            self.watch.close()
            self._under.close()
            raise
        self._client = _Client(host, port, self._socket, self)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come since the last answer: what comes then is that the other side has hung up."""
        if self.watch.is_over:
            return False
        look = select.poll()  # `select.select` takes no descriptor above 1023, and a large installation has such
        look.register(self._socket, select.POLLIN)
        return not look.poll(0)

    def begin(self, ends_ns: int) -> None:
        """Begin a call that ends then."""
        left_s = max((ends_ns - steady_ns()) / _S, 0.001)
        self.has_sent = False
        self.watch.begin(left_s)
        self._socket.settimeout(left_s)

    def call(
        self, method: str, target: str, content: bytes | None, headers: Mapping[str, str], largest: int
    ) -> WholeAnswer:
        """Make a call and return the whole answer. Raises one of `BROKEN`."""
        self._client.request(method, target, content, dict(headers))
        with self._client.getresponse() as response:
            answer = _whole(response, largest)
            self.is_kept = not response.will_close
        self.watch.refuse_when_over()  # what was cut may look like the end
        return answer

    def rest(self) -> None:
        """End a call; without another one it is closed soon."""
        self.watch.end()

    def close(self) -> None:
        """Close all of it."""
        self.watch.close()
        self._client.close()
        self._under.close()


class _Client(HTTPConnection):
    """The library's client on a connection of ours, which looks at the time before each piece is sent."""

    auto_open = 0

    def __init__(self, host: str, port: int, opened: socket.socket, connection: KeptConnection) -> None:
        super().__init__(host, port)
        self.sock = opened
        self._connection = connection

    def send(self, data: Any) -> None:
        self._connection.watch.refuse_when_over()
        self._connection.has_sent = True
        super().send(data)


def _whole(response: HTTPResponse, largest: int) -> WholeAnswer:
    content = bytearray()
    while block := response.read(_BLOCK):
        content += block
        if len(content) > largest:
            raise TooLongError("the answer is too long")
    if response.length:  # the library takes the end of the connection for the end of the answer
        raise IncompleteRead(bytes(content), response.length)
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        lowered = name.lower()
        headers[lowered] = f"{headers[lowered]}, {value}" if lowered in headers else value
    return WholeAnswer(response.status, bytes(content), headers)
