"""What comes back to the sender in the sandbox: reports as mail systems write them, into a maildir."""

from __future__ import annotations

import os
import uuid
from email.message import Message
from pathlib import Path
from typing import NamedTuple

_PARTS = ("tmp", "new", "cur")
_HEADERS_RETURNED = ("Return-Path", "From", "To", "Subject", "Date", "Message-ID", "X-Hub-Delivery", "X-Hub-Attempt")


class Taken(NamedTuple):
    """A message that the server took: both sides of its envelope, our name for it, and what is in it."""

    sender: str
    recipient: str
    envelope_id: str
    mail: Message


class Status(NamedTuple):
    """What a report says of the recipient."""

    action: str
    code: str
    said: str


NO_MAILBOX = Status("failed", "5.1.1", "550 5.1.1 User unknown")
FULL = Status("failed", "5.2.2", "552 5.2.2 Mailbox full")
FULL_FOR_NOW = Status("delayed", "4.2.2", "452 4.2.2 Mailbox full")
SLOW = Status("delayed", "4.4.1", "451 4.4.1 No answer from host")
GAVE_UP = Status("failed", "4.4.7", "451 4.4.7 Tried for too long")


class Maildir:
    """The mailbox that returned mail comes to; a file has its name when it is whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in _PARTS:
            (folder / part).mkdir(parents=True, exist_ok=True)

    def deliver(self, mail: str) -> None:
        """Put a mail there."""
        name = uuid.uuid4().hex
        written = self.folder / "tmp" / name
        written.write_bytes(mail.replace("\n", "\r\n").encode())
        os.replace(written, self.folder / "new" / name)


def delivery_report(taken: Taken, status: Status) -> str:
    """Write a report by RFC 3464."""
    fields = [
        "Reporting-MTA: dns; mx.sandbox.example",
        *([f"Original-Envelope-Id: {taken.envelope_id}"] if taken.envelope_id else []),
        "Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0100",
        "",
        f"Final-Recipient: rfc822; {taken.recipient}",
        f"Action: {status.action}",
        f"Status: {status.code}",
        f"Diagnostic-Code: smtp; {status.said}",
    ]
    return _multipart(
        taken, "delivery-status", "message/delivery-status", fields, "Undelivered Mail Returned to Sender"
    )


def complaint(taken: Taken) -> str:
    """Write a complaint by RFC 5965."""
    fields = [
        "Feedback-Type: abuse",
        "User-Agent: Sandbox/1.0",
        "Version: 1",
        f"Original-Mail-From: <{taken.sender}>",
        f"Original-Rcpt-To: <{taken.recipient}>",
    ]
    return _multipart(taken, "feedback-report", "message/feedback-report", fields, "Complaint about a message")


def automatic_answer(taken: Taken) -> str:
    """Write what somebody has mails answered with who is away."""
    head = _head(taken, taken.recipient, "Automatic reply")
    return f"{head}Content-Type: text/plain; charset=us-ascii\n\nI am away until Monday; 5.1.1 is my room.\n"


def unreadable(taken: Taken) -> str:
    """Write a return that names nothing in the way that programs read."""
    head = _head(taken, "MAILER-DAEMON@sandbox.example", "failure notice")
    return f"{head}\nHi. This is the mail program. I'm afraid I wasn't able to deliver your message.\n"


def _multipart(taken: Taken, report_type: str, content_type: str, fields: list[str], subject: str) -> str:
    boundary = uuid.uuid4().hex
    returned = "\n".join(f"{name}: {taken.mail[name]}" for name in _HEADERS_RETURNED if taken.mail[name])
    about = "\n".join(fields)
    return (
        f"{_head(taken, 'Mail Delivery System <MAILER-DAEMON@sandbox.example>', subject)}"
        f'Content-Type: multipart/report; report-type={report_type}; boundary="{boundary}"\n\n'
        f"--{boundary}\nContent-Type: text/plain; charset=us-ascii\n\nThis is the mail system of the sandbox.\n\n"
        f"--{boundary}\nContent-Type: {content_type}\n\n{about}\n\n"
        f"--{boundary}\nContent-Type: text/rfc822-headers\n\n{returned}\n\n--{boundary}--\n"
    )


def _head(taken: Taken, sender: str, subject: str) -> str:
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: {taken.sender}\nSubject: {subject}\n"
        "Date: Mon, 23 Nov 2026 10:00:00 +0100\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f"Message-ID: <{uuid.uuid4().hex}@sandbox.example>\n"
    )
