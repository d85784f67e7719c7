"""What a plugin implements to hand vouchers over to a general ledger, and to read what the ledger says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from hub.model.bookkeeping import LedgerEvent, LedgerFile, LedgerVoucher


@runtime_checkable
class BookkeepingExporter(Protocol):
    """Writes vouchers (*verifikationer*) as files for one kind of general ledger, and reads that ledger's own files.

    The core decides what is exported, keeps the bytes, and sends them by `channel`.
    """

    @property
    def name(self) -> str:
        """Stable name, such as `sie`; a company's settings choose it by this."""
        ...

    @property
    def channel(self) -> str:
        """The name of the `DeliveryChannel` that takes its files to the ledger; '' when a person fetches them."""
        ...

    def why_not(self, voucher: LedgerVoucher) -> str:
        """Say why the format cannot hold a voucher and what to change, for people; '' when it can.

        A text is no reason: what the encoding does not have is written in other letters.
        """
        ...

    def file_name(self, file: LedgerFile) -> str:
        """Return what a file is called, without folders: of each file of a company another name."""
        ...

    def write(self, file: LedgerFile, vouchers: Iterable[LedgerVoucher]) -> Iterator[bytes]:
        """Yield a file's bytes, taking vouchers as it goes; the same file and vouchers give the same bytes.

        Raises:
            DataError: a voucher does not sum to zero, or is one of `why_not`.
        """
        ...

    def read(self, stream: BinaryIO) -> Iterator[LedgerEvent]:
        """Yield what a file of the ledger says, in its order and in constant memory.

        The first event is `LedgerOpened`, the last `LedgerClosed`; without it the file is not complete. A voucher of
        ours is known by the number that `write` gave along.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        ...
