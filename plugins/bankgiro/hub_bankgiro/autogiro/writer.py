"""Files to Bankgirot: sections, each with its own opening record, and the seal around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, groupby

from hub.errors import DataError
from hub.formats.field_kinds import ENCODING
from hub.model.direct_debits import MandateOrder, PayeeOrder, PaymentRequest, SchemeOrder
from hub_bankgiro.autogiro.order_records import record_of
from hub_bankgiro.layouts import autogiro_to_bankgirot as layouts
from hub_bankgiro.seal import Sealing

LINE_END = b"\r\n"


def section_kind(order: SchemeOrder) -> str:
    """Return what kind of section an order stands in; a section holds one kind."""
    if isinstance(order, MandateOrder):
        return "mandates"
    return "requests" if isinstance(order, PaymentRequest) else "changes"


def order_lines(written: date, orders: Iterable[PayeeOrder], customers: dict[str, str]) -> Iterator[str]:
    """Yield the records of all sections; `customers` are customer numbers at Bankgirot by bankgiro.

    Raises:
        DataError: there is no order.
    """
    is_empty = True
    for (payee, _), together in groupby(orders, key=lambda one: (one.payee, section_kind(one.order))):
        is_empty = False
        yield layouts.OPENING.write(date=written, customer=customers[payee.number], bankgiro=payee.number)
        for one in together:
            yield record_of(payee, one.order)
    if is_empty:
        raise DataError("there is nothing to order: a file to Bankgirot has at least one record")


def plain_file(records: Iterable[str]) -> Iterator[bytes]:
    """Yield a file without a seal."""
    for record in records:
        yield record.encode(ENCODING) + LINE_END


def sealed_file(records: Iterable[str], sealed_on: date, key: bytes) -> Iterator[bytes]:
    """Yield a file with its seal."""
    sealing, day = Sealing(key), f"{sealed_on:%y%m%d}"
    for text in chain((layouts.SEAL_OPENING.write(date=day),), records):
        record = text.encode(ENCODING)
        sealing.add(record)
        yield record + LINE_END
    yield layouts.SEAL.write(date=day, key_check=sealing.key_check, mac=sealing.mac).encode(ENCODING) + LINE_END
