"""The plugin: its card, its settings and what it offers."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    DeliveryChannel,
    DocumentInspector,
    EInvoiceWriter,
    PluginContext,
    SandboxMaker,
    WebhookReceiver,
    hookimpl,
)
from hub_peppol.card import MANIFEST
from hub_peppol.settings import PeppolSettings


class Plugin:
    """E-invoices by Peppol BIS Billing 3: made, judged, sent and answered.

    What each hook needs is loaded when it is called: judging one file needs nothing of what sends.
    """

    manifest = MANIFEST
    Settings = PeppolSettings

    def __init__(self, settings: PeppolSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_document_inspectors(self) -> Sequence[DocumentInspector]:
        """Offer the judge of invoices, credit notes and the answers to them."""
        from hub_peppol.judging.inspector import PeppolInspector

        return (PeppolInspector(),)

    @hookimpl
    def hub_e_invoice_writers(self) -> Sequence[EInvoiceWriter]:
        """Offer the writer of BIS Billing 3, or that of Svefaktura where the settings want it."""
        from hub_peppol.writers import writers

        return writers(self._settings)

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel where the settings name an access point."""
        from hub_peppol.joining import channels

        return channels(self._settings, context)

    @hookimpl
    def hub_webhook_receivers(self, context: PluginContext) -> Sequence[WebhookReceiver]:
        """Offer the receiver of notices where the access point signs them."""
        from hub_peppol.webhooks import receivers

        return receivers(self._settings, context)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer the access point of the settings on this machine."""
        from hub_peppol.sandbox import maker_of

        return (maker_of(self._settings.access_point),)
