"""An archive that passes the kit, and one deliberately broken for each check."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from hub.contracts import ArchivedFile
from hub.errors import FormatError
from tests.flows.delivery_world import document

MARK = b"BOX1"
SECRET = "191212121212"


def packed(files: list[Any], **more: Any) -> bytes:
    """Write files and their checksum."""
    body = json.dumps({"files": files, **more}).encode()
    return MARK + hashlib.sha256(body).hexdigest().encode() + body


def sample() -> bytes:
    """Two documents, and a file that is none."""
    pdf = base64.b64encode(b"%PDF-1.7").decode()
    return packed([document("1", pdf=pdf), "read.me", document("2", pdf=pdf)])


class SoundArchive:
    """A box: a mark, a checksum, and JSON."""

    name, channel = "box", "box_rest"

    def recognises(self, head: bytes) -> bool:
        return head.startswith(MARK)

    def read(self, stream: BinaryIO) -> Iterator[ArchivedFile]:
        for number, one in enumerate(self.files(stream), 1):
            yield ArchivedFile(f"file {number}", self.fields(one) if isinstance(one, dict) else None)

    def rest(self, stream: BinaryIO, kept: Collection[int]) -> bytes:
        return packed([one for number, one in enumerate(self.files(stream), 1) if number in kept])

    def fields(self, one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "pdf": base64.b64decode(one["pdf"])}

    def files(self, stream: BinaryIO) -> list[Any]:
        stream.seek(0)
        content = stream.read()
        body = content[len(MARK) + 64 :]
        if content[: len(MARK) + 64] != MARK + hashlib.sha256(body).hexdigest().encode():
            raise self.damaged(body)
        return list(json.loads(body)["files"])

    def damaged(self, body: bytes) -> Exception:
        return FormatError("the box is damaged", code="BOX")


class WithoutChannel(SoundArchive):
    channel = property()  # type: ignore[assignment]


class OnlyWhole(SoundArchive):
    def recognises(self, head: bytes) -> bool:
        return super().recognises(head) and head.endswith(b"}")


class WithoutPdf(SoundArchive):
    def fields(self, one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "pdf": b""}


class KeepsAll(SoundArchive):
    def rest(self, stream: BinaryIO, kept: Collection[int]) -> bytes:
        return packed(self.files(stream))


class NeverTheSame(SoundArchive):
    def rest(self, stream: BinaryIO, kept: Collection[int]) -> bytes:
        files = [one for number, one in enumerate(self.files(stream), 1) if number in kept]
        return packed(files, id=uuid.uuid4().hex)


class RaisesOthers(SoundArchive):
    def damaged(self, body: bytes) -> Exception:
        return ValueError("damaged")


class TellsWhatItReads(SoundArchive):
    def damaged(self, body: bytes) -> Exception:
        return FormatError(f"the box is damaged: {body.decode('utf-8', 'replace')}", code="BOX")


BROKEN_ARCHIVES: dict[str, type[SoundArchive]] = {
    "test_is_a_document_archive": WithoutChannel,
    "test_it_is_recognised_by_its_beginning_however_it_goes_on": OnlyWhole,
    "test_documents_bring_their_pdf": WithoutPdf,
    "test_the_rest_is_what_is_kept": KeepsAll,
    "test_the_same_rest_has_the_same_bytes": NeverTheSame,
    "test_damage_is_a_format_error_and_nothing_else": RaisesOthers,
    "test_refusals_tell_nothing_private": TellsWhatItReads,
}
