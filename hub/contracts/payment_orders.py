"""What a plugin implements to ask a bank to pay, and to read what the bank says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from hub.contracts.adapters import Recognition
from hub.model.payment_orders import OrderBatch, OrderEvent, PaymentOrder


@runtime_checkable
class PaymentOrderWriter(Protocol):
    """Writes payment orders (*utbetalning*) as files for one bank, and reads that bank's answers.

    The core decides what is paid, takes the ids, keeps the bytes, and sends them by `channel`, each file once. What a
    bank answers is news; that money has left is told by statements alone.
    """

    @property
    def name(self) -> str:
        """Stable name, such as `seb`; a company's settings choose it by this."""
        ...

    @property
    def channel(self) -> str:
        """The name of the `DeliveryChannel` that takes its files to the bank; '' when the settings name none."""
        ...

    def why_not(self, batch: OrderBatch, order: PaymentOrder) -> str:
        """Say why the bank cannot make a payment of a batch and what to change, for people; '' when it can.

        The batch says whose it is and what is charged; its own orders do not count. A text is no reason: what the bank
        does not take is written in other letters.
        """
        ...

    def file_name(self, batch: OrderBatch) -> str:
        """Return what a file is called, without folders: of each batch another name."""
        ...

    def part_of(self, order: PaymentOrder) -> str:
        """Return which part of its file a payment stands in, as answers name it; '' where files have no parts."""
        ...

    def write(self, batch: OrderBatch) -> bytes:
        """Return a file's bytes; the same batch gives the same bytes.

        Raises:
            DataError: a payment is one of `why_not`, two have one id, or there is none.
        """
        ...

    def recognises(self, head: bytes) -> Recognition:
        """Say whether a file that begins with `head` (up to 64 KiB) is an answer of the bank's. Raises nothing."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[OrderEvent]:
        """Yield what an answer says, in its order and in constant memory.

        The first event is `AnswerOpened`, the last `AnswerClosed`; without it the answer is not complete.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        ...
