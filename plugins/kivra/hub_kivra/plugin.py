"""The plugin: its card, its settings, the channel, the receiver of notices and the sandbox."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    DeliveryChannel,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    WebhookReceiver,
    hookimpl,
)
from hub_kivra.channel import KivraChannel
from hub_kivra.sandbox import KivraSandbox
from hub_kivra.settings import KivraSettings
from hub_kivra.webhooks import receivers


class Plugin:
    """Kivra: digital mailboxes of persons and companies in Sweden."""

    manifest = PluginManifest(
        name="kivra",
        summary="Kivra: invoices and letters to digital mailboxes, and notices of payments",
        contract=CONTRACT_VERSION,
        formats=("Kivra tenant API v2: content, usermatch, companymatch", "Kivra payment webhooks"),
        sources=(
            "Kivra developer documentation, OpenAPI 3.1, 2026-03-06, Kivra Sverige AB",
            "Kivra API error codes, 2026-06-29, Kivra Sverige AB",
            "Standard Webhooks specification 1.0.0",
        ),
        booked_statuses=(),  # its notices are information; the money is told by the bank
        unverified=("No call has been made to Kivra itself; requests are checked against its OpenAPI document.",),
    )
    Settings = KivraSettings

    def __init__(self, settings: KivraSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel."""
        return (KivraChannel(self._settings, context),)

    @hookimpl
    def hub_webhook_receivers(self, context: PluginContext) -> Sequence[WebhookReceiver]:
        """Offer the receiver of payment notices where a secret is given."""
        return receivers(self._settings, context)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer Kivra on this machine."""
        return (KivraSandbox,)
