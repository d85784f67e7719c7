"""The checks that every format of archives with printed documents must pass: whole or refused, and parted by number."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from hub.contracts import ArchivedFile, DocumentArchive
from hub.errors import FormatError
from hub.model.documents import Document
from hub.testing.conformance.channel_under_test import leaks, outcome_of, told

HEAD_SIZE = 64 * 1024
DAMAGES = 300
ODD_HEADS = (b"", b"\x00" * 100, b"{", b"<xml/>", b"\xff\xfe", b"%PDF-1.7")


class DocumentArchiveConformance:
    """Inherit this in a class whose name begins with `Test`, and give an archive."""

    plugin: ClassVar[Any]
    settings: ClassVar[dict[str, Any]] = {}

    def sample(self) -> bytes:
        """Return an archive with at least two documents, and a file that is none."""
        raise NotImplementedError("sample must return an archive")

    def private(self) -> Sequence[str]:
        """Return what of the archive no message may repeat, such as a debtor's number."""
        raise NotImplementedError("private must return what no message may repeat")

    def make_archive(self) -> Any:
        """Return what reads and writes the archive, built as the hub builds it."""
        (archive,) = self.plugin(self.plugin.Settings.model_validate(self.settings)).hub_document_archives()
        return archive

    def test_is_a_document_archive(self) -> None:
        assert isinstance(self.make_archive(), DocumentArchive), "it lacks a member of DocumentArchive"

    def test_it_is_recognised_by_its_beginning_however_it_goes_on(self) -> None:
        head = self.sample()[:HEAD_SIZE]
        said = [self.make_archive().recognises(one) for one in (head, head[: len(head) // 2], *ODD_HEADS)]

        assert said[:2] == [True, True], "the sample, or its first half, is not recognised"
        assert {type(one) for one in said} == {bool}

    def test_documents_bring_their_pdf(self) -> None:
        files = self._read(self.sample())
        documents = [Document.model_validate(one.document) for one in files if one.document is not None]

        assert 1 < len(documents) < len(files), "the sample needs two documents, and a file that is none"
        assert all(one.pdf for one in documents), "a document has no pdf"
        assert all(one.place.strip() for one in files), "a file has no place"

    def test_the_rest_is_what_is_kept(self) -> None:
        files = self._read(self.sample())
        for kept in ([1], [len(files)], list(range(2, len(files) + 1)), list(range(1, len(files) + 1))):
            found = self._read(self._rest(kept))
            wanted = [files[number - 1].document for number in kept]
            assert [one.document for one in found] == wanted, f"of {len(files)} files {kept} were kept, and others came"

    def test_the_same_rest_has_the_same_bytes(self) -> None:
        assert self._rest([2]) == self._rest([2]), "what is sent again must be what was sent"

    def test_damage_is_a_format_error_and_nothing_else(self) -> None:
        whole, rnd = self.sample(), random.Random(1)
        for _ in range(DAMAGES):
            damaged = bytearray(whole)
            damaged[rnd.randrange(len(damaged))] ^= 1 << rnd.randrange(8)
            cut = bytes(damaged) if rnd.randrange(10) < 7 else whole[: rnd.randrange(len(whole))]
            said = outcome_of(partial(self._read, cut))
            assert isinstance(said, list | FormatError), f"damage ends in {told(said)}"

    def test_refusals_tell_nothing_private(self) -> None:
        whole = self.sample()
        said = [outcome_of(partial(self._read, whole[: len(whole) * at // 20])) for at in range(20)]
        private = dict.fromkeys(self.private(), "something private")

        assert not leaks((str(one) for one in said if isinstance(one, Exception)), private)

    def _read(self, content: bytes) -> list[ArchivedFile]:
        return list(self.make_archive().read(io.BytesIO(content)))

    def _rest(self, kept: Sequence[int]) -> bytes:
        content = self.make_archive().rest(io.BytesIO(self.sample()), kept)
        assert isinstance(content, bytes)
        return content
