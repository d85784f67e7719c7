"""The channel: files are put where the ledger fetches them."""

from __future__ import annotations

import re
from functools import cached_property

from hub.contracts import PluginContext, Promise, RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.transports.file_settings import place_of, remote_folder
from hub_sie.settings import SieSettings
from hub_sie.writer import PURPOSE

CHANNEL = "sie"
_HEAD_BYTES = 2_000
_NAMED = re.compile(rf'#PROSA "{PURPOSE} ([0-9]{{1,3}})-([0-9]+)"'.encode())


def name_of(company: str, number: int) -> str:
    """Return the name of a company's file."""
    return f"rh_{company}_{number:06}.si"


class LedgerFolder:
    """A folder of the ledger's; a file is named by its number, so that again it is the same file."""

    def __init__(self, settings: SieSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context

    @property
    def name(self) -> str:
        """Always `sie`."""
        return CHANNEL

    @property
    def promise(self) -> Promise:
        """A ledger that has taken a file away may take one of the same name again, unless it is known not to."""
        return Promise.IDEMPOTENT if self._settings.takes_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where files are put: another ledger has had none of them."""
        return place_of(self._settings.out)

    def send(self, message: Message) -> Delivered:
        """Put a file there. Raises as `RemoteFolder.put`."""
        named = _NAMED.search(message.content[:_HEAD_BYTES])
        if named is None:
            raise RejectedError("the file is none that this plugin has written: it does not say its number")
        name = name_of(named[1].decode(), int(named[2]))
        try:
            self._out.put(name, message.content)
        except RejectedError:
            if self._out.find(name) is None:
                raise
            raise OutcomeUnknownError(f"the ledger's folder has another file called {name}: look at both") from None
        return Delivered(name)

    @cached_property
    def _out(self) -> RemoteFolder:
        return remote_folder(self._settings.out, self._context, "out")
