"""The plugin: its card, its settings, its channel and its sandboxes."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, DeliveryChannel, PluginContext, PluginManifest, SandboxMaker, hookimpl
from hub_operator.networks import channel
from hub_operator.sandbox import MAKERS
from hub_operator.settings import OperatorSettings


class Plugin:
    """The network of one operator, as a channel."""

    manifest = PluginManifest(
        name="operator",
        summary="The network of an e-invoice operator: InExchange, Visma AutoInvoice (Maventa)",
        contract=CONTRACT_VERSION,
        formats=("InExchange REST v1", "Maventa AutoXChange REST v1"),
        sources=(
            "InExchange REST v1, as read from public clients (SoftOne ERP, omniboost/go-inexchange)",
            "Maventa AutoXChange API v1, documentation.maventa.com and its published OpenAPI as of 2024-07",
        ),
        unverified=(
            "No call has been tried against InExchange or Maventa; the sandboxes are our own.",
            "InExchange: bytes of uploads as the whole body, look-up by our id by GET, the statuses and their meaning.",
            "Maventa: how lists are named in forms and queries (`disabled_routes[]`, `network[]`).",
            "What operators call the formats of e-invoices: `document_format` is as agreed with yours.",
            "How long an operator may take until its look-up by our id shows what it has taken.",
        ),
    )
    Settings = OperatorSettings

    def __init__(self, settings: OperatorSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel to the network that the settings name."""
        return (channel(self._settings, context),)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer the other side of that network."""
        return (MAKERS[self._settings.network],)
