"""The channel: files are put where the authority, or whoever carries files to it, fetches them."""

from __future__ import annotations

from hub.contracts import PluginContext
from hub.transports.folder_channel import FolderChannel
from hub_kronofogden.settings import KronofogdenSettings

CHANNEL = "kronofogden"


class AuthorityFolder(FolderChannel):
    """A folder of the authority's; each file has the name that its message has."""

    def __init__(self, settings: KronofogdenSettings, context: PluginContext) -> None:
        super().__init__(CHANNEL, settings.out, context, where="out", takes_once=settings.takes_once)
