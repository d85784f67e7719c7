"""What a plugin implements to fetch files from a bank, and to say by which channel files reach it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol, runtime_checkable

from hub.model.bank_connections import BankFile, Fetched


@runtime_checkable
class BankConnection(Protocol):
    """One agreement with one bank (*bankkoppling*): where its files lie for us, and how ours reach it.

    The core keeps a file's bytes and its row in one transaction, and only then says that it is taken. Files to the bank
    are messages of the `DeliveryChannel` that `channel` names; nothing is sent around it.
    """

    @property
    def name(self) -> str:
        """Stable name: a letter, then small letters, digits and _; no two connections of a tenant have one name."""
        ...

    @property
    def channel(self) -> str:
        """The name of the `DeliveryChannel` that hands files over to this bank; '' when it takes none."""
        ...

    @property
    def way(self) -> str:
        """How files go, for people: `folder`, `sftp`, `https` or a word of its own."""
        ...

    @property
    def endpoint(self) -> str:
        """Where files lie for us, and who we are there, for people; no secret. '' when none are fetched."""
        ...

    def fetch(self, cursor: str) -> Fetched:
        """Return files that lie there and have come to rest, oldest first, since the cursor; '' is from the beginning.

        The same files again until `taken` was told of them, and ever after where the bank keeps them.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is none before a setting is mended.
        """
        ...

    def open(self, file: BankFile) -> AbstractContextManager[BinaryIO]:
        """Lend the bytes of a file that `fetch` found, whole: what breaks off in the middle is an error, never a file.

        The bank keeps its own. Called from one thread at a time.

        Raises:
            TransientError: there is no answer now, or the file is not as it was found.
            RejectedError: it is larger than is taken.
            ConfigurationError: there is none before a setting is mended.
        """
        ...

    def taken(self, file: BankFile) -> None:
        """Be told that the bytes of a file are kept: only now may it be deleted there. Said again it does no harm.

        Raises:
            TransientError: it lies there still, and is to be told of again.
            ConfigurationError: we may not delete there.
        """
        ...
