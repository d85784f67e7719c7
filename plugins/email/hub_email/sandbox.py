"""The channel's counterparty on this machine: a mail server that goes wrong on demand, and a mailbox of returned mail.

It speaks SMTP with TLS and login over a real socket, reads mails by itself, refuses those that are not sound, and keeps
what debtors got. What comes back it puts into a maildir.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from hub.contracts import Received
from hub.loopback.certificate import kept_certificate
from hub.loopback.kept_secrets import kept_secret
from hub.loopback.sandbox import LoopbackSandbox, queued_faults
from hub_email import sandbox_reports as reports
from hub_email.sandbox_reports import Maildir, Taken

if TYPE_CHECKING:
    from hub_email.sandbox_server import SmtpThread

SLOW_S = 1.0
_PASSWORD = "HUB_SANDBOX_EMAIL_PASSWORD"  # noqa: S105  the name of a secret
_NEEDED = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version")
_LONGEST_LINE = 998
_NUMBER = re.compile(r"[^-]+-(.+)\.pdf")
_RETURNS = {
    "bounce": reports.NO_MAILBOX,
    "bounce_twice": reports.NO_MAILBOX,
    "full_mailbox": reports.FULL,
    "gave_up": reports.GAVE_UP,
}
_DELAYS = {"delayed": reports.SLOW, "full_for_now": reports.FULL_FOR_NOW}
_STAGES = {
    "connect": ("connect_later",),
    "securing": ("no_starttls",),
    "login": ("login_later", "login_refused"),
    "sender": ("sender_later", "sender_refused"),
    "recipient": ("recipient_later", "recipient_refused"),
    "data": ("data_later", "cut_before_content"),
    "content": (
        "content_later",
        "content_refused",
        "content_too_large",
        "content_malformed",
        "cut_untaken",
        "cut_after_taking",
        "no_answer",
        "slow",
        "unreadable_return",
        "complaint",
        "auto_reply",
        *_RETURNS,
        *_DELAYS,
    ),
}


class EmailSandbox(LoopbackSandbox):
    """The mail server; each fault meets the next mail, at the stage that it belongs to.

    `port` 0 takes a free one. What it took before in the same folder still counts.
    """

    def __init__(self, folder: Path, *, port: int = 0, security: str = "starttls", slow_s: float = SLOW_S) -> None:
        self._folder = folder
        self._port = port
        self._security = security
        self._slow_s = slow_s
        folder.mkdir(parents=True, exist_ok=True)
        self._password = kept_secret(folder, "password")
        self._ordered: Mapping[str, deque[str]] = {stage: deque() for stage in _STAGES}
        super().__init__(
            {
                fault: order
                for stage, faults in _STAGES.items()
                for fault, order in queued_faults(self._ordered[stage], faults).items()
            }
        )
        self._lock = Lock()
        self._server: SmtpThread | None = None

    @property
    def name(self) -> str:
        """`email`."""
        return "email"

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table."""
        assert self._server is not None, "it serves when it has been entered"
        return {
            "host": "127.0.0.1",
            "port": self._server.port,
            "security": self._security,
            "user": "hub",
            "password": f"env:{_PASSWORD}",
            "ca_file": str(self._folder / "ca.pem"),
            "sender_address": "faktura@nordvik.example",
            "sender_name": "Nordvik Energi",
            "reply_to": "kundtjanst@nordvik.example",
            "bounce_address": "bounce@nordvik.example",
            "mail_folder": str(self.returned_mail),
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password, made once for a folder."""
        return {_PASSWORD: self._password}

    @property
    def returned_mail(self) -> Path:
        """The maildir that reports come to."""
        return self._folder / "returned"

    @property
    def connections(self) -> int:
        """How many connections there have been."""
        return self._server.connections if self._server is not None else 0

    def received(self) -> Sequence[Received]:
        """Return what debtors got, in the order it came."""
        if not self._log.exists():
            return ()
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return tuple(Received(**json.loads(line)) for line in lines)

    def __enter__(self) -> Self:
        # The library behind it is loaded when a sandbox runs, not whenever the hub starts.
        from hub_email.sandbox_server import SmtpThread

        self._folder.mkdir(parents=True, exist_ok=True)
        self._mailbox = Maildir(self.returned_mail)
        chain = str(kept_certificate(self._folder).chain_file)
        is_implicit = self._security == "implicit_tls"
        self._server = SmtpThread(
            self._port, chain, self._password, self._accept, self._take, implicit=is_implicit, slow_s=self._slow_s
        )
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self._server.stop()

    @property
    def _log(self) -> Path:
        return self._folder / "received.jsonl"

    def _take(self, stage: str) -> str:
        with self._lock:
            waiting = self._ordered[stage]
            return waiting.popleft() if waiting else ""

    def _accept(self, envelope: Any, envelope_id: str, fault: str) -> str:
        """Take a message that is sound, and have happen to it what was ordered."""
        content = bytes(envelope.content)
        mail = message_from_bytes(content, policy=default)
        if wrong := _what_is_wrong(content, mail):
            return f"554 5.6.0 {wrong}"
        for recipient in envelope.rcpt_tos:
            taken = Taken(envelope.mail_from, recipient, envelope_id, mail)
            if fault not in _RETURNS and fault != "unreadable_return":
                self._keep(taken, content)
            self._send_back(taken, fault)
        return f"250 2.0.0 Ok: queued as {hashlib.sha256(content).hexdigest()[:12].upper()}"

    def _keep(self, taken: Taken, content: bytes) -> None:
        """Write it down before it is answered."""
        got = _read(taken, content)
        line = f"{json.dumps(got._asdict(), ensure_ascii=False)}\n".encode()
        file = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)

    def _send_back(self, taken: Taken, fault: str) -> None:
        if status := _RETURNS.get(fault) or _DELAYS.get(fault):
            for _ in range(2 if fault == "bounce_twice" else 1):
                self._mailbox.deliver(reports.delivery_report(taken, status))
        elif fault == "complaint":
            self._mailbox.deliver(reports.complaint(taken))
        elif fault == "auto_reply":
            self._mailbox.deliver(reports.automatic_answer(taken))
        elif fault == "unreadable_return":
            self._mailbox.deliver(reports.unreadable(taken))


def _what_is_wrong(content: bytes, mail: EmailMessage) -> str:
    """Return what a strict server would not take a mail for."""
    if missing := [name for name in _NEEDED if len(mail.get_all(name, [])) != 1]:
        return f"missing or twice: {', '.join(missing)}"
    if any(len(line) > _LONGEST_LINE for line in content.split(b"\r\n")):
        return "a line is too long"
    if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        return "a line end stands alone"
    return "defects" if any(part.defects for part in mail.walk()) else ""


def _read(taken: Taken, content: bytes) -> Received:
    """Read what a debtor gets: the first PDF, and the number in its name."""
    pdf = next((part for part in taken.mail.walk() if part.get_content_type() == "application/pdf"), None)
    found = _NUMBER.fullmatch(pdf.get_filename() or "") if pdf is not None else None
    document = found[1] if found else str(taken.mail["Message-ID"])
    read = pdf.get_payload(decode=True) if pdf is not None else content
    return Received(taken.recipient, document, hashlib.sha256(cast(bytes, read)).hexdigest())
