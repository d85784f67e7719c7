"""One mail server that takes our messages on (*submission*, RFC 6409): TLS always, one connection for many messages.

The errors say whether the message was taken. A server has taken it when it answers the end of the message, so an answer
that is lost behind that end leaves it open; one that is lost before it does not.
"""

from __future__ import annotations

import re
from threading import RLock
from typing import NamedTuple, Self

from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.transports.mail_security import MailLogin, MailSecurity, trusting
from hub.transports.smtp_connection import SmtpConnection, SmtpServer
from hub.transports.smtp_replies import Reply, Stage, refusal

KEPT_FOR_S = 30.0  # an unused connection; shorter than servers and firewalls allow
MOST_ON_ONE = 100  # messages; many servers hang up after some number
SLOWEST_BYTES_S = 64 * 1024  # a large message has this much more time than a small one
_ADDRESS = re.compile(r"[^@\s\x00-\x20\x7f<>]{1,64}@[^@\s\x00-\x20\x7f<>]{1,255}")
_ENVELOPE_ID = re.compile(r"[A-Za-z0-9-]{0,100}")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_BROKEN = (OSError, ValueError)  # what the library raises is an OSError


class Envelope(NamedTuple):
    """What stands on the outside of a message: both addresses with domains in ASCII, and our name for it."""

    sender: str  # where it comes back to
    recipient: str
    envelope_id: str = ""  # letters, digits and hyphens; reports name it where the server can do that (RFC 3461)


class SmtpParty:
    """One account on one server; one message at a time."""

    def __init__(
        self,
        host: str,
        port: int,
        security: MailSecurity,
        login: MailLogin | None,
        *,
        ca_file: str = "",
        timeout_s: float = 120.0,
        kept_for_s: float = KEPT_FOR_S,
    ) -> None:
        """Say where; nothing is opened before the first message.

        `timeout_s` is how long one message may take besides connecting and the time for its bytes. Make it long: of a
        server that is slow to answer nobody knows whether it took the message.

        Raises:
            ConfigurationError: the file of issuers cannot be read.
        """
        self._server = SmtpServer(host, port, security, trusting(ca_file), login)
        self._timeout_s = timeout_s
        self._kept_for_s = kept_for_s
        self._connection: SmtpConnection | None = None
        self._lock = RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Take leave; the next message opens another connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.quit()
                self._connection = None

    def send(self, envelope: Envelope, content: bytes) -> str:
        """Hand a message over; return what the server calls it, blank where it says nothing.

        Line ends are made right and leading dots doubled; besides that the bytes arrive as they are. Domains are
        ASCII; another sign than ASCII before the @ needs a server that offers SMTPUTF8.

        Raises:
            RejectedError: the server takes nothing for this address, or not this message; `DocumentError` when it
                refuses what is in it.
            TransientError: it was certainly not taken; later it may be.
            OutcomeUnknownError: it may have been taken: the answer to its end was lost.
            ConfigurationError: nothing was sent: no TLS, no trusted certificate, no login, or no such sender there.
        """
        _require_sound(envelope)
        lines = _wire_form(content)
        with self._lock:
            try:
                return self._carry_out(self._opened(), envelope, lines)
            except _HungUpError:
                return self._carry_out(self._opened(), envelope, lines)

    def _carry_out(self, connection: SmtpConnection, envelope: Envelope, lines: bytes) -> str:
        connection.watch.begin(self._timeout_s + len(lines) // SLOWEST_BYTES_S)
        try:
            return self._converse(connection, envelope, lines)
        except _HungUpError:
            self._drop()
            raise
        except _BROKEN as error:
            self._drop()
            raise self._lost(connection, error) from None
        except HubError:
            self._take_back(connection)
            raise
        except BaseException:
            self._drop()  # in the middle of something: nobody knows what comes next on it
            raise
        finally:
            connection.watch.end()

    def _converse(self, connection: SmtpConnection, envelope: Envelope, lines: bytes) -> str:
        self._require(Stage.SENDER, _named(connection, _mail(connection, envelope, lines)))
        self._require(Stage.RECIPIENT, connection.say(_rcpt(connection, envelope)))
        reply = connection.hand_over(lines)
        if connection.is_handing_over:
            raise ValueError("an answer that is none")
        self._require(Stage.CONTENT, reply)
        if connection.carried >= MOST_ON_ONE:
            self.close()
        return reply.queue_name

    def _require(self, stage: Stage, reply: Reply) -> None:
        if reply.is_positive:
            return
        if reply.says_goodbye:
            self._drop()
        raise refusal(self._server.host, stage, reply)

    def _take_back(self, connection: SmtpConnection) -> None:
        """Take back what was begun, so that the connection serves the next message."""
        if connection is not self._connection:
            return  # it is closed
        try:
            is_ready = connection.say("RSET").is_positive
        except _BROKEN:
            is_ready = False
        if not is_ready:
            self._drop()

    def _opened(self) -> SmtpConnection:
        if self._connection is None or not self._connection.is_open:
            self._drop()
            self._connection = SmtpConnection(self._server, timeout_s=self._timeout_s, kept_for_s=self._kept_for_s)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lost(self, connection: SmtpConnection, error: BaseException) -> HubError:
        host = self._server.host
        why = "its time was up" if connection.watch.is_over else type(error).__name__
        if connection.is_handing_over:
            return OutcomeUnknownError(f"{host} was given the message, and its answer was lost ({why})")
        return TransientError(f"the connection to {host} was lost: nothing was handed over ({why})")


class _HungUpError(Exception):
    """The server hung up on a connection that it had served before; nothing has been sent."""


def _named(connection: SmtpConnection, command: str) -> Reply:
    """Name the sender. Only here it is found out that a server has hung up while the connection rested."""
    if not connection.carried:
        return connection.say(command)
    try:
        reply = connection.say(command)
    except _BROKEN:
        if connection.watch.is_over:
            raise
        raise _HungUpError from None
    if reply.says_goodbye:
        raise _HungUpError
    return reply


def _mail(connection: SmtpConnection, envelope: Envelope, lines: bytes) -> str:
    """Return the command that names the sender. Raises RejectedError for what this server cannot carry."""
    options = []
    if connection.offers("size"):
        if 0 < connection.largest < len(lines):
            raise RejectedError("the message is larger than the mail server takes")
        options.append(f"SIZE={len(lines)}")
    if not (envelope.sender + envelope.recipient).isascii():
        if not connection.offers("smtputf8"):
            raise RejectedError("the mail server carries no addresses with other letters than a to z before the @")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    elif not lines.isascii():
        if not connection.offers("8bitmime"):
            raise RejectedError("the mail server carries no message with bytes above 127")
        options.append("BODY=8BITMIME")
    if connection.offers("dsn"):
        options.append("RET=HDRS")
        options += [f"ENVID={envelope.envelope_id}"] if envelope.envelope_id else []
    return " ".join([f"MAIL FROM:<{envelope.sender}>", *options])


def _rcpt(connection: SmtpConnection, envelope: Envelope) -> str:
    notify = " NOTIFY=FAILURE,DELAY" if connection.offers("dsn") else ""
    return f"RCPT TO:<{envelope.recipient}>{notify}"


def _require_sound(envelope: Envelope) -> None:
    """Let nothing into a command that is no address: a blank or a line end there would be a command of its own."""
    if not _ADDRESS.fullmatch(envelope.sender) or not envelope.sender.isascii():
        raise ConfigurationError("the sender's address cannot be one: nothing was sent")
    if not _ADDRESS.fullmatch(envelope.recipient) or not envelope.recipient.rpartition("@")[2].isascii():
        raise RejectedError("the recipient's address cannot be one: nothing was sent")
    if not _ENVELOPE_ID.fullmatch(envelope.envelope_id):
        raise ConfigurationError("the message's name cannot be one: nothing was sent")


def _wire_form(content: bytes) -> bytes:
    """Return a message as it is sent: every line end CRLF, since a server may read a lone one as the end of it all."""
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        content = _LINE_END.sub(b"\r\n", content)
    content = content if content.endswith(b"\r\n") else content + b"\r\n"
    content = b"." + content if content.startswith(b".") else content
    return content.replace(b"\r\n.", b"\r\n..")
