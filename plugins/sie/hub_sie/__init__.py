"""SIE 4: vouchers (*verifikationer*) to a general ledger, and its own numbers and balances back."""

from hub_sie.exporter import SieExporter
from hub_sie.plugin import Plugin
from hub_sie.settings import SieSettings

__all__ = ["Plugin", "SieExporter", "SieSettings"]
