"""A delivery channel that puts each message as a file into a folder, where the other side takes it away."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from hub.contracts.context import PluginContext
from hub.contracts.transports import RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message, Promise
from hub.transports.file_settings import FolderSettings, place_of, remote_folder


def file_of(message: Message) -> str:
    """Return what a message's file is called: the last part of its name."""
    return message.name.rpartition("/")[2]


class FolderChannel:
    """Puts files into one folder; a message sent again is the same file."""

    def __init__(
        self,
        name: str,
        out: FolderSettings,
        context: PluginContext,
        *,
        where: str,
        takes_once: bool,
        file_of: Callable[[Message], str] = file_of,
    ) -> None:
        """`where` is the dotted path of the folder's settings, `file_of` what a message's file is called there.

        Without `takes_once` the other side may take a file of the same name again, once it has taken the first away.
        """
        self._name = name
        self._settings = out
        self._context = context
        self._where = where
        self._takes_once = takes_once
        self._file_of = file_of

    @property
    def name(self) -> str:
        """As it was given."""
        return self._name

    @property
    def promise(self) -> Promise:
        """The same name counts once where the other side is known to see to it; else nobody knows."""
        return Promise.IDEMPOTENT if self._takes_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where files are put: another place has had none of them."""
        return place_of(self._settings)

    def send(self, message: Message) -> Delivered:
        """Put a file there, whole or not at all. Raises as `RemoteFolder.put`; another file there is in doubt."""
        name = self._file_of(message)
        if not name:
            raise RejectedError("the file has no name to be put under")
        try:
            self._folder.put(name, message.content)
        except RejectedError:
            if self._folder.find(name) is None:
                raise
            raise OutcomeUnknownError(f"another file called {name} lies in the folder: look at both") from None
        return Delivered(name)

    @cached_property
    def _folder(self) -> RemoteFolder:
        return remote_folder(self._settings, self._context, self._where)
