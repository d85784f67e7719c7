"""What a plugin implements to take in archives of documents that were printed already, and to pass the rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple, Protocol, runtime_checkable

from hub.texts import said_by_others


@said_by_others
class ArchivedFile(NamedTuple):
    """One file of an archive. Files are known by their order: the first is 1, in the same bytes always the same one."""

    place: str  # where it stands, for people, such as `entry 3, line 41`; no name and no number of a person
    document: Mapping[str, Any] | None = None  # the fields of a `Document` with its `pdf`; None: it is none
    problem: str = ""  # why it is no document, for people; blank for a file that only lies in the archive


@runtime_checkable
class DocumentArchive(Protocol):
    """Reads one kind of archive with documents and an index, and writes it again without those that went another way.

    The core keeps the archive's bytes, and sends its documents by every step but paper. Once all of them have gone or
    are found to go on no other way, the rest, with whatever is no document, is sent as one message on `channel`.
    """

    @property
    def name(self) -> str:
        """Stable name of the format, such as `archive_index`; stands in exchanges."""
        ...

    @property
    def channel(self) -> str:
        """The channel of the same plugin that the rest goes on: no `DocumentChannel`, since no route chooses it."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with `head` (at most 64 KiB) may be of this kind; never raises.

        A damaged one is to be recognised too: what is wrong with it is said by `read`.
        """
        ...

    def read(self, stream: BinaryIO) -> Iterator[ArchivedFile]:
        """Yield every file of the archive but its index. The core reads to the end once before it takes anything in.

        Raises:
            FormatError: at the first damage or contradiction; nothing else ever comes out.
        """
        ...

    def rest(self, stream: BinaryIO, kept: Collection[int]) -> bytes:
        """Return the archive with those of its files alone that are kept, by number; the same give the same bytes.

        Raises FormatError only.
        """
        ...
