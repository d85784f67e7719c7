"""What a plugin implements to apply for orders to pay (*betalningsföreläggande*), and to read what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from hub.model.order_to_pay_application import OrderMessage
from hub.model.order_to_pay_files import Fetched, Filing, FilingEvent


@runtime_checkable
class OrderToPayFiler(Protocol):
    """Writes applications, what follows them, and reads what the authority tells, as files.

    The core decides what is filed, keeps the bytes, and sends them by `channel`. Nothing is kept here.
    """

    @property
    def name(self) -> str:
        """Stable name, such as `kronofogden`; a company's settings choose it by this."""
        ...

    @property
    def channel(self) -> str:
        """The name of the `DeliveryChannel` of the same plugin that carries its files."""
        ...

    def why_not(self, message: OrderMessage) -> str:
        """Say why the authority's format cannot hold a message and what to change, for people; '' when it can."""
        ...

    def file_name(self, filing: Filing) -> str:
        """Return what a file is called, without folders: of each file of an applicant another name."""
        ...

    def write(self, filing: Filing) -> bytes:
        """Return a file's bytes; the same filing gives the same bytes.

        Raises:
            DataError: a message is one of `why_not`.
            ConfigurationError: the authority's specification has not been loaded.
        """
        ...

    def fetch(self, cursor: str) -> Fetched:
        """Return the authority's files that wait, and a cursor that says which these were; '' the first time.

        They are deleted there only when this is asked again with that cursor: then the core has kept them.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is no place to fetch from, or it cannot be read.
        """
        ...

    def read(self, stream: BinaryIO) -> Iterator[FilingEvent]:
        """Yield what a file of the authority says, in its order and in constant memory.

        The first event is `FilingOpened`, the last `FilingClosed`; without it the file is not complete.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        ...
