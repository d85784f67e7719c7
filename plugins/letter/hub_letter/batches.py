"""Letters made into batches: a zip file with the same bytes for the same letters, and a name of its own."""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from hub.model.delivery import Prepared
from hub_letter import archive_index, manifest
from hub_letter.letters import OVERHEAD, Letter
from hub_letter.settings import HandOver, LetterSettings

NAMESPACE = uuid.UUID("b2a0a9f4-6a34-5c0e-9d0c-6c1f3c7f6e51")  # of the names of batches
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first time a zip file can tell: the same for all
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3


def batches(letters: Sequence[Letter], settings: LetterSettings) -> Iterator[Prepared]:
    """Yield a message for as many letters as a batch may hold, in their order."""
    for group in _groups(letters, settings):
        ids = tuple(letter.outgoing.delivery_id for letter in group)
        yield Prepared(ids, zipped(_files(group, settings)))


def batch_name(content: bytes) -> str:
    """Return the name of a batch: of the same bytes always the same, and of others another."""
    return f"batch-{uuid.uuid5(NAMESPACE, hashlib.sha256(content).hexdigest())}"


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files into a zip file. They are not compressed: PDFs are already, and libraries of zlib differ in bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, content)
    return target.getvalue()


def _groups(letters: Sequence[Letter], settings: LetterSettings) -> Iterator[Sequence[Letter]]:
    group: list[Letter] = []
    size = OVERHEAD
    for letter in letters:
        if group and (len(group) >= settings.most_letters or size + letter.size > settings.largest):
            yield group
            group, size = [], OVERHEAD
        group.append(letter)
        size += letter.size
    if group:
        yield group


def _files(group: Sequence[Letter], settings: LetterSettings) -> Iterator[tuple[str, bytes]]:
    write = archive_index.files if settings.format is HandOver.ARCHIVE_INDEX else manifest.files
    return write(group, settings)
