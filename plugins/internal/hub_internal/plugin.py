"""The plugin: its card, its settings and the channel it offers."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, DeliveryChannel, PluginContext, PluginManifest, hookimpl
from hub_internal.channel import InternalChannel
from hub_internal.settings import InternalSettings


class Plugin:
    """Documents to debtors who are tenants of the same installation."""

    manifest = PluginManifest(
        name="internal",
        summary="Inboxes of tenants of the same installation",
        contract=CONTRACT_VERSION,
        formats=("the hub's own document, JSON with PDF",),
        sources=("README.md of this plugin, section Formats and sources",),
    )
    Settings = InternalSettings

    def __init__(self, settings: InternalSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel."""
        return (InternalChannel(self._settings, context),)
