"""The plugin: its card, its settings and the one reader it offers so far."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, PaymentFileReader, PluginManifest, hookimpl
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.settings import BankgiroSettings


class Plugin:
    """Bankgirot: incoming payments as BgMax (*Bankgiro Inbetalningar*)."""

    manifest = PluginManifest(
        name="bankgiro",
        summary="Bankgirot: incoming payments as BgMax files",
        contract=CONTRACT_VERSION,
        formats=("BgMax 01",),
        sources=("Bankgiro Inbetalningar, teknisk manual, November 2019, Bankgirot",),
        booked_statuses=(),  # a BgMax file states booked deposits only, and no status
    )
    Settings = BankgiroSettings

    def __init__(self, settings: BankgiroSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_payment_file_readers(self) -> Sequence[PaymentFileReader]:
        """Offer the BgMax reader."""
        return (BgMaxReader(strict=self._settings.strict, warnings_per_code=self._settings.warnings_per_code),)
