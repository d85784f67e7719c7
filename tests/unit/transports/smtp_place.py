"""A mail server that answers as it is told, and a party, for the tests of SMTP."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Self

from hub.loopback.certificate import make_certificate
from hub.transports.mail_security import MailLogin, MailSecurity
from hub.transports.smtp import SmtpParty

OFFERED = ("AUTH PLAIN", "SIZE 100000", "8BITMIME", "SMTPUTF8", "DSN", "STARTTLS")
CUT = ""  # in place of an answer
USUAL = {"AUTH": "235 2.7.0 in", "DATA": "354 go on", ".": "250 2.0.0 Ok: queued as Q1", "STARTTLS": "220 go on"}


class ScriptedServer:
    """`answers` are by the first word of a command, `.` for the end of a message, `GREETING` for the greeting."""

    def __init__(
        self,
        folder: Path,
        *,
        implicit: bool = True,
        offers: tuple[str, ...] = OFFERED,
        at: str = "127.0.0.1",
        **answers: str,
    ) -> None:
        self.certificate = make_certificate(folder)
        self.offers = offers
        self.answers = {"GREETING": "220 ready", **USUAL, **answers}
        self.commands: list[str] = []
        self.messages: list[bytes] = []
        self.connections = 0
        self.behind_starttls = b""  # said in plain text together with the answer to STARTTLS
        self._implicit = implicit
        self._trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._trust.load_cert_chain(self.certificate.chain_file)
        self._listening = socket.create_server((at, 0))
        self._open: list[socket.socket] = []
        self._thread = Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self.hang_up()
        self._thread.join()
        self._listening.close()

    def hang_up(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                opened, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open = [opened.dup()]
            with suppress(OSError, ValueError):
                self._talk(opened)
            opened.close()
            self._open.pop().close()

    def _talk(self, opened: socket.socket) -> None:
        talking = self._trust.wrap_socket(opened, server_side=True) if self._implicit else opened
        file = talking.makefile("rb")
        try:
            self._say(talking, self.answers["GREETING"])
            while line := file.readline():
                command = line.decode().strip()
                self.commands.append(command)
                word = command.split()[0].upper()
                if word == "EHLO":
                    offered = [
                        one for one in self.offers if one != "STARTTLS" or not isinstance(talking, ssl.SSLSocket)
                    ]
                    self._say(talking, "\r\n".join(["250-here", *(f"250-{one}" for one in offered), "250 HELP"]))
                    continue
                answer = self.answers.get(f"{word}_{self.commands.count(command)}", self.answers.get(word, "250 Ok"))
                if word == "STARTTLS":
                    talking.sendall(answer.encode() + b"\r\n" + self.behind_starttls)
                    file.close()
                    talking = self._trust.wrap_socket(talking, server_side=True)
                    file = talking.makefile("rb")
                    continue
                self._say(talking, answer)
                if answer.startswith("354"):
                    self.messages.append(self._message(file))
                    self._say(talking, self.answers["."])
        finally:
            file.close()
            talking.close()

    def _message(self, file: Any) -> bytes:
        lines = []
        while (line := file.readline()) != b".\r\n":
            if not line:
                raise OSError("cut")
            lines.append(line)
        return b"".join(lines)

    def _say(self, talking: socket.socket, answer: str) -> None:
        if answer == CUT:
            raise OSError("cut")
        if answer != "silence":
            talking.sendall(answer.encode() + b"\r\n")


def party(server: ScriptedServer, *, security: str = "implicit_tls", **given: Any) -> SmtpParty:
    trusted = {"ca_file": str(server.certificate.ca_file), **given}
    login = trusted.pop("login", MailLogin("hub", lambda: "correct-horse-battery"))
    host = trusted.pop("host", "127.0.0.1")
    return SmtpParty(host, server.port, MailSecurity(security), login, **trusted)
