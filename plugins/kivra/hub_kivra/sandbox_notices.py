"""Notices of payments as Kivra posts them, signed by Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hub.transports.https import HttpParty
from hub_kivra.sandbox_log import Taken

_ACCOUNTS = {"1": "bankgiro", "2": "plusgiro"}
TIMEOUT_S = 5.0


class Notice(NamedTuple):
    """One notice, which may be posted again under the same id."""

    id: str
    body: bytes


def payment_notice(taken: Taken, event: str, at: datetime, *, payment_type: str = "bank") -> Notice:
    """Return the notice that the first option of a content was paid, or is to be."""
    option = taken.payment["options"][0]
    data = {
        "content_key": taken.object_key,
        "payment_type": payment_type,
        "payment_event": event,
        "event_time": _written(at),
        "due_date": option["due_date"],
        "pay_date": at.date().isoformat(),
        "destination_account_type": _ACCOUNTS[taken.payment["method"]],
        "destination_account": taken.payment["account"],
        "remittance_type": option["type"],
        "remittance_string": option["reference"],
        "amount": option["amount"],
        "currency": taken.payment["currency"],
    }
    return _notice("payment_callback", data, at)


def declined_notice(taken: Taken, at: datetime) -> Notice:
    """Return the notice that an offer was declined."""
    option = taken.payment["options"][0]
    data = {
        "content_key": taken.object_key,
        "due_date": option["due_date"],
        "remittance_type": option["type"],
        "remittance_string": option["reference"],
        "event_time": _written(at),
        "content_type": "invoice.renewal",
    }
    return _notice("invoice_declined", data, at)


def headers_of(notice: Notice, secrets: tuple[str, ...], at_s: int) -> Mapping[str, str]:
    """Return the headers of a notice, signed with each secret, base64 as Kivra hands it out."""
    signed = f"{notice.id}.{at_s}.".encode() + notice.body
    signatures = [
        base64.b64encode(hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()).decode()
        for secret in secrets
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": notice.id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def post(url: str, notice: Notice, headers: Mapping[str, str]) -> int:
    """Post a notice and return the status of the answer."""
    parts = urlsplit(url)
    party = HttpParty(f"{parts.scheme}://{parts.netloc}", timeout_s=TIMEOUT_S)
    return party.post(parts.path, notice.body, headers).status


def _notice(kind: str, data: Mapping[str, Any], at: datetime) -> Notice:
    notice_id = str(uuid.uuid4())
    body = json.dumps({"id": notice_id, "timestamp": _written(at), "type": kind, "data": data})
    return Notice(notice_id, body.encode())


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
