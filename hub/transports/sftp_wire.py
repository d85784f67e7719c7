"""SFTP version 3 over a channel of SSH: requests that need not wait for each other, and what each was answered.

paramiko's own client waits for every answer, or else loses what a write was answered, and does not tell which
extensions there are (ADR 0020). Source: draft-ietf-secsh-filexfer-02, for the checksum draft-ietf-secsh-filexfer-13,
and OpenSSH's PROTOCOL, section 4, for `fsync@openssh.com` and `posix-rename@openssh.com`.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Protocol

from hub.transports.sftp_packets import NOT_THERE, Attributes, Body, Kind, Open, Status, WireError, string, text

VERSION = 3
BLOCK = 32 * 1024  # every server takes that much in one request
_IN_FLIGHT = 48  # blocks that are on their way: 1.5 MiB, within the window that SSH gives a channel
_LARGEST_PACKET = 1024 * 1024


class RefusedError(Exception):
    """The other side said no to one request; the connection works on. Its words are not kept: they may name people."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"status {status}")


class ByteChannel(Protocol):
    """What bytes come and go by."""

    def recv(self, nbytes: int, /) -> bytes: ...

    def sendall(self, s: bytes, /) -> None: ...


class Sftp:
    """Requests and answers on one channel, in one thread at a time."""

    def __init__(self, channel: ByteChannel, before_sending: Callable[[], None]) -> None:
        """Agree on the version; `before_sending` is called before each packet and may raise."""
        self._channel = channel
        self._before_sending = before_sending
        self._number = 0
        self._awaited: set[int] = set()
        self._came: dict[int, tuple[int, Body]] = {}
        self._send(Kind.INIT, struct.pack(">I", VERSION))
        kind, body = self._packet()
        if kind != Kind.VERSION or body.u32() != VERSION:  # a later one writes a file's attributes in another way
            raise WireError("no SFTP of version 3")
        self.extensions: Mapping[str, str] = dict(body.pairs())

    # Requests, each waited for

    def look(self, path: str) -> Attributes | None:
        """Return what is told of a file, a link not followed; None when there is none."""
        try:
            return self._expect(self._request(Kind.LSTAT, text(path)), Kind.ATTRS).attributes()
        except RefusedError as error:
            if error.status in NOT_THERE:
                return None
            raise

    def open(self, path: str, flags: Open) -> bytes:
        """Open a file and return its handle; who may read a new one is for the machine it lies on to say."""
        number = self._request(Kind.OPEN, text(path), struct.pack(">II", flags, 0))
        return self._expect(number, Kind.HANDLE).string()

    def close(self, handle: bytes) -> None:
        """Close a file or folder."""
        self._done(self._request(Kind.CLOSE, string(handle)))

    def remove(self, path: str) -> None:
        """Delete a file."""
        self._done(self._request(Kind.REMOVE, text(path)))

    def rename(self, old: str, new: str) -> None:
        """Rename a file; a server that keeps to the draft refuses when the new name is taken."""
        self._done(self._request(Kind.RENAME, text(old), text(new)))

    def posix_rename(self, old: str, new: str) -> None:
        """Rename a file over whatever has the new name."""
        self._done(self._request(Kind.EXTENDED, text("posix-rename@openssh.com"), text(old), text(new)))

    def digest(self, path: str, algorithm: str) -> bytes | None:
        """Return a whole file's checksum; None when the other side does not make it after all."""
        asked = (text("check-file-name"), text(path), text(algorithm), struct.pack(">QQI", 0, 0, 0))
        try:
            body = self._expect(self._request(Kind.EXTENDED, *asked), Kind.EXTENDED_REPLY)
        except RefusedError:
            return None
        first = body.string()
        if first == b"check-file":  # some say the name of the extension before the algorithm
            first = body.string()
        return body.rest() if first == algorithm.encode() else None

    def names(self, folder: str) -> Generator[tuple[bytes, Attributes], None, None]:
        """Yield what lies in a folder, the folder itself and the one above it too, in the other side's order."""
        handle = self._expect(self._request(Kind.OPENDIR, text(folder)), Kind.HANDLE).string()
        try:
            while True:
                try:
                    body = self._expect(self._request(Kind.READDIR, string(handle)), Kind.NAME)
                except RefusedError as error:
                    if error.status == Status.END:
                        return
                    raise
                for _ in range(body.u32()):
                    name, _long = body.string(), body.string()
                    yield name, body.attributes()
        finally:
            self.close(handle)

    # Requests on their way together

    def write(self, handle: bytes, blocks: Iterable[tuple[int, bytes]], *, fsync: bool) -> Attributes:
        """Write blocks at their places, have them put on the disk, close, and say what the file is then.

        A refusal is raised when all answers have come and the file is closed: the connection can be used on.
        """
        waiting: deque[int] = deque()
        refused: RefusedError | None = None
        for offset, block in blocks:
            waiting.append(self._request(Kind.WRITE, string(handle), struct.pack(">Q", offset), string(block)))
            if len(waiting) >= _IN_FLIGHT and (refused := self._refusal(waiting.popleft())):
                break
        if fsync and not refused:
            waiting.append(self._request(Kind.EXTENDED, text("fsync@openssh.com"), string(handle)))
        told = self._request(Kind.FSTAT, string(handle))
        closed = self._request(Kind.CLOSE, string(handle))
        refusals = [refused, *[self._refusal(number) for number in waiting]]
        attributes = self._attributes_or_none(told)
        for refused in (*refusals, self._refusal(closed)):
            if refused:
                raise refused
        return attributes

    def read(self, handle: bytes, size: int) -> Generator[bytes, None, None]:
        """Yield a file's bytes from its beginning to this size, or to its end where it is shorter."""
        on_their_way: deque[tuple[int, int, int]] = deque()
        offset = 0
        try:
            while offset < size or on_their_way:
                while offset < size and len(on_their_way) < _IN_FLIGHT:
                    length = min(BLOCK, size - offset)
                    on_their_way.append((self._ask_for(handle, offset, length), offset, length))
                    offset += length
                number, start, length = on_their_way.popleft()
                data = self._data(number, length)
                while data:  # an answer may be shorter than was asked for
                    yield data
                    start, length = start + len(data), length - len(data)
                    data = self._data(self._ask_for(handle, start, length), length) if length else b""
                if length:
                    return
        finally:
            for number, _, _ in on_their_way:
                self._answer(number)

    def contents(self, path: str, size: int) -> Generator[bytes, None, None]:
        """Open a file and yield its bytes, to this size or to its end; close the generator to close the file."""
        handle = self.open(path, Open.READ)
        try:
            yield from self.read(handle, size)
        finally:
            self.close(handle)

    def _ask_for(self, handle: bytes, offset: int, length: int) -> int:
        return self._request(Kind.READ, string(handle), struct.pack(">QI", offset, length))

    def _data(self, number: int, length: int) -> bytes:
        """Return what was read, nothing at the end."""
        try:
            data = self._expect(number, Kind.DATA).string()
        except RefusedError as error:
            if error.status == Status.END:
                return b""
            raise
        if len(data) > length:
            raise WireError("more than was asked for")
        return data

    def _attributes_or_none(self, number: int) -> Attributes:
        try:
            return self._expect(number, Kind.ATTRS).attributes()
        except RefusedError:
            return Attributes()

    # Packets

    def _request(self, kind: Kind, *parts: bytes) -> int:
        self._number = (self._number + 1) % 2**32
        self._awaited.add(self._number)
        self._send(kind, struct.pack(">I", self._number), *parts)
        return self._number

    def _send(self, kind: Kind, *parts: bytes) -> None:
        self._before_sending()
        body = b"".join(parts)
        self._channel.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

    def _answer(self, number: int) -> tuple[int, Body]:
        """Return the answer to a request; answers may come in any order."""
        while number not in self._came:
            kind, body = self._packet()
            answered = body.u32()
            if answered not in self._awaited:
                raise WireError("an answer to nothing")
            self._awaited.discard(answered)
            self._came[answered] = (kind, body)
        return self._came.pop(number)

    def _expect(self, number: int, wanted: Kind) -> Body:
        kind, body = self._answer(number)
        if kind == Kind.STATUS:
            raise RefusedError(body.u32())
        if kind != wanted:
            raise WireError("an answer of another kind")
        return body

    def _refusal(self, number: int) -> RefusedError | None:
        """Return what is said against a request that is answered by a status alone, None when nothing is."""
        kind, body = self._answer(number)
        if kind != Kind.STATUS:
            raise WireError("an answer of another kind")
        status = body.u32()
        return RefusedError(status) if status != Status.OK else None

    def _done(self, number: int) -> None:
        if refused := self._refusal(number):
            raise refused

    def _packet(self) -> tuple[int, Body]:
        (length,) = struct.unpack(">I", self._exactly(4))
        if not 1 <= length <= _LARGEST_PACKET:
            raise WireError("a packet of impossible length")
        content = self._exactly(length)
        return content[0], Body(content[1:])

    def _exactly(self, size: int) -> bytes:
        content = self._channel.recv(size)
        while len(content) < size:
            more = self._channel.recv(size - len(content))
            if not more:
                raise WireError("the connection ended")
            content += more
        return content
