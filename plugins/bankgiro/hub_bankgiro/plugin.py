"""The plugin: its card, its settings, its readers, Autogiro and the channel that takes its files to the bank."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import (
    CONTRACT_VERSION,
    DeliveryChannel,
    DirectDebitScheme,
    FileDescriber,
    PaymentFileReader,
    PluginContext,
    PluginManifest,
    SandboxMaker,
    hookimpl,
)
from hub_bankgiro.autogiro.channel import OrderFolder
from hub_bankgiro.autogiro.scheme import Autogiro
from hub_bankgiro.describing import BankgirotFiles
from hub_bankgiro.describing_bgmax import BgMaxFiles
from hub_bankgiro.readers import readers
from hub_bankgiro.sandbox import BankgirotSandbox
from hub_bankgiro.settings import BankgiroSettings


class Plugin:
    """Bankgirot and Plusgirot: incoming payments (*Bankgiro Inbetalningar*, *Total IN*) and direct debits."""

    manifest = PluginManifest(
        name="bankgiro",
        summary="Bankgirot and Plusgirot: BgMax and Total IN files, direct debits by Autogiro",
        contract=CONTRACT_VERSION,
        formats=(
            "BgMax 01",
            "Autogiro, old and new layout, both ways, sealed with HMAC",
            "Total IN, Total IN Bas (TL1), read",
            "LB, supplier payments, looked at",
        ),
        sources=(
            "Bankgiro Inbetalningar, teknisk manual, November 2019, Bankgirot",
            "Autogiro, teknisk manual, January 2019, Bankgirot",
            "Total IN, Total IN Basic, Record Descriptions, version 1.10, October 2013, Nordea",
        ),
        booked_statuses=("0",),  # of Autogiro; a file of BgMax or Total IN states booked deposits only, and no status
        unverified=(
            "Bankgirot has taken no file to it yet; the seal agrees with three that others published.",
            "Total IN: extended references, and deductions that are not whole, beyond one published file.",
        ),
    )
    Settings = BankgiroSettings

    def __init__(self, settings: BankgiroSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_payment_file_readers(self) -> Sequence[PaymentFileReader]:
        """Offer the readers of BgMax, of Autogiro's payment specifications, and of Total IN."""
        return readers(self._settings)

    @hookimpl
    def hub_direct_debit_schemes(self, context: PluginContext) -> Sequence[DirectDebitScheme]:
        """Offer Autogiro."""
        return (Autogiro(self._settings, context),)

    @hookimpl
    def hub_file_describers(self) -> Sequence[FileDescriber]:
        """Offer what looks into files of Bankgirot and Plusgirot."""
        return (BankgirotFiles(), BgMaxFiles())

    @hookimpl
    def hub_delivery_channels(self, context: PluginContext) -> Sequence[DeliveryChannel]:
        """Offer the channel `autogiro`, where the settings say where files go."""
        own = self._settings.autogiro
        return (OrderFolder(own, context),) if own.out.is_given else ()

    @hookimpl
    def hub_sandboxes(self) -> Sequence[SandboxMaker]:
        """Offer a Bankgirot on this machine."""
        return (BankgirotSandbox,)
