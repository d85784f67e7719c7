"""The plugin: its card, its settings and the channels it offers."""

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
from hub_demonstration_channels.channels import channels
from hub_demonstration_channels.documents import document_channels
from hub_demonstration_channels.sandbox import DocumentsSandbox
from hub_demonstration_channels.settings import DemonstrationSettings
from hub_demonstration_channels.webhooks import DemonstrationReceiver


class Plugin:
    """Demonstration channels: idempotent, queryable, neither, and one for documents."""

    manifest = PluginManifest(
        name="demonstration_channels",
        summary="Channels to a counterparty on this machine and a receiver of notices, for trials and tests",
        contract=CONTRACT_VERSION,
        formats=("any bytes",),
        sources=("README.md of this example, section Formats and sources",),
        unverified=("The counterparty is the hub's own.",),
    )
    Settings = DemonstrationSettings

    def __init__(self, settings: DemonstrationSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer a channel for each promise, and one for documents where its address is given."""
        return (*channels(self._settings), *document_channels(self._settings, context))

    @hookimpl
    def hub_webhook_receivers(self, context: PluginContext) -> Sequence[WebhookReceiver]:
        """Offer the receiver, when there is a secret to know its sender by."""
        return [] if self._settings.webhook_secret is None else [DemonstrationReceiver(context)]

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer the counterparty of the channel for documents."""
        return (DocumentsSandbox,)
