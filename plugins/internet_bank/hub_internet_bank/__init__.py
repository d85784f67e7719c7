"""E-invoices to private persons in their internet bank (*e-faktura privat*), through a distributor."""

from hub_internet_bank.channel import InternetBankChannel
from hub_internet_bank.plugin import Plugin
from hub_internet_bank.settings import InternetBankSettings

__all__ = ["InternetBankChannel", "InternetBankSettings", "Plugin"]
