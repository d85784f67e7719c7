"""Files of Bankgirot and Plusgirot: their readers, Autogiro, settings, and the plugin that offers them."""

from hub_bankgiro.plugin import Plugin
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.settings import BankgiroSettings

__all__ = ["BankgiroSettings", "BgMaxReader", "Plugin"]
