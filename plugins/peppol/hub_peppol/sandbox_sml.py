"""The network's register in the DNS on this machine: a small name server over UDP with NAPTR records.

It reads and writes the packets itself (RFC 1035, RFC 3403), and knows nothing of who asks.
"""

from __future__ import annotations

import hashlib
import socketserver
import struct
from base64 import b32encode
from collections import deque
from threading import Event, Thread
from types import TracebackType
from typing import Any, NamedTuple, Self

from hub.loopback.http_server import POLL_S, stop_listening

HOST = "127.0.0.1"
ZONE = "participant.sml.sandbox.example"
FAULTS = ("nxdomain", "servfail", "silent", "no_record", "refused")
_NAPTR, _INTERNET = 35, 1
_ANSWER = 0x8400  # an answer, with authority
_NO_ERROR, _SERVFAIL, _NXDOMAIN, _REFUSED = 0, 2, 3, 5
_CODES = {"nxdomain": _NXDOMAIN, "servfail": _SERVFAIL, "refused": _REFUSED, "no_record": _NO_ERROR}
_LABEL_POINTER = 0xC00C  # the name that was asked for stands behind the head
_TTL_S = 60


class Record(NamedTuple):
    """One NAPTR record."""

    regexp: str
    order: int = 100
    preference: int = 10
    flags: str = "U"
    service: str = "Meta:SMP"


class SandboxSml:
    """The name server: it knows who was entered, and nobody else is there."""

    def __init__(self, port: int = 0) -> None:
        self.records: dict[str, list[Record]] = {}
        self.faults: deque[str] = deque()
        self.asked: list[str] = []
        self._server = _Server((HOST, port), _Packets)
        self._server.sandbox = self
        self.closing = Event()
        self._thread = Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, by UDP."""
        return int(self._server.server_address[1])

    def enter(self, participant: str, *records: Record, smp: str = "") -> None:
        """Enter who is registered, such as `0007:9999999999`, with the address of its SMP or with its own records."""
        hashed = b32encode(hashlib.sha256(participant.encode()).digest()).decode().strip("=").lower()
        told = (*records, Record(f"!.*!{smp}!")) if smp else records
        self.records[f"{hashed}.iso6523-actorid-upis.{ZONE}"] = list(told)

    def answer(self, packet: bytes) -> bytes:
        """Answer a packet; an empty answer is none."""
        number, _, questions = struct.unpack("!HHH", packet[:6])
        name, end = _name_at(packet, 12)
        kind, _ = struct.unpack("!HH", packet[end : end + 4])
        self.asked.append(name)
        fault = self.faults.popleft() if self.faults else ""
        if fault == "silent" or questions != 1:
            return b""
        known = self.records.get(name.lower())
        code = _CODES.get(fault, _NXDOMAIN if known is None else _NO_ERROR)
        told = [] if fault or kind != _NAPTR else known or []
        head = struct.pack("!HHHHHH", number, _ANSWER | code, 1, len(told), 0, 0)
        return head + packet[12 : end + 4] + b"".join(_written(record) for record in told)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        stop_listening(self._server.socket)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    sandbox: SandboxSml

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - as the library calls it
        """Take packets; nothing came where it was woken to stop."""
        return bool(request[0])


class _Packets(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        packet, socket = self.request
        answer = self.server.sandbox.answer(packet)
        if answer:
            socket.sendto(answer, self.client_address)


def _name_at(packet: bytes, place: int) -> tuple[str, int]:
    """Return the name that stands at a place, and where it ends."""
    labels = []
    while size := packet[place]:
        labels.append(packet[place + 1 : place + 1 + size].decode("ascii"))
        place += 1 + size
    return ".".join(labels), place + 1


def _written(record: Record) -> bytes:
    texts = b"".join(_text(one) for one in (record.flags, record.service, record.regexp))
    data = struct.pack("!HH", record.order, record.preference) + texts + b"\0"  # replaced by the root: by nothing
    return struct.pack("!HHHIH", _LABEL_POINTER, _NAPTR, _INTERNET, _TTL_S, len(data)) + data


def _text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode("ascii")
