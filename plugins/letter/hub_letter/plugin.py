"""The plugin: its card, its settings, its channel and the printer to try it with."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    DeliveryChannel,
    DocumentArchive,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    hookimpl,
)
from hub_letter.channel import channels
from hub_letter.incoming_archive import IncomingArchive
from hub_letter.rest_channel import RestChannel
from hub_letter.sandbox import PrintHouse
from hub_letter.settings import LetterSettings


class Plugin:
    """Letters."""

    manifest = PluginManifest(
        name="letter",
        summary="Letters on paper, handed over to a printer by SFTP or folder",
        contract=CONTRACT_VERSION,
        formats=(
            "manifest (batch-<uuid>.zip, manifest.csv)",
            "archive_index (ArchiveIndex.xml), out and in",
            "batch-<uuid>.ack.csv",
        ),
        sources=(
            "README.md of this plugin, section Formats and sources: the neutral hand-off is the hub's own",
            "ArchiveIndex.xml as api-service-invoice-sender of Sundsvalls kommun reads it (MIT), 2024 and 2025",
        ),
        unverified=("No printer has taken a batch yet: both formats and the acknowledgements.",),
    )
    Settings = LetterSettings

    def __init__(self, settings: LetterSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel `letter`, and `letter_rest` for what is left of archives."""
        return (*channels(self._settings, context), RestChannel(self._settings, context))

    @hookimpl
    def hub_document_archives(self) -> Sequence[DocumentArchive]:
        """Offer the archive with an index."""
        return (IncomingArchive(self._settings.archive_source_system),)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer a printer on this machine."""
        return (PrintHouse,)
