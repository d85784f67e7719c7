"""The receiver of notices: signed as Standard Webhooks has it, with one shared secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import PaymentNotice, PluginContext
from hub.errors import FormatError, RejectedError
from hub.model.delivery import Receipt, ReceiptKind

TOLERANCE_S = 300


class DemonstrationReceiver:
    """Takes notices about messages, and about payments that are on their way."""

    name = "demonstration"

    def __init__(self, context: PluginContext) -> None:
        self._context = context

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the notice's id. Raises RejectedError when its time is not near or its signature does not hold."""
        notice_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        is_time = sent_at.isascii() and sent_at.isdecimal() and len(sent_at) < 12
        if not notice_id or not is_time or abs(int(sent_at) - self._context.clock.now().timestamp()) > TOLERANCE_S:
            raise RejectedError("the notice has no id, or its time is not near")
        wanted = signature(self._context.secret("webhook_secret"), notice_id, sent_at, body).encode()
        given = headers.get("webhook-signature", "").encode("latin-1", "replace")
        if not hmac.compare_digest(wanted, given):
            raise RejectedError("the signature of the notice does not hold")
        return notice_id

    def interpret(self, body: bytes) -> Sequence[Receipt | PaymentNotice]:
        """Return what a notice says: `{"report": {...}}` or `{"payment": {...}}`. Raises FormatError."""
        try:
            said: Any = json.loads(body)
            if "report" in said:
                return [Receipt(**{**said["report"], "kind": ReceiptKind(said["report"]["kind"])})]
            return [PaymentNotice(**said["payment"])]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise FormatError("the notice is none that this receiver knows", code="NOTICE_UNREADABLE") from None


def signature(secret: str, notice_id: str, sent_at: str, body: bytes) -> str:
    """Return what the header `webhook-signature` has to say."""
    signed = f"{notice_id}.{sent_at}.".encode("latin-1", "replace") + body
    return "v1," + base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
