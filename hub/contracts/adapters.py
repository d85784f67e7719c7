"""Protocols of the adapters a plugin may offer."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import BinaryIO, Protocol, runtime_checkable

from hub.model.payment_file import FileEvent


class Recognition(IntEnum):
    """How sure a reader is that a file is its own."""

    NO = 0
    YES = 1


@runtime_checkable
class PaymentFileReader(Protocol):
    """Reads one kind of incoming-payments file (*inbetalningsfil*).

    The core opens the stream, asks exactly one reader, and posts nothing before `FileClosed` has come.
    """

    @property
    def name(self) -> str:
        """Stable name of the reader, such as `bgmax`; stands in exchanges, logs and `hub inspect`."""
        ...

    def recognises(self, head: bytes) -> Recognition:
        """Say whether a file that begins with `head` (at most 64 KiB) is of this kind; never raises."""
        ...

    def content_key(self, stream: BinaryIO) -> str:
        """Return a digest of the content that does not change with line ends, padding or white space.

        Two files with the same key state the same payments. Raises FormatError only.
        """
        ...

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        """Yield what the file says, in file order and in constant memory.

        The first event is `FileOpened`, the last `FileClosed`; without it the file is not complete. Every entry of the
        file gives exactly one event, or one for each transaction detail; nothing is skipped. Control totals are
        compared at every section and at the end.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        ...


@runtime_checkable
class NamesUnreadFiles(PaymentFileReader, Protocol):
    """A reader that can also name files that it knows and does not read yet, such as those of a sister format.

    The core asks only when no reader recognises a file, and refuses the file by that name: so a person is told what
    came, and that nothing is wrong with it.
    """

    def unread_format(self, head: bytes) -> str:
        """Return what a file that begins with `head` is, such as `Autogiro, mandate advice`; '' if that is not known.

        Never raises.
        """
        ...
