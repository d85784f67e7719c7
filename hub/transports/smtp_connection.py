"""One connection to a mail server: secured, logged in, and cut when its time is up, whatever is waited for."""

from __future__ import annotations

import smtplib
import socket
import ssl
import weakref
from contextlib import suppress
from typing import Any, NamedTuple

from hub.errors import ConfigurationError, HubError, TransientError
from hub.transports.mail_security import MailLogin, MailSecurity, tls_failure
from hub.transports.smtp_replies import Reply, Stage, refusal
from hub.transports.steady_time import steady_ns
from hub.transports.timed_calls import connected
from hub.transports.watched_time import Watch

CONNECT_TIMEOUT_S = 20.0  # the TCP connection, TLS and the login together
_BACKSTOP = 2  # the watch ends what takes too long; the socket's own time-out comes later, if ever
_GO_AHEAD = 354
_LOGINS = {"PLAIN": "auth_plain", "LOGIN": "auth_login", "CRAM-MD5": "auth_cram_md5"}  # best first, over TLS


class SmtpServer(NamedTuple):
    """Where the server is, how it proves who it is, and whom we log in as."""

    host: str
    port: int
    security: MailSecurity
    trusted: ssl.SSLContext
    login: MailLogin | None


class SmtpConnection:
    """Open until it is closed, or its time is up."""

    def __init__(self, server: SmtpServer, *, timeout_s: float, kept_for_s: float) -> None:
        """Connect, secure, log in; nothing is said in plain text but what asks for TLS.

        Raises:
            TransientError: there is no connection now.
            ConfigurationError: there is no TLS, the certificate is not trusted, or we are not let in.
        """
        self.is_handing_over = False  # whether the end of a message has been sent and not been answered
        self.carried = 0
        self._place = f"{server.host}:{server.port}"
        longest_s = min(CONNECT_TIMEOUT_S, timeout_s)
        ends_ns = steady_ns() + round(longest_s * 1_000_000_000)
        try:
            opened = connected(server.host, server.port, longest_s)
        except (OSError, UnicodeError):
            raise TransientError(f"{self._place} cannot be reached: nothing was sent") from None
        opened.settimeout(_BACKSTOP * longest_s)
        self._under = opened.dup()  # by TLS the socket itself is taken apart
        self.watch = Watch(self._under, first_ends_ns=ends_ns, kept_for_s=kept_for_s)
        self._client = _Client(server, opened, longest_s)
        # Whose settings have changed is not told that it is over: what it leaves open is closed with it.
        self._closing = weakref.finalize(self, _close, self.watch, self._under, self._client)
        try:
            self._open(server, timeout_s)
        except (HubError, OSError, ValueError) as error:
            self.close()
            raise self._not_opened(error) from None
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether anything can be said over it, as far as we know."""
        return self._client.sock is not None and not self.watch.is_over

    def offers(self, extension: str) -> bool:
        """Say whether the server has an extension, such as `dsn`."""
        return self._client.has_extn(extension)

    @property
    def largest(self) -> int:
        """How many bytes a message may have, 0 where the server does not say."""
        said = self._client.esmtp_features.get("size", "")
        return int(said) if said.isascii() and said.isdigit() else 0

    def say(self, command: str) -> Reply:
        """Say a command and return the answer. Raises OSError when there is none, ValueError for a line end in it."""
        self.watch.refuse_when_over()
        return Reply(*self._client.docmd(command))

    def hand_over(self, content: bytes) -> Reply:
        """Send a message whose lines end as they should, then its end, and return the answer.

        A server that has not read the end has no message; what may have been read is known by `is_handing_over`.
        """
        reply = self.say("DATA")
        if reply.code != _GO_AHEAD:
            return reply
        self._client.send(content)
        self.watch.refuse_when_over()  # else it would count as sent
        self.is_handing_over = True
        self._client.send(b".\r\n")
        reply = Reply(*self._client.getreply())
        if 200 <= reply.code < 600:  # else it is no answer: nobody knows what it means
            self.is_handing_over = False
            self.carried += 1
        return reply

    def quit(self) -> None:
        """Take leave as the protocol asks, and close."""
        with suppress(OSError):
            if self.is_open:
                self.say("QUIT")
        self.close()

    def close(self) -> None:
        """Close all of it, without waiting for the other side."""
        self._closing()

    # Opening

    def _open(self, server: SmtpServer, timeout_s: float) -> None:
        client = self._client
        self._require(Stage.GREETING, Reply(*client.connect(server.host, server.port)))
        self._require(Stage.GREETING, Reply(*client.ehlo()))
        if server.security is MailSecurity.STARTTLS:
            self._secure(server)
        if not isinstance(client.sock, ssl.SSLSocket):
            raise ConfigurationError(f"the connection to {self._place} is not secured: nothing was sent")
        if server.login is not None:
            self._log_in(server.login)
        client.sock.settimeout(_BACKSTOP * timeout_s)

    def _secure(self, server: SmtpServer) -> None:
        if not self.offers("starttls"):
            hint = "ask the other side for TLS, or try implicit_tls and port 465: nothing is sent without it"
            raise ConfigurationError(f"{self._place} does not offer STARTTLS: nothing was sent", hint=hint)
        self._client.starttls(context=server.trusted)
        self._require(Stage.SECURING, Reply(*self._client.ehlo()))

    def _log_in(self, login: MailLogin) -> None:
        """Log in, in one way: by each further one a wrong password would count once more."""
        client = self._client
        offered = client.esmtp_features.get("auth", "").upper().split()
        way = next((way for way in _LOGINS if way in offered), None)
        if way is None:
            hint = f"it has to offer one of {', '.join(_LOGINS)}; look at the port"
            raise ConfigurationError(f"{self._place} offers no login that we know", hint=hint)
        client.user, client.password = login.user, login.password()
        try:
            client.auth(way, getattr(client, _LOGINS[way]))
        except UnicodeError:
            hint = "the protocol takes none in the user and the password"
            raise ConfigurationError("the login has letters outside ASCII", hint=hint) from None
        except smtplib.SMTPAuthenticationError as error:
            raise refusal(self._place, Stage.LOGIN, _reply_of(error)) from None
        finally:
            client.password = ""

    def _require(self, stage: Stage, reply: Reply) -> None:
        if not reply.is_positive:
            raise refusal(self._place, stage, reply)

    def _not_opened(self, error: Exception) -> HubError:
        """Return what is known after a connection that did not come to be."""
        if isinstance(error, ssl.SSLError) and not self.watch.is_over:
            return tls_failure(self._place, error)
        if isinstance(error, smtplib.SMTPResponseException):
            return refusal(self._place, Stage.SECURING, _reply_of(error))
        if isinstance(error, HubError):
            return error
        why = "its time was up; look at implicit_tls or starttls" if self.watch.is_over else type(error).__name__
        return TransientError(f"{self._place} broke off before anything was sent ({why})")


class _Client(smtplib.SMTP):
    """The library's client on a connection of ours."""

    def __init__(self, server: SmtpServer, opened: socket.socket, timeout_s: float) -> None:
        super().__init__(local_hostname="[127.0.0.1]", timeout=timeout_s)
        self._server = server
        self._opened: socket.socket | None = opened
        self._host = server.host
        self.command_encoding = "utf-8"  # of addresses, where the server takes them

    def _get_socket(self, *_given: Any) -> socket.socket:
        assert self._opened is not None
        opened, self._opened = self._opened, None
        if self._server.security is MailSecurity.IMPLICIT_TLS:
            return self._server.trusted.wrap_socket(opened, server_hostname=self._server.host)
        return opened


def _close(watch: Watch, under: socket.socket, client: smtplib.SMTP) -> None:
    watch.close()
    with suppress(OSError):  # it has ended by itself
        under.shutdown(socket.SHUT_RDWR)
    client.close()
    under.close()


def _reply_of(error: smtplib.SMTPResponseException) -> Reply:
    text = error.smtp_error
    return Reply(error.smtp_code, text if isinstance(text, bytes) else text.encode())
