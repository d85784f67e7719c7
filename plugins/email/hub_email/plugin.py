"""The plugin: its card, its settings, the channel it offers and the channel's counterparty for trials."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, DeliveryChannel, PluginContext, PluginManifest, SandboxMaker, hookimpl
from hub_email.channel import email_channel
from hub_email.sandbox import EmailSandbox
from hub_email.settings import EmailSettings


class Plugin:
    """Documents by email (*e-post*), with what comes back."""

    manifest = PluginManifest(
        name="email",
        summary="Documents by email: SMTP submission with TLS, bounces and complaints read back",
        contract=CONTRACT_VERSION,
        formats=("RFC 5322 mail with PDF", "RFC 3464 delivery status", "RFC 5965 complaints"),
        sources=(
            "RFC 5321, 6409, 8314: Simple Mail Transfer Protocol, submission, TLS",
            "RFC 3461, 3464, 3834, 5965, 6531, 6533: reports, automatic answers, complaints, UTF-8 addresses",
        ),
        unverified=(
            "No mail server outside this machine has been sent to, and no IMAP server but the hub's own read from.",
            "No report that a real mail system wrote has been read.",
        ),
    )
    Settings = EmailSettings

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel."""
        return (email_channel(self._settings, context),)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer a mail server on this machine."""
        return (EmailSandbox,)
