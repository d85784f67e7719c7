"""The channel of an agency that takes files: put under a temporary name, then named."""

from __future__ import annotations

from functools import cached_property

from hub.contracts import PluginContext, Promise, RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.transports.file_settings import FolderSettings, place_of, remote_folder


class AgencyFolder:
    """Files for one agency, each under the name that its message has."""

    def __init__(self, name: str, out: FolderSettings, context: PluginContext, *, where: str, takes_once: bool) -> None:
        """`where` is the dotted path of the folder's settings."""
        self._name = name
        self._out_settings = out
        self._context = context
        self._where = where
        self._takes_once = takes_once

    @property
    def name(self) -> str:
        """The agency's."""
        return self._name

    @property
    def promise(self) -> Promise:
        """An agency that has taken a file away may take one of the same name again, unless it is known not to."""
        return Promise.IDEMPOTENT if self._takes_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where files are put: another agency has had none of them."""
        return place_of(self._out_settings)

    def send(self, message: Message) -> Delivered:
        """Put a file there. Raises as `RemoteFolder.put`."""
        name = message.name.rpartition("/")[2]
        try:
            self._out.put(name, message.content)
        except RejectedError:
            if self._out.find(name) is None:
                raise
            raise OutcomeUnknownError(f"the agency's folder has another file called {name}: look at both") from None
        return Delivered(name)

    @cached_property
    def _out(self) -> RemoteFolder:
        return remote_folder(self._out_settings, self._context, self._where)
