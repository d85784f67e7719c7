"""A mail server's mailboxes on 127.0.0.1, by as much of IMAP (RFC 3501, RFC 6851) as reading and moving mail takes.

Faults are ordered for a target:

    connect     ERROR: it hangs up at once; SLOW: it says nothing for a while
    login       REFUSE
    fetch       RESET_BEFORE_READING: the connection breaks; DAMAGE: an answer of impossible length
    move        REFUSE
"""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.http_server import POLL_S, stop_listening

HOST = "127.0.0.1"
SLOW_S = 1.0
_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)')
_PARTIAL = re.compile(r"<0\.(\d+)>")


class ImapServer(socketserver.ThreadingTCPServer):
    """The server, of one account; `port` 0 takes a free one."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, chain_file: Path, user: str, password: str, *, implicit: bool = False, offers: str = "STARTTLS MOVE"
    ) -> None:
        """`offers` is what it says that it can do besides."""
        self.trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.trust.load_cert_chain(chain_file)
        self.account = (user, password)
        self.implicit = implicit
        self.offers = offers
        self.faults = FaultQueue()
        self.slow_s = SLOW_S
        self.age = 1  # of the mailboxes: when it changes, their numbers begin anew
        self.boxes: defaultdict[str, dict[int, bytes]] = defaultdict(dict)
        self.boxes["INBOX"] = {}
        self.closing = Event()
        self.next_number = 1
        super().__init__((HOST, 0), _Session)
        self._thread = Thread(target=self.serve_forever, args=(POLL_S,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def deliver(self, mail: bytes, box: str = "INBOX") -> int:
        """Put a mail into a mailbox, and return its number."""
        number, self.next_number = self.next_number, self.next_number + 1
        self.boxes[box][number] = mail
        return number

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        stop_listening(self.socket)
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: connections that break are what this server is for."""


class _Session(socketserver.BaseRequestHandler):
    """One connection; commands are methods named after them."""

    server: ImapServer

    def handle(self) -> None:
        fault = self.server.faults.take("connect")
        if fault is Fault.ERROR:
            return
        if fault is Fault.SLOW:
            self.server.closing.wait(self.server.slow_s)
        self._box = ""
        self._is_in = False
        self._file: Any = None
        with suppress(OSError, EOFError, ValueError):
            self._talk()
        self._close()

    def _close(self) -> None:
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
            self.request.close()

    def _talk(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer is several lines
        if self.server.implicit:
            self._secure()
        else:
            self._file = self.request.makefile("rb")
        self._say("* OK ready")
        while line := self._file.readline(65_536):
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            words = [first or second or third for first, second, third in _WORDS.findall(rest)]
            command = words.pop(0).upper() if words else ""
            if command == "UID" and words:
                command = f"UID_{words.pop(0).upper()}"
            answer = getattr(self, f"_on_{command.lower()}", None)
            is_allowed = self._is_in or command in ("CAPABILITY", "STARTTLS", "LOGIN", "LOGOUT")
            if said := answer(tag, *words) if answer and is_allowed else "BAD not now":
                self._say(f"{tag} {said}")
            if command == "LOGOUT":
                return

    def _secure(self) -> None:
        if self._file is not None:
            self._file.close()
        self.request = self.server.trust.wrap_socket(self.request, server_side=True)
        self._file = self.request.makefile("rb")

    def _say(self, line: str | bytes) -> None:
        self.request.sendall((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def _on_capability(self, _tag: str) -> str:
        self._say(f"* CAPABILITY IMAP4rev1 {self.server.offers}")
        return "OK done"

    def _on_starttls(self, tag: str) -> str:
        self._say(f"{tag} OK begin")
        self._secure()
        return ""

    def _on_login(self, _tag: str, user: str, password: str) -> str:
        is_secure = isinstance(self.request, ssl.SSLSocket)
        if not is_secure or self.server.faults.take("login") or (user, password) != self.server.account:
            return "NO [AUTHENTICATIONFAILED] no"
        self._is_in = True
        return "OK done"

    def _on_select(self, _tag: str, box: str) -> str:
        if box not in self.server.boxes:
            return "NO no such mailbox"
        self._box = box
        self._say(f"* {len(self._mails)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.server.age}] valid")
        return "OK [READ-WRITE] done"

    def _on_uid_search(self, _tag: str, _what: str, numbers: str) -> str:
        self._say(f"* SEARCH {' '.join(map(str, self._named(numbers)))}".rstrip())
        return "OK done"

    def _on_uid_fetch(self, _tag: str, number: str, what: str) -> str:
        fault = self.server.faults.take("fetch")
        if fault is Fault.RESET_BEFORE_READING:
            raise EOFError
        for one in self._named(number):
            found = _PARTIAL.search(what)
            content = self._mails[one][: int(found[1])] if found else self._mails[one]
            size = 10**12 if fault is Fault.DAMAGE else len(content)
            self._say(f"* 1 FETCH (UID {one} BODY[]<0> {{{size}}}\r\n".encode() + content + b")")
        return "OK done"

    def _on_uid_move(self, _tag: str, numbers: str, box: str) -> str:
        if self.server.faults.take("move"):
            return "NO not now"
        if box not in self.server.boxes:
            return "NO [TRYCREATE] no such mailbox"
        for one in list(self._named(numbers)):
            self.server.boxes[box][one] = self._mails.pop(one)
        return "OK done"

    def _on_uid_store(self, _tag: str, *_what: str) -> str:
        return "OK done"

    def _on_create(self, _tag: str, box: str) -> str:
        self.server.boxes[box] = {}
        return "OK done"

    def _on_logout(self, _tag: str) -> str:
        self._say("* BYE")
        return "OK done"

    @property
    def _mails(self) -> dict[int, bytes]:
        return self.server.boxes[self._box]

    def _named(self, numbers: str) -> Iterator[int]:
        """Yield the numbers that there are; as IMAP has it, `9:*` names the last mail too when it is below."""
        for part in numbers.split(","):
            first, _, last = part.partition(":")
            until = max(self._mails, default=0) if last == "*" else int(last or first)
            low, high = sorted((int(first), until))
            yield from (one for one in sorted(self._mails) if low <= one <= high)
