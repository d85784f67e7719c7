"""From what came back to what the hub is told: which document, what became of it, and whether its address is bad.

| what a report says | receipt |
|---|---|
| delayed, or 4.x.x without an action | under way |
| failed, 5.1.x, 5.2.1 | returned, the address is bad; not for 5.1.7 and 5.1.8, which are about ours: stopped |
| failed, 5.2.2, 5.2.3, 5.3.4, 5.4.x, 5.7.x; failed with 4.x.x: it was tried for too long | returned |
| failed, 5.3.x, 5.5.x, 5.6.x, no status, or one address failed and another did not | stopped: a person looks |
| failed, 5.0.0, with an answer of 550 to 553 | returned |
| delivered | delivered |
| relayed, expanded | under way |
| a complaint | delivered, and the address is not used any more |
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime

from hub.model.delivery import Receipt, ReceiptKind
from hub_email.addresses import delivery_in, domain_of
from hub_email.message import DELIVERY_HEADER
from hub_email.reports import Fields, MailKind, ReturnedReport, read_report
from hub_email.settings import EmailSettings

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b55[0-3]\b")
_DELIVERY_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_OUR_ADDRESS = ("5.1.7", "5.1.8")
_BAD_ADDRESS = "5.2.1"  # besides 5.1.x
_RETURNED = ("5.2.2", "5.2.3", "5.3.4")  # besides 5.1.x, 5.4.x and 5.7.x
_NO_COMPLAINT = ("not-spam", "auth-failure", "dmarc", "dkim-failure")
_OTHER_ACTIONS = {
    "delayed": ReceiptKind.UNDER_WAY,
    "relayed": ReceiptKind.UNDER_WAY,
    "expanded": ReceiptKind.UNDER_WAY,
    "delivered": ReceiptKind.DELIVERED,
}
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}  # what a status says where no action is given


def receipt_of(mail: bytes, settings: EmailSettings) -> Receipt | None:
    """Return what a mail reports of a document of ours; None when it reports nothing, or of none."""
    report = read_report(mail)
    if report.kind is MailKind.OTHER:
        return None
    delivery_id = _delivery_of(report, settings)
    if not delivery_id:
        return None
    return _verdict(report)._replace(delivery_id=delivery_id, at=_time_of(report))


def _delivery_of(report: ReturnedReport, settings: EmailSettings) -> str:
    """Return the document's delivery: by the address that the mail came to, our name of it, or our mail's headers."""
    own = settings.bounce_address
    by_address = delivery_in((*report.addressed_to, *_sender_fields(report)), own) if own else ""
    message_id = report.returned.get("message-id", "")
    local, _, domain = message_id.strip("<> ").rpartition("@")
    candidates = (
        report.message_fields.get("original-envelope-id", ""),
        report.returned.get(DELIVERY_HEADER.lower(), ""),
        local if domain.lower() == domain_of(settings.sender_address) else "",
    )
    if by_address:  # some systems write addresses in small letters
        return next((one for one in candidates if one.lower() == by_address.lower()), by_address)
    return next((one for one in candidates if _DELIVERY_ID.fullmatch(one)), "")


def _sender_fields(report: ReturnedReport) -> Iterable[str]:
    """Yield where a complaint, or our returned mail, says that our mail came from."""
    yield report.message_fields.get("original-mail-from", "")
    yield report.returned.get("return-path", "")


def _verdict(report: ReturnedReport) -> Receipt:
    if report.kind is MailKind.COMPLAINT:
        return _complaint(report.message_fields)
    if report.kind is MailKind.UNREADABLE or not report.recipients:
        return Receipt(ReceiptKind.STOPPED, reason="the mail came back with a report that cannot be read: look at it")
    verdicts = [_of_one(fields) for fields in report.recipients]
    kinds = {verdict.kind for verdict in verdicts}
    if len(kinds) > 1 and kinds.intersection({ReceiptKind.RETURNED, ReceiptKind.STOPPED}):
        return Receipt(ReceiptKind.STOPPED, reason="the mail was passed on to several addresses, not all took it")
    return verdicts[0]


def _complaint(fields: Fields) -> Receipt:
    """The debtor has the mail, and wants no more of them: that is no return, and the next document goes another way."""
    if fields.get("feedback-type", "").lower() in _NO_COMPLAINT:
        return Receipt(ReceiptKind.UNDER_WAY, reason="a mail system reports on the mail, and nobody complains")
    return Receipt(ReceiptKind.DELIVERED, reason="the recipient calls the mail unwanted", is_bad_address=True)


def _of_one(fields: Fields) -> Receipt:
    status = _status_of(fields)
    words = fields.get("action", "").lower().split()
    action = words[0] if words else _BY_CLASS.get(status[:1], "")
    if action in _OTHER_ACTIONS:
        return Receipt(_OTHER_ACTIONS[action], reason=f"reported as {action} {status}".strip())
    said = f"reported as failed {status}".strip()
    if action != "failed":
        return Receipt(ReceiptKind.STOPPED, reason="the report says nothing that is known: look at it")
    if status in _OUR_ADDRESS:
        return Receipt(ReceiptKind.STOPPED, reason=f"{said}: the sender's address is refused, look at the settings")
    if status.startswith("5.1.") or status == _BAD_ADDRESS:
        return Receipt(ReceiptKind.RETURNED, reason=f"{said}: there is no such mailbox", is_bad_address=True)
    return Receipt(ReceiptKind.RETURNED if _is_return(status, fields) else ReceiptKind.STOPPED, reason=said)


def _is_return(status: str, fields: Fields) -> bool:
    if status.startswith(("4.", "5.4.", "5.7.")) or status in _RETURNED:
        return True
    return status == "5.0.0" and _REPLY.search(fields.get("diagnostic-code", "")) is not None


def _status_of(fields: Fields) -> str:
    """Return such as `5.1.1`; in place of `5.0.0` what the other server said, where it said more."""
    found = _STATUS.search(fields.get("status", ""))
    closer = _STATUS.search(fields.get("diagnostic-code", ""))
    if closer and (found is None or (found[2] == found[3] == "0" and found[1] == closer[1])):
        found = closer
    return ".".join(found.groups()) if found else ""


def _time_of(report: ReturnedReport) -> str:
    """Return when it was reported, ISO in UTC; blank where it does not say."""
    try:
        return parsedate_to_datetime(report.headers["date"]).astimezone(UTC).isoformat(timespec="seconds")
    except (LookupError, ValueError, TypeError, OverflowError):
        return ""
