"""Report files that the printer puts into a folder: fetched, read, and deleted when what they say has been kept.

The cursor names the files that were read last; whoever gives it back has kept what they say, so they are deleted then.
A file that was not read whole stays where it is for a person; the cursor remembers it, so that it is told once.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from hub.contracts import RemoteFile, RemoteFolder
from hub.errors import TransientError
from hub.model.delivery import Followed, Receipt
from hub_letter.acknowledgements import read_acknowledgements, told

LARGEST = 10 * 1024 * 1024  # bytes; a batch has a hundred letters of a few lines
MOST_FILES = 20  # at a time
_NAME = re.compile(r"(?P<batch>batch-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[0-9]{1,6})?\.ack\.csv")


class Place(NamedTuple):
    """Where following stands: files whose reports are kept when this comes back, and files left for a person."""

    read: tuple[RemoteFile, ...] = ()
    left: tuple[RemoteFile, ...] = ()

    def as_text(self) -> str:
        """Write it."""
        return json.dumps(self)

    @classmethod
    def of(cls, cursor: str) -> Place:
        """Read what `as_text` wrote; of anything else nothing is deleted, and all is read again."""
        try:
            read, left = ([RemoteFile(*file) for file in files] for files in json.loads(cursor or "[[], []]"))
            return cls(tuple(read), tuple(left)) if all(_is_report(file) for file in (*read, *left)) else cls()
        except (ValueError, TypeError):
            return cls()


class Reports:
    """The printer's reports."""

    def __init__(self, folder: RemoteFolder, address_codes: Collection[str]) -> None:
        self._folder = folder
        self._address_codes = address_codes

    def follow(self, cursor: str) -> Followed:
        """Return reports since a cursor. See `FollowedChannel.follow`."""
        place = Place.of(cursor)
        for file in place.read:
            if self._is_as_it_was(file):  # one that has been added to is read anew
                self._folder.remove(file)
        waiting = [file for file in self._folder.waiting() if _is_report(file) and file not in place.left]
        read, receipts, problems, unread = self._read(waiting[:MOST_FILES])
        left = [*(file for file in place.left if self._is_as_it_was(file)), *unread]
        next_place = Place(tuple(file for file in read if file not in unread), tuple(left))
        return Followed(receipts, next_place.as_text(), len(waiting) > len(read), problems=problems)

    def _is_as_it_was(self, file: RemoteFile) -> bool:
        return self._folder.find(file.name) == file

    def _read(self, files: Sequence[RemoteFile]) -> tuple[list[RemoteFile], list[Receipt], list[str], list[RemoteFile]]:
        """Return the files that were read, what they say, what could not be read, and the files that it stands in."""
        read: list[RemoteFile] = []
        receipts: list[Receipt] = []
        problems: list[str] = []
        unread: list[RemoteFile] = []
        for file in files:
            try:
                said, problem = self._said(file)
            except TransientError:
                if not read:
                    raise
                break  # what was read before is worth keeping
            read.append(file)
            receipts += said
            if problem:
                problems.append(f"{file.name}: {problem}; the file was left there for you")
                unread.append(file)
        return read, receipts, problems, unread

    def _said(self, file: RemoteFile) -> tuple[Sequence[Receipt], str]:
        if file.size > LARGEST:
            return [], f"it has {file.size} bytes, which is no report"
        with tempfile.TemporaryDirectory(prefix="hub-letter-") as folder:
            content = self._folder.fetch(file, Path(folder)).read_bytes()
        named = _NAME.fullmatch(file.name)
        acknowledged = read_acknowledgements(content, named["batch"] if named else "", self._address_codes)
        return acknowledged.receipts, told(acknowledged.unread)


def _is_report(file: RemoteFile) -> bool:
    return _NAME.fullmatch(file.name) is not None
