"""The bytes of a message, proved to be those that were planned."""

from __future__ import annotations

import hashlib
import zlib

from hub.errors import LedgerError
from hub.model.attempts import Attempt
from hub.services.ports import Store


def content_of(store: Store, attempt: Attempt) -> bytes:
    """Return the bytes of an attempt's message.

    Raises:
        LedgerError: they are not there, or are others than those that were planned: nothing may go out.
    """
    try:
        with store.contents.open(attempt.sha256) as stream:
            content = stream.read()
    except zlib.error:
        content = b""
    if hashlib.sha256(content).hexdigest() != attempt.sha256:
        raise LedgerError(
            f"the kept bytes of attempt {attempt.attempt_no} are not those that were planned: nothing was sent; "
            "restore them from a backup"
        )
    return content
