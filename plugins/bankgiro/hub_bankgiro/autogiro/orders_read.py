"""Files to Bankgirot, read back to the orders that they were written of, and their seal compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hub.contracts import FileSeal
from hub.errors import FormatError
from hub.formats.record_lines import RecordLine
from hub.model.direct_debits import PayeeOrder
from hub.model.payment_file import PayeeAccount
from hub_bankgiro.autogiro.order_records import order_of
from hub_bankgiro.autogiro.payee import PayeeOfFile
from hub_bankgiro.autogiro.sealed import SealOfFile
from hub_bankgiro.autogiro.wording import iso, payee_of
from hub_bankgiro.forms import ORDERS
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile


class OrdersOpened(NamedTuple):
    """A section begins."""

    line: int
    payee: PayeeAccount
    customer_number: str
    written_on: str


class OrdersClosed(NamedTuple):
    """The file has been read whole."""

    orders: int
    seal: FileSeal  # never bad: that is an error


class OrderRead(NamedTuple):
    """One order, and where it stands."""

    line: int
    order: PayeeOrder


def read_orders(
    stream: BinaryIO, oddities: Oddities, *, key: bytes | None = None
) -> Iterator[OrdersOpened | OrderRead | OrdersClosed]:
    """Yield what a file to Bankgirot says, in its order and in constant memory.

    Raises:
        FormatError: at the first contradiction. A seal is compared when the last record has been read.
    """
    file = RecordFile(stream, oddities)
    if file.form is not ORDERS:
        raise FormatError(f"{file.form.format}: no file to Bankgirot", code="OTHER_FORMAT")
    reading = _Reading(key)
    for line in file.lines:
        if not line.is_blank:
            yield from reading.take(file.record_of(line), line)
    yield reading.closed()


class _Reading:
    """One file to Bankgirot while it is read."""

    def __init__(self, key: bytes | None) -> None:
        self._seal = SealOfFile(key)
        self._payee: PayeeOfFile | None = None
        self._orders = 0
        self._in_section = True

    def take(self, record: Record, line: RecordLine) -> Iterator[OrdersOpened | OrderRead]:
        self._seal.take(line)
        if record.code in ("00", "99"):
            record.read()
        elif record.code == "01":
            yield self._opened(record)
        else:
            yield self._order(record)

    def _opened(self, record: Record) -> OrdersOpened:
        values = record.read()
        self._need_orders(record.line)
        payee = payee_of(values["bankgiro"])
        self._payee, self._in_section = PayeeOfFile(payee), False
        return OrdersOpened(record.line, payee, values["customer"], iso(values["date"]))

    def _order(self, record: Record) -> OrderRead:
        values = record.read()
        if self._payee is None:
            message = "the file does not begin with its opening record"
            raise FormatError(message, code="OPENING_MISSING", line=record.line, record=record.code)
        self._in_section = True
        self._orders += 1
        payee = self._payee.of(record, values["bankgiro"])
        return OrderRead(record.line, PayeeOrder(payee, order_of(record.code, values)))

    def _need_orders(self, line: int) -> None:
        if not self._in_section:
            raise FormatError("a section holds no record", code="SECTION_EMPTY", line=line, record="01")

    def closed(self) -> OrdersClosed:
        """Return the last event. Raises FormatError when the file is cut, FormatError when its seal does not verify."""
        self._need_orders(0)
        return OrdersClosed(self._orders, self._seal.compared())
