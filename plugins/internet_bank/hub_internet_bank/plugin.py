"""The plugin: its card, its settings, its channel and its sandbox."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, DeliveryChannel, PluginContext, PluginManifest, SandboxMaker, hookimpl
from hub_internet_bank.channel import channel
from hub_internet_bank.sandbox import DistributorSandbox
from hub_internet_bank.settings import InternetBankSettings


class Plugin:
    """The internet banks of private persons, as a channel."""

    manifest = PluginManifest(
        name="internet_bank",
        summary="E-invoices to private persons in their internet bank, through a distributor (CTD)",
        contract=CONTRACT_VERSION,
        formats=("reskontra-hub/e-faktura/1, a hand-off of our own",),
        sources=(
            "README.md of this plugin, section Formats and sources: the hand-off",
            "E-faktura, anslutningshandbok 2.1, and EF formatbeskrivning 3.0 and 3.2: tables of contents",
            "The issuer's identity (FUI): parts and lengths by Visma's product notices on AutoInvoice",
        ),
        unverified=(
            "No distributor has been spoken to: the hand-off and its sandbox are our own.",
            "FUI: what stands before the ten digits of the organisation number, and which signs the bank's parts have.",
            "Limits of amounts and due dates; which reject codes of the banks concern whom.",
        ),
    )
    Settings = InternetBankSettings

    def __init__(self, settings: InternetBankSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel."""
        return (channel(self._settings, context),)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer a distributor."""
        return (DistributorSandbox,)
