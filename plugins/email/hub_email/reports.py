"""Reads mail that came back: reports of delivery (RFC 3464, RFC 6533) and complaints (RFC 5965).

Anybody can send such a mail, and it may be cut, garbled or huge; what cannot be read is no report. A report may say
`Auto-Submitted: auto-replied` as an absence notice does, so only what a mail *is* tells the two apart.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import compat32
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

_log = logging.getLogger("hub.email")
Fields = Mapping[str, str]
"""Names in small letters; of a name that stands twice the first."""

NO_FIELDS: Fields = MappingProxyType({})
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_PARTS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_FEEDBACK_PART = "message/feedback-report"
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_RECIPIENT_FIELDS = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to", "cc")
_SYSTEMS = re.compile(r"mailer-daemon|postmaster|mail delivery (sub)?system", re.IGNORECASE)
_MOST_PARTS = 200  # of a mail; one with more was made to keep us busy
_LONGEST_FIELD = 4_000


class MailKind(StrEnum):
    """What came back."""

    DELIVERY = "delivery"
    COMPLAINT = "complaint"
    UNREADABLE = "unreadable"  # from a mail system, and no report that can be read
    OTHER = "other"  # absence notices, answers, advertising


class ReturnedReport(NamedTuple):
    """What a mail says, as it says it; any field may be missing."""

    kind: MailKind
    headers: Fields = NO_FIELDS
    addressed_to: tuple[str, ...] = ()
    message_fields: Fields = NO_FIELDS  # of the report about the message as a whole, or of the complaint
    recipients: tuple[Fields, ...] = ()  # one for each address that the report is about
    returned: Fields = NO_FIELDS  # headers of our mail, as it was returned


def read_report(mail: bytes) -> ReturnedReport:
    """Return what a mail says; never raises."""
    try:
        return _read(message_from_bytes(mail, policy=compat32))
    except Exception as error:  # noqa: BLE001  the library's reader, and mail that anybody may have made
        _log.warning("a returned mail could not be read (%s): it was put aside", type(error).__name__)
        return ReturnedReport(MailKind.OTHER)


def _read(mail: Message) -> ReturnedReport:
    parts = list(_parts(mail))
    headers = _fields(mail)
    addressed_to = tuple(str(text)[:_LONGEST_FIELD] for name in _RECIPIENT_FIELDS for text in mail.get_all(name, []))
    report = ReturnedReport(_kind(headers, parts), headers, addressed_to, returned=_returned(parts))
    if report.kind is MailKind.DELIVERY:
        blocks = [block for part in parts if part.get_content_type() in _STATUS_PARTS for block in _blocks(part)]
        about = tuple(block for block in blocks if _is_of_a_recipient(block))
        return report._replace(message_fields=_merged(blocks, about), recipients=about)
    if report.kind is MailKind.COMPLAINT:
        blocks = [block for part in parts if part.get_content_type() == _FEEDBACK_PART for block in _blocks(part)]
        return report._replace(message_fields=blocks[0] if blocks else {})
    return report


def _kind(headers: Fields, parts: list[Message]) -> MailKind:
    types = {part.get_content_type() for part in parts}
    if types.intersection(_STATUS_PARTS):
        return MailKind.DELIVERY
    if _FEEDBACK_PART in types:
        return MailKind.COMPLAINT
    is_from_a_system = _SYSTEMS.search(headers.get("from", "")) is not None
    is_a_receipt_of_reading = "message/disposition-notification" in types
    return MailKind.UNREADABLE if is_from_a_system and not is_a_receipt_of_reading else MailKind.OTHER


def _parts(mail: Message) -> Iterator[Message]:
    """Yield a mail's parts, and not those of mails that lie in it."""
    waiting = [mail]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        content = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(content, list):
            waiting += [inner for inner in content if isinstance(inner, Message)]


def _blocks(part: Message) -> Iterator[Fields]:
    """Yield the groups of fields of a part; of some kinds of parts the library reads no more than the first."""
    content = part.get_payload()
    for inner in content if isinstance(content, list) else [content]:
        if isinstance(inner, Message):
            if fields := _fields(inner):
                yield fields
            rest = inner.get_payload()
        else:
            rest = inner
        if isinstance(rest, str) and rest.strip():
            yield from (fields for text in _BLANK_LINE.split(rest) if (fields := _fields_in(text)))


def _returned(parts: list[Message]) -> Fields:
    for part in parts:
        if part.get_content_type() in _RETURNED_PARTS:
            content = part.get_payload()
            inner = content[0] if isinstance(content, list) and content else content
            return _fields(inner) if isinstance(inner, Message) and inner.keys() else _fields_in(str(inner))
    return {}


def _fields_in(text: str) -> Fields:
    return _fields(message_from_string(text.strip() + "\n\n", policy=compat32))


def _fields(message: Message) -> Fields:
    found: dict[str, str] = {}
    for name, text in message.items():
        found.setdefault(name.lower(), " ".join(str(text)[:_LONGEST_FIELD].split()))
    return found


def _is_of_a_recipient(block: Fields) -> bool:
    return any(name in block for name in ("action", "status", "final-recipient"))


def _merged(blocks: list[Fields], about: tuple[Fields, ...]) -> Fields:
    """Return the fields about the message as a whole; some systems write all fields in one group."""
    first = [block for block in blocks if block not in about] or list(about)
    return first[0] if first else {}
