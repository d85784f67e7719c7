"""What a plugin implements to collect by direct debit (*autogiro*): orders as files, and the answers to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from hub.contracts.adapters import Recognition
from hub.model.direct_debits import PayeeOrder, SchemeEvent, SchemeFile, SchemeOrder
from hub.model.payment_file import PayeeAccount


@runtime_checkable
class DirectDebitScheme(Protocol):
    """Writes orders about mandates (*medgivanden*) and requests (*betalningsuppdrag*), and reads what is answered.

    The core decides what is ordered and when, keeps the bytes, and sends them by `channel`. Answers come with the other
    incoming files. Money is told by a `PaymentFileReader` of the same plugin that reads the same file: what this says
    of a payment says what became of the request, and posts nothing.
    """

    @property
    def name(self) -> str:
        """Stable name, such as `autogiro`; a company's settings choose it by this."""
        ...

    @property
    def channel(self) -> str:
        """The name of the `DeliveryChannel` that takes its files to the clearing house; '' when a person does."""
        ...

    def why_not(self, payee: PayeeAccount, order: SchemeOrder) -> str:
        """Say why the scheme cannot take an order for this payee and what to change, for people; '' when it can."""
        ...

    def file_name(self, file: SchemeFile) -> str:
        """Return what a file is called, without folders: of each file of a company another name."""
        ...

    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        """Yield a file's bytes, taking orders as it goes; the same file and orders give the same bytes.

        Orders come sorted as they are to stand: by payee, then mandates, requests, cancellations and moves.

        Raises:
            DataError: an order is one of `why_not`.
            ConfigurationError: a setting is missing that the file needs, such as the key of its seal.
        """
        ...

    def recognises(self, head: bytes) -> Recognition:
        """Say whether a file that begins with `head` (at most 64 KiB) is an answer of this scheme; never raises."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        """Yield what a file of answers says, in its order and in constant memory.

        The first event is `SchemeFileOpened`, the last `SchemeFileClosed`; without it the file is not complete. Every
        row of the file gives exactly one event.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        ...
