"""Kivra's notices of payments, signed by Standard Webhooks: information, never bookkeeping."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from hub.contracts import PaymentNotice, PluginContext, WebhookReceiver
from hub.errors import ConfigurationError, FormatError, RejectedError
from hub.model.delivery import Receipt
from hub.money import parse_kronor
from hub_kivra.access import TABLE
from hub_kivra.settings import KivraSettings
from hub_kivra.wire import json_object

TOLERANCE_S = 300
LEAST_KEY_BYTES = 16
_SECRETS = ("webhook_secret", "second_webhook_secret")
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")
_PREFIX = "whsec_"  # as libraries of Standard Webhooks write a secret
_VERSION = "v1,"  # HMAC-SHA256 by the shared secret; v1a is by a key pair, which Kivra has not given out
_RETRY = "_retry"  # of a repeated notice, deprecated
_STATES = ("scheduled", "settled", "failed")
_CURRENCY = re.compile(r"[A-Z]{3}")
_KEY = re.compile(r"[0-9A-Za-z_-]{1,100}")
_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{0,35}")


class PaymentsReceiver:
    """Takes what Kivra posts about payments of contents that we have sent."""

    def __init__(self, settings: KivraSettings, context: PluginContext) -> None:
        self._names = [name for name in _SECRETS if getattr(settings, name) is not None]
        self._context = context

    @property
    def name(self) -> str:
        """The last part of the path that Kivra is given."""
        return "kivra_payments"

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the id of a notice whose signature holds; the same notice has the same id however often it comes.

        Raises:
            RejectedError: a header is missing or wrong, the time is not near, or no signature holds.
            ConfigurationError: a secret is not there, or is none.
        """
        notice_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(notice_id) or not _SECONDS.fullmatch(sent_at):
            raise RejectedError("the notice has no id or no time")
        if abs(int(sent_at) - self._context.clock.now().timestamp()) > TOLERANCE_S:
            raise RejectedError("the time of the notice is not near: it is old, or a clock is wrong")
        signed = f"{notice_id}.{sent_at}.".encode() + body
        if not self._holds(headers.get("webhook-signature", ""), signed):
            raise RejectedError("the signature of the notice does not hold")
        return notice_id

    def interpret(self, body: bytes) -> Sequence[Receipt | PaymentNotice]:
        """Return what a notice says; nothing for a kind that Kivra has added. Raises FormatError."""
        said = json_object(body)
        kind, data = said.get("type"), said.get("data")
        if not isinstance(kind, str) or not isinstance(data, dict):
            raise FormatError("the notice is no object with type and data", code="NOTICE_UNREADABLE")
        if kind.removesuffix(_RETRY) == "payment_callback":
            return (_payment(data),)
        return (_declined(data),) if kind.removesuffix(_RETRY) == "invoice_declined" else ()

    def _holds(self, header: str, signed: bytes) -> bool:
        """Say whether any signature is by any of our secrets; all are compared, so that time tells nothing."""
        parts = [part.removeprefix(_VERSION) for part in header.split(" ") if part.startswith(_VERSION)]
        given = [part.encode("ascii", "replace") for part in parts]
        ours = [base64.b64encode(hmac.digest(key, signed, "sha256")) for key in self._keys()]
        return sum(hmac.compare_digest(one, other) for one in ours for other in given) > 0

    def _keys(self) -> Iterator[bytes]:
        for name in self._names:
            yield _key_of(self._context.secret(name), name)


def receivers(settings: KivraSettings, context: PluginContext) -> Sequence[WebhookReceiver]:
    """Return the receiver, none when there is no secret to verify by."""
    is_wanted = settings.webhook_secret is not None or settings.second_webhook_secret is not None
    return (PaymentsReceiver(settings, context),) if is_wanted else ()


def _key_of(secret: str, name: str) -> bytes:
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < LEAST_KEY_BYTES:  # an empty key would let everybody sign
        hint = "write it as Kivra gave it, in base64"
        raise ConfigurationError("it is no secret of a webhook", where=f"{TABLE}.{name}", hint=hint)
    return key


def _payment(data: Mapping[str, Any]) -> PaymentNotice:
    state = data.get("payment_event")
    if state not in _STATES:
        raise _wrong("payment_event")
    amount_ore = parse_kronor(_text(data, "amount"), decimal_sign=".")
    if amount_ore <= 0:
        raise _wrong("amount")
    currency = _matching(data, "currency", _CURRENCY)
    return PaymentNotice(state, _content_key(data), amount_ore, currency, _day(data), _text(data, "remittance_string"))


def _declined(data: Mapping[str, Any]) -> PaymentNotice:
    """Return that an offer was declined; Kivra states no amount of it."""
    return PaymentNotice("declined", _content_key(data), 0, "", reference=_text(data, "remittance_string"))


def _content_key(data: Mapping[str, Any]) -> str:
    return _matching(data, "content_key", _KEY)


def _day(data: Mapping[str, Any]) -> str:
    """Return the day of payment, blank when it is not told."""
    written = _text(data, "pay_date")
    try:
        return date.fromisoformat(written).isoformat() if written else ""
    except ValueError:
        raise _wrong("pay_date") from None


def _text(data: Mapping[str, Any], field: str) -> str:
    value = data.get(field, "")
    if not isinstance(value, str) or not _TEXT.fullmatch(value):
        raise _wrong(field)
    return value


def _matching(data: Mapping[str, Any], field: str, form: re.Pattern[str]) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _wrong(field)
    return value


def _wrong(field: str) -> FormatError:
    return FormatError("the notice has no such value as Kivra describes", code="NOTICE_UNREADABLE", field=field)
