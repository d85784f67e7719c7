"""Account statements of Fjordbanken, a bank made up for this example."""

from hub_fjordbanken.plugin import Plugin
from hub_fjordbanken.reader import FjordbankenReader
from hub_fjordbanken.settings import FjordbankenSettings

__all__ = ["FjordbankenReader", "FjordbankenSettings", "Plugin"]
