"""The channel of what is left of an archive: put where the printer takes it, in the shape that it came in."""

from __future__ import annotations

import hashlib
import uuid
from functools import cached_property

from hub.contracts import PluginContext, Promise, RemoteFolder
from hub.errors import OutcomeUnknownError, RejectedError
from hub.model.attempts import Delivered, Message
from hub.transports.file_settings import FolderSettings, place_of, remote_folder
from hub_letter.batches import NAMESPACE
from hub_letter.incoming_archive import CHANNEL
from hub_letter.settings import LetterSettings


class RestChannel:
    """Archives that are passed on. The printer knows none of our numbers, and reports nothing: taken is delivered."""

    def __init__(self, settings: LetterSettings, context: PluginContext) -> None:
        self._settings = settings
        self._context = context

    @property
    def name(self) -> str:
        """Always `letter_rest`."""
        return CHANNEL

    @property
    def promise(self) -> Promise:
        """As of letters: an archive is named by its bytes, and the printer prints a name once."""
        return Promise.IDEMPOTENT if self._settings.prints_once else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where archives are put."""
        return place_of(self._folder)

    def send(self, message: Message) -> Delivered:
        """Put an archive there under the name of its bytes. Raises as `RemoteFolder.put`."""
        name = archive_name(message.content)
        try:
            self._out.put(name, message.content)
        except RejectedError:
            if self._out.find(name) is None:
                raise
            raise OutcomeUnknownError("an archive of this name is there already, and its content is another") from None
        return Delivered(name.removesuffix(".zip"))

    @property
    def _folder(self) -> FolderSettings:
        return self._settings.rest if self._settings.rest.is_given else self._settings.out

    @cached_property
    def _out(self) -> RemoteFolder:
        return remote_folder(self._folder, self._context, "rest" if self._settings.rest.is_given else "out")


def archive_name(content: bytes) -> str:
    """Return the name of a file that is passed on: of the same bytes always the same."""
    return f"archive-{uuid.uuid5(NAMESPACE, hashlib.sha256(content).hexdigest())}.zip"
