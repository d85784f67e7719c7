"""Bankgirot's files (*Bankgirot*): the BgMax reader, its settings and the plugin that offers it."""

from hub_bankgiro.plugin import Plugin
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.settings import BankgiroSettings

__all__ = ["BankgiroSettings", "BgMaxReader", "Plugin"]
