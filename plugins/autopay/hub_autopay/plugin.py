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
from hub_autopay.debits import BankDebits
from hub_autopay.describing import PaymentMessages
from hub_autopay.mapping import BOOKED_STATUSES, FORMATS
from hub_autopay.orders import BankOrders
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
        sources=(
            "ISO 20022 message definitions camt.053.001.02-13 and camt.054.001.02-13, ISO 20022 Registration Authority",
            "ISO 20022 message definitions pain.001.001.03 and .09, pain.002.001.03 and later, ISO 20022 Registration "
            "Authority",
            "ISO 20022 message definition pain.008.001.02 and .08, ISO 20022 Registration Authority",
            "Kivra payout reports, developer documentation, Kivra",
        ),
        booked_statuses=tuple(sorted(BOOKED_STATUSES)),
        unverified=(
            "No bank has taken a pain.001 of ours; what each wants is known from others' programs. The schemas hold.",
            "No bank has taken a pain.008 of ours; Nordea is known to carry such files on to Autogiro, and how is not.",
            "No bank's HTTPS gateway has been called yet; its paths and what its lists call what are settings.",
            "No Swedish bank publishes a camt file with bankgiro batches; try each bank's own example set before use.",
        ),
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
        named = self.settings.payment_orders
        return [BankOrders(name, one.terms, one.channel) for name, one in named.items()]

    @hookimpl
    def hub_direct_debit_schemes(self) -> Sequence[DirectDebitScheme]:
        """Offer what the settings name: requests to collect as pain.008, answers as pain.002."""
        named = self.settings.direct_debits
        return [BankDebits(name, one.terms, one.channel) for name, one in named.items()]

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
