"""The channel: files are put where the ledger fetches them."""

from __future__ import annotations

import re

from hub.contracts import PluginContext
from hub.errors import RejectedError
from hub.model.attempts import Message
from hub.transports.folder_channel import FolderChannel
from hub_sie.settings import SieSettings
from hub_sie.writer import PURPOSE

CHANNEL = "sie"
_HEAD_BYTES = 2_000
_NAMED = re.compile(rf'#PROSA "{PURPOSE} ([0-9]{{1,3}})-([0-9]+)"'.encode())


def name_of(company: str, number: int) -> str:
    """Return the name of a company's file."""
    return f"rh_{company}_{number:06}.si"


class LedgerFolder(FolderChannel):
    """A folder of the ledger's; a file is named by its number, so that again it is the same file."""

    def __init__(self, settings: SieSettings, context: PluginContext) -> None:
        super().__init__(CHANNEL, settings.out, context, where="out", takes_once=settings.takes_once, file_of=_numbered)


def _numbered(message: Message) -> str:
    """Return the name that a file's own number gives it. Raises RejectedError for a file that says none."""
    named = _NAMED.search(message.content[:_HEAD_BYTES])
    if named is None:
        raise RejectedError("the file is none that this plugin has written: it does not say its number")
    return name_of(named[1].decode(), int(named[2]))
