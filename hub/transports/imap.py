"""A mailbox on a mail server that returned mail is read from by IMAP (RFC 3501): TLS always, nothing is deleted."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from hub.errors import ConfigurationError, TransientError
from hub.transports.mail_security import MailLogin, MailSecurity, tls_failure, trusting
from hub.transports.returned_mail import LARGEST_READ, MOST_AT_ONCE, Fetched
from hub.transports.steady_time import steady_ns
from hub.transports.timed_calls import connected
from hub.transports.watched_time import Watch

CONNECT_TIMEOUT_S = 20.0
_MOST_READ = 64 * 1024 * 1024  # of one answer: what the other side says is longer is not believed
_CURSOR = re.compile(r"([0-9]{1,20}):([0-9]{1,20})")
_BROKEN = (imaplib.IMAP4.error, OSError, ValueError)


class ImapMailbox:
    """One folder of an account: a `ReturnedMail`. Its numbers of mails only grow, so the last one is the cursor."""

    def __init__(
        self,
        host: str,
        port: int,
        security: MailSecurity,
        login: MailLogin,
        *,
        mailbox: str = "INBOX",
        handled: str = "handled",
        ca_file: str = "",
        timeout_s: float = 60.0,
    ) -> None:
        """Say where; `handled` is the folder that mails are put aside to, made when it is first needed.

        `timeout_s` is how long one question may take in all.

        Raises:
            ConfigurationError: the file of issuers cannot be read.
        """
        self._place = f"{host}:{port}"
        self._address = (host, port)
        self._security = security
        self._login = login
        self._mailbox, self._handled = mailbox, handled
        self._trusted = trusting(ca_file)
        self._timeout_s = timeout_s

    def since(self, cursor: str) -> Fetched:
        """Put aside what was kept, and read what is there. See `ReturnedMail.since`."""
        with self._opened() as client:
            age = self._selected(client)
            last = _last_kept(cursor, age)
            if last:
                self._put_aside(client, last)
            numbers = [number for number in _numbers(client, last + 1) if number > last]
            now = numbers[:MOST_AT_ONCE]
            mails = [mail for number in now for mail in _mail(client, number)]
        until = now[-1] if now else last
        return Fetched(tuple(mails), f"{age}:{until}" if until else "", len(numbers) > len(now))

    @contextmanager
    def _opened(self) -> Iterator[_Client]:
        """Lend a connection for one question, and raise what its failures mean."""
        try:
            opened = connected(*self._address, min(CONNECT_TIMEOUT_S, self._timeout_s))
        except (OSError, UnicodeError):
            raise TransientError(f"{self._place} cannot be reached") from None
        under = opened.dup()
        ends_ns = steady_ns() + round(self._timeout_s * 1_000_000_000)
        watch = Watch(under, first_ends_ns=ends_ns, kept_for_s=0)
        opened.settimeout(2 * self._timeout_s)  # the watch ends it before that
        client: _Client | None = None
        try:
            client = self._connected(opened)
            self._log_in(client)
            yield client
            with suppress(*_BROKEN):
                client.logout()
        except _BROKEN as error:
            if isinstance(error, ssl.SSLError) and not watch.is_over:
                raise tls_failure(self._place, error) from None
            why = "its time was up" if watch.is_over else type(error).__name__
            raise TransientError(f"{self._place} broke off, or gave an answer that is none ({why})") from None
        finally:
            watch.close()
            with suppress(OSError):  # it has ended by itself
                under.shutdown(socket.SHUT_RDWR)
            if client is not None:
                with suppress(OSError):
                    client.shutdown()
            under.close()
            opened.close()

    def _connected(self, opened: socket.socket) -> _Client:
        host = self._address[0]
        if self._security is MailSecurity.IMPLICIT_TLS:
            opened = self._trusted.wrap_socket(opened, server_hostname=host)
        return _Client(opened, host)

    def _log_in(self, client: _Client) -> None:
        """Log in, over TLS alone."""
        if self._security is MailSecurity.STARTTLS:
            if "STARTTLS" not in client.capabilities:
                hint = "ask the other side for TLS, or try implicit_tls and port 993: nothing is fetched without it"
                raise ConfigurationError(f"{self._place} does not offer STARTTLS", hint=hint)
            client.starttls(self._trusted)
        if not isinstance(client.sock, ssl.SSLSocket):
            raise ConfigurationError(f"the connection to {self._place} is not secured")
        password = self._login.password()
        if not (password.isascii() and password.isprintable()):  # a line end in it would be a command of its own
            raise ConfigurationError("the password of the mailbox has signs that the protocol does not take")
        try:
            client.login(_quoted(self._login.user), password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            hint = "look at the user and the password in the settings"
            raise ConfigurationError(f"{self._place} does not let us in", hint=hint) from None

    def _selected(self, client: _Client) -> int:
        """Select the folder and return its age: when that changes, its numbers begin anew."""
        status, _ = client.select(_quoted(self._mailbox))
        if status != "OK":
            hint = "look at the mailbox in the settings"
            raise ConfigurationError(f"{self._place} has no such mailbox, or may not open it", hint=hint)
        _, said = client.response("UIDVALIDITY")
        return int(said[-1] or b"0") if said else 0

    def _put_aside(self, client: _Client, last: int) -> None:
        """Move what was kept; a server that cannot move has it stay, marked as read, behind the cursor."""
        kept = [number for number in _numbers(client, 1) if number <= last]
        if not kept:
            return
        names = ",".join(map(str, kept))
        if "MOVE" not in client.capabilities:
            _done(client.uid("STORE", names, "+FLAGS.SILENT", r"(\Seen)"))
            return
        status, _ = client.uid("MOVE", names, _quoted(self._handled))
        if status != "OK":
            client.create(_quoted(self._handled))
            _done(client.uid("MOVE", names, _quoted(self._handled)))


class _Client(imaplib.IMAP4):
    """The library's client on a connection of ours."""

    def __init__(self, opened: socket.socket, host: str) -> None:
        self._given = opened
        super().__init__(host)

    def _create_socket(self, *_given: Any) -> socket.socket:
        return self._given

    def read(self, size: int) -> bytes:
        """Read so many bytes of an answer; their number is what the other side says."""
        if size > _MOST_READ:
            raise self.abort("an answer of impossible length")
        return super().read(size)


def _last_kept(cursor: str, age: int) -> int:
    found = _CURSOR.fullmatch(cursor)
    return int(found[2]) if found and int(found[1]) == age else 0


def _numbers(client: _Client, first: int) -> Sequence[int]:
    """Return the numbers of mails from one on; the last mail is always among them, that is how IMAP counts."""
    said = _done(client.uid("SEARCH", "UID", f"{first}:*"))
    return sorted(int(number) for line in said if isinstance(line, bytes) for number in line.split())


def _mail(client: _Client, number: int) -> Iterator[bytes]:
    """Yield the beginning of a mail; nothing when it is gone."""
    said = _done(client.uid("FETCH", str(number), f"(UID BODY.PEEK[]<0.{LARGEST_READ}>)"))
    yield from (part[1] for part in said if isinstance(part, tuple))


def _done(answer: tuple[str, Any]) -> list[Any]:
    status, said = answer
    if status != "OK":
        raise ValueError("the answer is no")
    return list(said)


def _quoted(name: str) -> str:
    """Write a name as IMAP takes it; settings let no control character through."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
