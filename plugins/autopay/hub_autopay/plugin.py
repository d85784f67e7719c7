"""The plugin: what it is, its settings, its offers."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    BankConnection,
    DeliveryChannel,
    DirectDebitScheme,
    FileDescriber,
    PaymentFileReader,
    PaymentOrderWriter,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    hookimpl,
)
from hub_autopay.connections import bank_channels, bank_connections
from hub_autopay.describing import PaymentMessages
from hub_autopay.mapping import BOOKED_STATUSES, FORMATS
from hub_autopay.offers import direct_debit_schemes, payment_order_writers
from hub_autopay.provenance import SOURCES, UNVERIFIED
from hub_autopay.reader import CamtReader
from hub_autopay.sandbox import FileBank
from hub_autopay.settings import AutopaySettings


class Plugin:
    """ISO 20022 messages of the banks."""

    manifest = PluginManifest(
        name="autopay",
        summary="ISO 20022: reads camt.054 and camt.053, orders payments by pain.001; files from and to banks",
        contract=CONTRACT_VERSION,
        formats=FORMATS,
        sources=SOURCES,
        booked_statuses=tuple(sorted(BOOKED_STATUSES)),
        unverified=UNVERIFIED,
    )
    Settings = AutopaySettings

    def __init__(self, settings: AutopaySettings | None = None) -> None:
        self.settings = settings or AutopaySettings()

    @hookimpl
    def hub_payment_file_readers(self) -> list[PaymentFileReader]:
        """Offer the reader of camt.054 and camt.053 files (*inbetalningsfil, kontoutdrag*)."""
        return [CamtReader(self.settings)]

    @hookimpl
    def hub_payment_order_writers(self) -> Sequence[PaymentOrderWriter]:
        """Offer what the settings name: payment orders as pain.001, answers as pain.002."""
        return payment_order_writers(self.settings)

    @hookimpl
    def hub_direct_debit_schemes(self) -> Sequence[DirectDebitScheme]:
        """Offer what the settings name: requests to collect as pain.008, answers as pain.002."""
        return direct_debit_schemes(self.settings)

    @hookimpl
    def hub_bank_connections(self, context: PluginContext) -> Sequence[BankConnection]:
        """Offer the banks that files are fetched from, or handed over to."""
        return bank_connections(self.settings, context)

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channels that hand files over, each called as its connection with `bank_` before it."""
        return bank_channels(self.settings, context)

    @hookimpl
    def hub_file_describers(self) -> Sequence[FileDescriber]:
        """Offer what looks into pain.001, pain.002 and pain.008."""
        return (PaymentMessages(),)

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer a bank on this machine that files are fetched from, and handed over to."""
        return (FileBank,)
