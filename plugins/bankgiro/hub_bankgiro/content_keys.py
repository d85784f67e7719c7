"""What of a file tells whether another says the same, whatever its line ends, padding and encoding."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import RecordFile


def content_key_of(stream: BinaryIO) -> str:
    """Return SHA-256 over the records at full width, without titles, line ends and blank lines. Raises FormatError."""
    digest = hashlib.sha256()
    for record in RecordFile(stream, Oddities(strict=False, per_code=0)):
        digest.update(record.text.encode("utf-8"))
    return digest.hexdigest()
