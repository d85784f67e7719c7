"""The channel: files are put where Bankgirot, or the bank before it, takes them."""

from __future__ import annotations

from hub.contracts import PluginContext
from hub.transports.folder_channel import FolderChannel
from hub_bankgiro.settings import AutogiroSettings

CHANNEL = "autogiro"


class OrderFolder(FolderChannel):
    """A folder of the bank's; each file has the name that its message has."""

    def __init__(self, settings: AutogiroSettings, context: PluginContext) -> None:
        super().__init__(CHANNEL, settings.out, context, where="autogiro.out", takes_once=settings.takes_once)
