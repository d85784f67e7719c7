"""The plugin: its card, its settings and what it offers."""

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
from hub_peppol.settings import PeppolSettings


class Plugin:
    """E-invoices by Peppol BIS Billing 3: made, judged, sent and answered.

    What each hook needs is loaded when it is called: judging one file needs nothing of what sends.
    """

    manifest = PluginManifest(
        name="peppol",
        summary="E-invoices by Peppol BIS Billing 3",
        contract=CONTRACT_VERSION,
        formats=(
            "Peppol BIS Billing 3.0.21 (UBL 2.1)",
            "Access points: Peppyrus v1, Recommand v1, Qvalia, Storecove v2, Maventa AutoXChange v1",
        ),
        sources=(
            "EN 16931-1:2017, validation artefacts 1.3.16",
            "Peppol BIS Billing 3.0.21, May 2026",
            "Peppyrus API v1, as read from the vendor's client for PHP (tigron) and Tryton's module",
            "Recommand API v1, as read from its published server of April 2026",
            "Qvalia API, api.qvalia.io as of September 2026, as read from a public client tried on its test system",
            "Storecove API v2 (OpenAPI 2.0.1) and its documentation as of July 2026",
            "Maventa AutoXChange API v1, documentation.maventa.com and its published OpenAPI",
        ),
        unverified=(
            "No call has been tried against any access point; the sandboxes are our own.",
            "Peppyrus: names of the folders `sent` and `failed`, and that unconfirmed messages can be listed.",
            "Recommand: which of its failures are for good; every 422 counts as one.",
            "Qvalia: status and 409 of credit notes as of invoices; that the status `error` is final.",
            "Storecove: for how long a GUID is remembered; raw credit notes; what it changes in what it sends anew.",
            "Maventa: the name of the format, and lists in forms and queries (`disabled_routes[]`, `network[]`).",
            "How answers of buyers are fetched from Qvalia and Maventa: they are not.",
        ),
    )
    Settings = PeppolSettings

    def __init__(self, settings: PeppolSettings) -> None:
        self._settings = settings

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
