"""The conformance kit on this plugin."""

from __future__ import annotations

import json
from pathlib import Path

import hub_kivra
from hub.money import parse_amount
from hub.testing.conformance import (
    DocumentChannelConformance,
    Place,
    PluginConformance,
    SignedNotice,
    WebhookReceiverConformance,
    message_of,
)
from hub.testing.plugin_imports import imported_names
from hub_kivra import KivraSandbox, Plugin
from hub_kivra.sandbox_notices import Notice, declined_notice, headers_of, payment_notice

PACKAGE = Path(hub_kivra.__file__).parent
OF_THE_SANDBOX = sorted(PACKAGE.glob("sandbox*.py"))


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance):
    plugin = Plugin
    when_late = {"timeout_s": 0.5}  # noqa: RUF012 - a table

    def stated_payments(self, content: bytes) -> list[tuple[int, str]]:
        """Return the options of a content."""
        options = json.loads(content).get("payment_multiple_options", {}).get("options", ())
        return [(parse_amount(one["amount"]), one["reference"]) for one in options]


class TestNotices(WebhookReceiverConformance):
    plugin = Plugin

    def signed_notices(self, place: Place) -> list[SignedNotice]:
        """Return what is told of a document that lies in a mailbox: it is to be paid, it was paid, it was declined."""
        assert isinstance(place.sandbox, KivraSandbox)
        (prepared,) = place.channel().prepare(place.plain(place.channel())).prepared
        place.channel().send(message_of(prepared))
        (taken,) = place.sandbox.service.log.all()
        at = place.clock.now()
        paid = [payment_notice(taken, event, at) for event in ("scheduled", "settled", "failed")]
        return [_signed(place, notice) for notice in (*paid, declined_notice(taken, at))]


def _signed(place: Place, notice: Notice) -> SignedNotice:
    headers = headers_of(notice, place.sandbox.webhook_secrets, int(place.clock.now().timestamp()))
    return SignedNotice({name.lower(): value for name, value in headers.items()}, notice.body)


def test_the_sandbox_shares_nothing_with_the_adapter() -> None:
    own = {f"hub_kivra.{path.stem}" for path in OF_THE_SANDBOX}
    imported = {name for path in OF_THE_SANDBOX for name, _ in imported_names(path) if name.startswith("hub_kivra")}

    assert len(OF_THE_SANDBOX) >= 4
    assert {name for name in imported if name.rpartition(".")[0] not in own} == set()


def test_the_adapter_shares_nothing_with_the_sandbox() -> None:
    outside = [path for path in PACKAGE.glob("*.py") if path not in OF_THE_SANDBOX]
    told_of = {path.stem for path in outside for name, _ in imported_names(path) if "sandbox" in name.lower()}

    assert told_of == {"__init__", "plugin"}
