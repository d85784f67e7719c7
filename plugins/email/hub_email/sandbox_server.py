"""The sandbox's mail server: aiosmtpd in a thread of its own, with TLS, login, DSN, and the faults that are ordered."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
LARGEST_MESSAGE = 20_000_000
LONGEST_WAIT_S = 3600.0
_DSN_OPTION = re.compile(r"\s(?:RET=\S+|ENVID=(\S+)|NOTIFY=\S+|ORCPT=\S+)", re.IGNORECASE)
logging.getLogger("mail.log").addHandler(logging.NullHandler())  # connections that break are what this server is for

TakeFault = Callable[[str], str]
"""Returns the fault that is ordered for a stage and takes it off, blank when there is none."""

Accept = Callable[[Envelope, str, str], str]
"""Takes a message with its envelope, our name for it and the fault that befalls it, and answers."""

REPLIES = {
    "connect_later": "421 4.3.2 Not now",
    "login_later": "454 4.7.0 Temporary authentication failure",
    "login_refused": "535 5.7.8 Authentication credentials invalid",
    "sender_later": "451 4.3.0 Try again later",
    "sender_refused": "550 5.7.1 Sender not allowed",
    "recipient_later": "450 4.2.1 Try again later",
    "recipient_refused": "550 5.1.1 No such user",
    "data_later": "451 4.3.0 Try again later",
    "content_later": "452 4.3.1 Insufficient system storage",
    "content_refused": "554 5.7.1 Message refused",
    "content_too_large": "552 5.3.4 Message too big",
    "content_malformed": "554 5.6.0 Content refused",
}


class SmtpThread:
    """Serves until it is stopped."""

    def __init__(
        self,
        port: int,
        chain_file: str,
        password: str,
        accept: Accept,
        take: TakeFault,
        *,
        implicit: bool,
        slow_s: float,
    ) -> None:
        self._trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._trust.load_cert_chain(chain_file)
        self._implicit = implicit
        self._conversation = _Conversation(password, accept, take, slow_s)
        self._wanted_port = port
        self._loop = asyncio.new_event_loop()
        self._is_ready = Event()
        self._sessions: WeakSet[_Server] = WeakSet()
        self._thread = Thread(target=self._serve, name="sandbox smtp", daemon=True)
        self._failure: OSError | None = None
        self.port = 0
        self.connections = 0

    def start(self) -> None:
        """Begin to listen. Raises OSError when it cannot, as when the port is taken."""
        self._thread.start()
        self._is_ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """End all connections and the thread."""
        with suppress(RuntimeError):  # it never began
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(self._listening())
            self.port = server.sockets[0].getsockname()[1]
            self._is_ready.set()
            self._loop.run_forever()
            server.close()
            self._loop.run_until_complete(self._ended())
        except OSError as error:
            self._failure = error  # told by whoever started the thread
        finally:
            self._is_ready.set()
            self._loop.close()

    async def _listening(self) -> asyncio.Server:
        context = self._trust if self._implicit else None
        return await self._loop.create_server(self._session, HOST, self._wanted_port, ssl=context)

    async def _ended(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for session in self._sessions:  # who rests on a connection keeps it open
            session.cut()
        await asyncio.sleep(0)

    def _session(self) -> SMTP:
        self.connections += 1
        session = _Server(
            self._conversation,
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            hostname="mail.sandbox.example",
            tls_context=None if self._implicit else self._trust,
            require_starttls=not self._implicit,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._conversation.authenticate,
            loop=self._loop,
        )
        self._sessions.add(session)
        return session


class _Server(SMTP):
    """The library's server, with reports on demand (RFC 3461) and with faults before and between commands."""

    envelope_id = ""
    event_handler: _Conversation

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if transport.get_extra_info("ssl_object") is not None and self.tls_context is None:
            self._tls_protocol = transport.get_extra_info("ssl_object")  # secure from the first byte
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        if self.event_handler.take("connect"):
            await self.push(REPLIES["connect_later"])
            self._writer.close()
            return
        await super()._handle_client()

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        found = re.search(r"\sENVID=(\S+)", arg or "", re.IGNORECASE)
        self.envelope_id = found[1] if found else ""
        await super().smtp_MAIL(_DSN_OPTION.sub("", arg) if arg else arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        await super().smtp_RCPT(_DSN_OPTION.sub("", arg) if arg else arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        fault = self.event_handler.take("data")
        if fault == "data_later":
            await self.push(REPLIES[fault])
        elif fault:
            self.cut()
        else:
            await super().smtp_DATA(arg)

    def cut(self) -> None:
        """Break the connection off."""
        if isinstance(self.transport, asyncio.WriteTransport):
            with suppress(AttributeError):  # Python before 3.11.4: TLS over a connection that is gone has no abort()
                self.transport.abort()


class _Conversation:
    """What the server does besides going wrong; the names of the methods are the library's."""

    def __init__(self, password: str, accept: Accept, take: TakeFault, slow_s: float) -> None:
        self.take = take
        self._password = password.encode()
        self._accept = accept
        self._slow_s = slow_s

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        fault = self.take("login")
        if fault:
            return AuthResult(success=False, handled=False, message=REPLIES[fault])
        is_right = isinstance(given, LoginPassword) and given.login == b"hub"
        return AuthResult(success=is_right and hmac.compare_digest(given.password, self._password), handled=False)

    async def handle_EHLO(  # noqa: N802
        self, server: _Server, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if server.tls_context and session.ssl is None and self.take("securing"):
            return [line for line in responses if "STARTTLS" not in line]
        return [*responses[:-1], "250-ENHANCEDSTATUSCODES", "250-DSN", responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.take("sender")
        if not fault:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return REPLIES.get(fault, "250 2.1.0 Ok")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.take("recipient")
        if not fault:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return REPLIES.get(fault, "250 2.1.5 Ok")

    async def handle_DATA(self, server: _Server, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self.take("content")
        if fault in REPLIES:
            return REPLIES[fault]
        if fault == "slow":
            await asyncio.sleep(self._slow_s)
        if fault == "cut_untaken":
            return self._cut(server)
        answer = self._accept(envelope, server.envelope_id, fault)
        if fault == "cut_after_taking":
            return self._cut(server)
        if fault == "no_answer":
            await asyncio.sleep(LONGEST_WAIT_S)  # until the other side hangs up
        return answer

    def _cut(self, server: _Server) -> str:
        server.cut()
        raise asyncio.CancelledError
