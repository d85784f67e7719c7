"""Qvalia's notices of how documents stand, signed by a shared secret (HMAC-SHA256). The others' are not signed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from hub.contracts import PluginContext, WebhookReceiver
from hub.errors import ConfigurationError, FormatError, RejectedError
from hub.model.delivery import Receipt
from hub_peppol.access_points.qvalia import external_id_of, receipt
from hub_peppol.access_points.told import Told, parsed, told_list
from hub_peppol.settings import AccessPointName, PeppolSettings

TOLERANCE_S = 300
LEAST_SECRET = 16  # characters; an empty one would let everybody sign
LARGEST_NOTICE = 1024 * 1024
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class QvaliaReceiver:
    """Takes what Qvalia posts about documents that we have sent."""

    def __init__(self, context: PluginContext) -> None:
        self._context = context

    @property
    def name(self) -> str:
        """The last part of the path that Qvalia is given."""
        return "peppol_qvalia"

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the id of a notice whose signature holds; the same notice has the same id however often it comes.

        The id that Qvalia states in a header is not signed: with another one an old notice would pass for a new one.

        Raises:
            RejectedError: a header is missing or wrong, the time is not near, or the signature does not hold.
            ConfigurationError: the secret is not there, or is none.
        """
        signature = _SIGNATURE.fullmatch(headers.get("x-qvalia-signature", ""))
        if signature is None or len(body) > LARGEST_NOTICE:
            raise RejectedError("the notice has no signature, or is larger than one is")
        if abs(int(signature[1]) - self._context.clock.now().timestamp()) > TOLERANCE_S:
            raise RejectedError("the time of the notice is not near: it is old, or a clock is wrong")
        ours = hmac.digest(self._secret(), f"{signature[1]}.".encode() + body, "sha256").hex()
        if not hmac.compare_digest(ours, signature[2]):
            raise RejectedError("the signature of the notice does not hold")
        return hashlib.sha256(body).hexdigest()

    def interpret(self, body: bytes) -> Sequence[Receipt]:
        """Return what a notice says; nothing for documents that came to us. Raises FormatError."""
        value = parsed(body)
        notices = told_list(value if isinstance(value, list) else [value])
        if not notices or not all(each.text("eventType") for each in notices):
            raise FormatError("the notice is no object with eventType", code="NOTICE_UNREADABLE", field="eventType")
        return [_read(each) for each in notices if each.text("direction") in ("", "outgoing")]

    def _secret(self) -> bytes:
        secret = self._context.secret("webhook_secret").strip().encode()
        if len(secret) < LEAST_SECRET:
            hint = "write it as Qvalia gave it when the webhook was set up"
            raise ConfigurationError("it is no secret of a webhook", where="plugins.peppol.webhook_secret", hint=hint)
        return secret


def receivers(settings: PeppolSettings, context: PluginContext) -> Sequence[WebhookReceiver]:
    """Return the receiver of the access point that signs, when there is a secret to verify by."""
    is_wanted = settings.access_point is AccessPointName.QVALIA and settings.webhook_secret is not None
    return (QvaliaReceiver(context),) if is_wanted else ()


def _read(notice: Told) -> Receipt:
    """Return how the document stands: only its status decides, whatever the event is called."""
    external_id = external_id_of(notice.text("documentType"), notice.text("integrationId"))
    if not external_id:
        raise FormatError("the notice names no document", code="NOTICE_UNREADABLE", field="integrationId")
    return receipt(external_id, notice)
