"""A message's bytes: its envelope in the first lines, then the mail.

    X-Envelope-From: bounce+d-17@example.se
    X-Envelope-To: anna@example.com
    X-Envelope-Id: d-17
    From: …

So the bytes are a mail that every mail program opens, and all that sending needs stands in them. The same document
gives the same bytes, always. Two headers cannot be among them, and are put on top when it is sent, in place of the
first lines: `Date`, which is when it is sent, and `X-Hub-Attempt`, which is the attempt's key.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import NamedTuple

from hub.errors import RejectedError
from hub.model.documents import Attachment
from hub.transports.smtp import Envelope
from hub_email.addresses import domain_of

DELIVERY_HEADER = "X-Hub-Delivery"
ATTEMPT_HEADER = "X-Hub-Attempt"
_HEAD = re.compile(
    rb"X-Envelope-From: (?P<sender>[^\r\n]*)\r\n"
    rb"X-Envelope-To: (?P<recipient>[^\r\n]*)\r\n"
    rb"X-Envelope-Id: (?P<envelope_id>[^\r\n]*)\r\n"
)
_KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")


class Letter(NamedTuple):
    """What goes into a mail; addresses are canonical, names and texts in one line where they are one."""

    delivery_id: str
    sender: Address
    reply_to: str
    recipient: Address
    returns_to: str
    subject: str
    language: str
    plain: str
    html: str
    pdf_name: str
    pdf: bytes
    attachments: tuple[Attachment, ...]


def message_bytes(letter: Letter) -> bytes:
    """Write a letter as the bytes that are kept. Raises ValueError for what no mail can hold."""
    head = (
        f"X-Envelope-From: {letter.returns_to}\r\n"
        f"X-Envelope-To: {letter.recipient.addr_spec}\r\n"
        f"X-Envelope-Id: {letter.delivery_id}\r\n"
    )
    mail = _mail(letter)
    _set_boundaries(mail, letter.delivery_id)
    return head.encode() + mail.as_bytes()


def opened(content: bytes, *, key: str, at: datetime) -> tuple[Envelope, bytes]:
    """Part kept bytes into the envelope and the mail as it is sent. Raises RejectedError when they are no message."""
    found = _HEAD.match(content)
    if found is None:
        raise RejectedError("these bytes are no message of this channel: nothing was sent")
    try:
        envelope = Envelope(**{name: text.decode() for name, text in found.groupdict().items()})
    except UnicodeError:
        raise RejectedError("the envelope of the message is damaged: nothing was sent") from None
    attempt = f"{ATTEMPT_HEADER}: {key}\r\n" if _KEY.fullmatch(key) else ""
    top = f"Date: {format_datetime(at)}\r\n{attempt}"
    return envelope, top.encode() + content[found.end() :]


def _mail(letter: Letter) -> EmailMessage:
    is_plain = letter.recipient.addr_spec.isascii()
    mail = EmailMessage(SMTP if is_plain else SMTPUTF8)
    mail["From"] = letter.sender
    mail["To"] = letter.recipient
    mail["Reply-To"] = letter.reply_to
    mail["Subject"] = letter.subject
    mail["Message-ID"] = f"<{letter.delivery_id}@{domain_of(letter.sender.addr_spec)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.language
    mail[DELIVERY_HEADER] = letter.delivery_id
    mail.set_content(letter.plain, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    mail.add_attachment(letter.pdf, maintype="application", subtype="pdf", filename=letter.pdf_name)
    for attachment in letter.attachments:
        maintype, _, subtype = attachment.content_type.partition("/")
        mail.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name)
    return mail


def _set_boundaries(mail: EmailMessage, delivery_id: str) -> None:
    """Part the mail by lines of our own: the library's are drawn by lot. `=_` stands in no encoded part."""
    seed = hashlib.sha256(delivery_id.encode()).hexdigest()[:24]
    for place, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{seed}_{place}")
