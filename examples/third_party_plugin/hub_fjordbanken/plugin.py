"""The plugin: its card, its settings and the one reader it offers."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, PaymentFileReader, PluginManifest, hookimpl
from hub_fjordbanken.reader import FjordbankenReader
from hub_fjordbanken.settings import FjordbankenSettings


class Plugin:
    """Fjordbanken: account statements as CSV."""

    manifest = PluginManifest(
        name="fjordbanken",
        summary="Fjordbanken (made up): account statements as CSV",
        contract=CONTRACT_VERSION,
        formats=("Fjordbanken kontoutdrag 1",),
        sources=("README.md of this example, section Formats and sources",),
        booked_statuses=(),  # the statement holds booked entries only, and no status
        unverified=("The bank does not exist.",),
    )
    Settings = FjordbankenSettings

    def __init__(self, settings: FjordbankenSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_payment_file_readers(self) -> Sequence[PaymentFileReader]:
        """Offer the statement reader."""
        return (FjordbankenReader(self._settings),)
