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
from hub_bankgiro.autogiro.wording import iso, payee_of
from hub_bankgiro.forms import ORDERS
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import Record, RecordFile
from hub_bankgiro.seal import Sealing, StatedSeal, check


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
        self._sealing = Sealing(key) if key else None
        self._payee: PayeeOfFile | None = None
        self._is_sealed = False
        self._stated: StatedSeal | None = None
        self._orders = 0
        self._in_section = True

    def take(self, record: Record, line: RecordLine) -> Iterator[OrdersOpened | OrderRead]:
        if self._stated is not None:
            message = "records follow the seal; make or fetch the file again"
            raise FormatError(message, code="AFTER_END", line=record.line, record=record.code)
        if self._sealing and record.code != "99":
            self._sealing.add(line.source.rstrip(b"\x1a"))
        if record.code in ("00", "99"):
            self._seal(record)
        elif record.code == "01":
            yield self._opened(record)
        else:
            yield self._order(record)

    def _seal(self, record: Record) -> None:
        values = record.read()
        if record.code == "00" and self._payee is None and not self._is_sealed:
            self._is_sealed = True
        elif record.code == "99" and self._is_sealed:
            self._stated = StatedSeal(values["key_check"], values["mac"], record.line)
        else:
            message = "a record of the seal stands where none may; make or fetch the file again"
            raise FormatError(message, code="RECORD_MISPLACED", line=record.line, record=record.code)

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
        if self._is_sealed and self._stated is None:
            raise FormatError("the file ends before its seal; fetch it again", code="TRUNCATED")
        if self._sealing is None:
            return OrdersClosed(self._orders, FileSeal.UNCHECKED if self._is_sealed else FileSeal.NONE)
        if self._stated is None:
            return OrdersClosed(self._orders, FileSeal.NONE)
        check(self._stated, self._sealing)
        return OrdersClosed(self._orders, FileSeal.OK)
