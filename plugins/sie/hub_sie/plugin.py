"""The plugin: its card, its settings, its exporter, its channel, and a ledger to try it with."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    BookkeepingExporter,
    DeliveryChannel,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    hookimpl,
)
from hub_sie.channel import LedgerFolder
from hub_sie.exporter import SieExporter
from hub_sie.sandbox import LedgerSandbox
from hub_sie.settings import SieSettings


class Plugin:
    """SIE."""

    manifest = PluginManifest(
        name="sie",
        summary="Vouchers to a general ledger as SIE 4, and its numbers and balances back",
        contract=CONTRACT_VERSION,
        formats=("SIE 4I, written", "SIE 1 to 4E, read"),
        sources=("SIE filformat, utgåva 4B, 2008-09-30, SIE-Gruppen",),
        unverified=("No ledger's own program has read or written a file with it yet.",),
    )
    Settings = SieSettings

    def __init__(self, settings: SieSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_bookkeeping_exporters(self) -> Sequence[BookkeepingExporter]:
        """Offer the exporter."""
        return (SieExporter(self._settings),)

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel, where the settings say where files go."""
        return (LedgerFolder(self._settings, context),) if self._settings.out.is_given else ()

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer a ledger on this machine."""
        return (LedgerSandbox,)
