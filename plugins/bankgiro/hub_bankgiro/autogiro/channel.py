"""The channel: files are put where Bankgirot, or the bank before it, takes them."""

from __future__ import annotations

from functools import cached_property

from hub.contracts import PluginContext, Promise, RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.transports.file_settings import place_of, remote_folder
from hub_bankgiro.settings import AutogiroSettings

CHANNEL = "autogiro"


class OrderFolder:
    """A folder of the bank's; a file is called by its message's name, so that again it is the same file."""

    name = CHANNEL

    def __init__(self, settings: AutogiroSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context

    @property
    def promise(self) -> Promise:
        """A bank that has taken a file away may take one of the same name again, unless it is known not to."""
        return Promise.IDEMPOTENT if self._settings.takes_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where files are put: another bank has had none of them."""
        return place_of(self._settings.out)

    def send(self, message: Message) -> Delivered:
        """Put a file there. Raises as `RemoteFolder.put`."""
        name = message.name.rpartition("/")[2]
        if not name:
            raise RejectedError("the file has no name to be put under")
        try:
            self._out.put(name, message.content)
        except RejectedError:
            if self._out.find(name) is None:
                raise
            raise OutcomeUnknownError(f"the bank's folder has another file called {name}: look at both") from None
        return Delivered(name)

    @cached_property
    def _out(self) -> RemoteFolder:
        return remote_folder(self._settings.out, self._context, "autogiro.out")
