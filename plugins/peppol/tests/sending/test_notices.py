"""Qvalia's notices: believed by their signature, read by their status."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest

from hub.errors import ConfigurationError, FormatError, RejectedError
from hub.model.delivery import Receipt, ReceiptKind
from hub.testing.contexts import A_MORNING, ContextInMemory
from hub_peppol import Plugin
from hub_peppol.settings import PeppolSettings
from hub_peppol.webhooks import TOLERANCE_S, QvaliaReceiver

SECRET = "qv_whsec_0123456789abcdef"
NOW_S = int(A_MORNING.timestamp())
NOTICE: dict[str, Any] = {
    "eventType": "document_delivery",
    "direction": "outgoing",
    "documentType": "Invoice",
    "integrationId": "4a1c",
    "status": {"status": "processed", "updatedAt": "2026-11-23T08:00:00Z"},
}


@pytest.fixture
def receiver() -> QvaliaReceiver:
    return QvaliaReceiver(ContextInMemory({"webhook_secret": SECRET}))


def signed(body: bytes, *, at_s: int = NOW_S, secret: str = SECRET) -> dict[str, str]:
    signature = hmac.digest(secret.encode(), f"{at_s}.".encode() + body, "sha256").hex()
    return {"x-qvalia-signature": f"t={at_s},v1={signature}", "x-qvalia-event-id": "e1"}


def body_of(**more: Any) -> bytes:
    return json.dumps(NOTICE | more).encode()


def test_a_signed_notice_is_believed_for_some_minutes(receiver: QvaliaReceiver) -> None:
    body = body_of()
    for at_s in (NOW_S - TOLERANCE_S, NOW_S, NOW_S + TOLERANCE_S):
        assert receiver.verify(signed(body, at_s=at_s), body)
    for at_s in (NOW_S - TOLERANCE_S - 1, NOW_S + TOLERANCE_S + 1):
        with pytest.raises(RejectedError):
            receiver.verify(signed(body, at_s=at_s), body)


def test_a_notice_that_another_has_signed_is_refused(receiver: QvaliaReceiver) -> None:
    body = body_of()
    for headers in (signed(body, secret="another secret of somebody"), signed(body_of(integrationId="other")), {}):
        with pytest.raises(RejectedError):
            receiver.verify(headers, body)


def test_another_id_in_the_header_makes_no_new_notice(receiver: QvaliaReceiver) -> None:
    """The header is not signed: who has seen a notice could have it taken again and again."""
    body = body_of()
    assert receiver.verify(signed(body), body) == receiver.verify(signed(body) | {"x-qvalia-event-id": "e2"}, body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("processed", ReceiptKind.DELIVERED),
        ("Processed_with_warning", ReceiptKind.DELIVERED),
        ("error", ReceiptKind.RETURNED),
        ("pending", ReceiptKind.UNDER_WAY),
        ("delayed", ReceiptKind.UNDER_WAY),
        ("warning", ReceiptKind.UNDER_WAY),
        ("something new", ReceiptKind.UNDER_WAY),
    ],
)
def test_the_status_decides_whatever_the_event_is_called(
    receiver: QvaliaReceiver, status: str, kind: ReceiptKind
) -> None:
    for event in ("document_delivery", "document_error", "document_delayed"):
        (found,) = receiver.interpret(body_of(eventType=event, status={"status": status}))
        assert (found.kind, found.external_id) == (kind, "invoices/4a1c")


def test_a_notice_without_an_outcome_is_under_way(receiver: QvaliaReceiver) -> None:
    assert receiver.interpret(body_of(status={}, documentType="CreditNote")) == [
        Receipt(ReceiptKind.UNDER_WAY, external_id="creditnotes/4a1c")
    ]


def test_documents_that_came_to_us_are_of_no_interest(receiver: QvaliaReceiver) -> None:
    assert receiver.interpret(body_of(direction="incoming")) == []


def test_a_notice_of_no_document_is_a_persons(receiver: QvaliaReceiver) -> None:
    with pytest.raises(FormatError, match="names no document"):
        receiver.interpret(body_of(integrationId=None))


def test_a_secret_that_everybody_could_guess_is_refused() -> None:
    receiver = QvaliaReceiver(ContextInMemory({"webhook_secret": ""}))
    with pytest.raises(ConfigurationError, match="webhook_secret"):
        receiver.verify(signed(b"{}", secret=""), b"{}")


@pytest.mark.parametrize(("which", "secret", "count"), [("qvalia", "env:S", 1), ("qvalia", None, 0), ("", "env:S", 0)])
def test_notices_are_taken_where_they_are_signed(which: str, secret: str | None, count: int) -> None:
    settings = PeppolSettings.model_validate({"access_point": which, "account": "1", "webhook_secret": secret})
    assert len(Plugin(settings).hub_webhook_receivers(ContextInMemory())) == count
