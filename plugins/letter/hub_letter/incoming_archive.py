"""The archive with an index as it comes in: every PDF is held to what archive and index say of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator
from typing import BinaryIO

from hub.contracts import ArchivedFile
from hub.errors import FormatError
from hub.rules.delivery.whole_pdf import fault_of_pdf
from hub_letter.archive_contents import blocks_of, opened
from hub_letter.archive_documents import NoDocumentError, fields_of
from hub_letter.archive_reading import Archive, Entry, damaged, pass_on, read_archive
from hub_letter.pdf_pages import page_count

NAME, CHANNEL = "archive_index", "letter_rest"
SOURCE_SYSTEM = "archive_index"
_ZIP, _SEVEN_ZIP = b"PK", b"7z\xbc\xaf\x27\x1c"


class IncomingArchive:
    """PDFs and `ArchiveIndex.xml` in a zip file; implements `DocumentArchive`."""

    def __init__(self, source_system: str = SOURCE_SYSTEM) -> None:
        self._source_system = source_system

    @property
    def name(self) -> str:
        """Always `archive_index`."""
        return NAME

    @property
    def channel(self) -> str:
        """Where the printer takes what is passed on."""
        return CHANNEL

    def recognises(self, head: bytes) -> bool:
        """Say whether it is packed; what is in it is seen when it is read."""
        return head.startswith((_ZIP, _SEVEN_ZIP))

    def read(self, stream: BinaryIO) -> Iterator[ArchivedFile]:
        """Yield every PDF of the index in its order, then other files. Raises FormatError."""
        archive = read_archive(stream)
        _refuse_repeated_numbers(archive)
        with opened(stream) as contents:
            for number, entry in enumerate(archive.entries, 1):
                try:
                    pdf = b"".join(blocks_of(contents, entry.file_name))
                except FormatError as error:
                    raise damaged(number, entry, "its PDF cannot be unpacked", error.code) from None
                if why := _contradiction(entry, pdf):
                    raise damaged(number, entry, why, "ARCHIVE_PDF")
                yield self._archived(f"entry {number}, line {entry.element.line}", entry, pdf)
            for name in archive.unlisted:
                _read_through(blocks_of(contents, name))
                yield ArchivedFile("a file that the index does not name")

    def rest(self, stream: BinaryIO, kept: Collection[int]) -> bytes:
        """Return the archive with the files that are kept. Raises FormatError."""
        archive = read_archive(stream)
        names = [*(entry.file_name for entry in archive.entries), *archive.unlisted]
        target = io.BytesIO()
        pass_on(stream, archive, [name for number, name in enumerate(names, 1) if number not in kept], target)
        return target.getvalue()

    def _archived(self, place: str, entry: Entry, pdf: bytes) -> ArchivedFile:
        try:
            return ArchivedFile(place, fields_of(entry, pdf, self._source_system))
        except NoDocumentError as reason:
            return ArchivedFile(place, None, str(reason))


def _refuse_repeated_numbers(archive: Archive) -> None:
    seen: set[str] = set()
    for number, entry in enumerate(archive.entries, 1):
        said = entry.said("number")
        if said and said in seen:
            raise damaged(number, entry, "an entry before it has the same invoice number", "ARCHIVE_NUMBERS")
        seen.add(said)


def _contradiction(entry: Entry, pdf: bytes) -> str:
    """Say in what a PDF is not what it should be; blank where it is."""
    if fault := fault_of_pdf(pdf):
        return f"its file {fault}"
    if entry.said("sha256").lower() not in ("", hashlib.sha256(pdf).hexdigest()):
        return "its PDF has another SHA-256 than the index says"
    if entry.said("size") not in ("", str(len(pdf))):
        return "its PDF has another size than the index says"
    if entry.said("pages") and entry.said("pages") != str(page_count(pdf)):
        return "its PDF has not as many pages as the index says"
    return ""


def _read_through(blocks: Iterator[bytes]) -> None:
    for _ in blocks:
        pass  # to its end, where its checksum is compared
