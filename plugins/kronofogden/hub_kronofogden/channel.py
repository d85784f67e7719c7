"""The channel: files are put where the authority fetches them, each under the name that its message has."""

from __future__ import annotations

from functools import cached_property

from hub.contracts import PluginContext, Promise, RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.transports.file_settings import place_of, remote_folder
from hub_kronofogden.settings import KronofogdenSettings

CHANNEL = "kronofogden"


class AuthorityFolder:
    """A folder of the authority's, or of whoever carries files to it."""

    def __init__(self, settings: KronofogdenSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context

    @property
    def name(self) -> str:
        """Always `kronofogden`."""
        return CHANNEL

    @property
    def promise(self) -> Promise:
        """An authority that has taken a file away may take one of the same name again, unless it is known not to."""
        return Promise.IDEMPOTENT if self._settings.takes_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where files are put: another place has had none of them."""
        return place_of(self._settings.out)

    def send(self, message: Message) -> Delivered:
        """Put a file there. Raises as `RemoteFolder.put`."""
        name = message.name.rpartition("/")[2]
        try:
            self._out.put(name, message.content)
        except RejectedError:
            if self._out.find(name) is None:
                raise
            raise OutcomeUnknownError(f"the folder has another file called {name}: look at both") from None
        return Delivered(name)

    @cached_property
    def _out(self) -> RemoteFolder:
        return remote_folder(self._settings.out, self._context, "out")
