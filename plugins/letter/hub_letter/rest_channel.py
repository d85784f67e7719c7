"""The channel of what is left of an archive: put where the printer takes it, in the shape that it came in."""

from __future__ import annotations

import hashlib
import uuid

from hub.contracts import PluginContext
from hub.model.attempts import Delivered, Message
from hub.transports.folder_channel import FolderChannel
from hub_letter.batches import NAMESPACE
from hub_letter.incoming_archive import CHANNEL
from hub_letter.settings import LetterSettings


class RestChannel(FolderChannel):
    """Archives that are passed on. The printer knows none of our numbers, and reports nothing: taken is delivered."""

    def __init__(self, settings: LetterSettings, context: PluginContext) -> None:
        where = "rest" if settings.rest.is_given else "out"
        out = settings.rest if settings.rest.is_given else settings.out
        super().__init__(
            CHANNEL, out, context, where=where, takes_once=settings.prints_once, file_of=_named_by_its_bytes
        )

    def send(self, message: Message) -> Delivered:
        """Put an archive there under the name of its bytes. Raises as `RemoteFolder.put`."""
        return Delivered(super().send(message).external_id.removesuffix(".zip"))


def _named_by_its_bytes(message: Message) -> str:
    return archive_name(message.content)


def archive_name(content: bytes) -> str:
    """Return the name of a file that is passed on: of the same bytes always the same."""
    return f"archive-{uuid.uuid5(NAMESPACE, hashlib.sha256(content).hexdigest())}.zip"
