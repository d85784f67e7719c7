"""What a file of the authority says, from the words of `speech` to the events of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from hub.errors import FormatError
from hub.formats.declared import Item
from hub.model.order_to_pay_files import (
    CaseTold,
    FileReceipt,
    FilingClosed,
    FilingEvent,
    FilingOpened,
    UnknownTold,
)
from hub.model.orders_to_pay import TOLD, Happening

Values = dict[str, Any]


def events_of(items: Iterable[Item]) -> Iterator[FilingEvent]:
    """Yield the events of a whole file. Raises FormatError for a row that says neither case nor day."""
    told, is_open = 0, False
    for item in items:
        if not is_open:
            yield _opened(item.values if not item.group else {})
            is_open = True
        if item.group:
            told += 1
            yield _receipt(item) if item.group == "receipts" else _case(item)
    if not is_open:
        yield FilingOpened(0, "")
    yield FilingClosed(told)


def _opened(values: Values) -> FilingOpened:
    return FilingOpened(values.get("file_no") or 0, _iso(values.get("made_on")), _text(values, "organisation_number"))


def _receipt(item: Item) -> FileReceipt:
    values = item.values
    if not values.get("file_no"):
        raise FormatError("a receipt is of a file of ours", code="RECEIPT_OF_NOTHING", record=item.group)
    return FileReceipt(
        values["file_no"],
        bool(values.get("accepted")),
        _day(item),
        _text(values, "code"),
        _text(values, "text"),
    )


def _case(item: Item) -> CaseTold | UnknownTold:
    values = item.values
    order_no, case_no, word = values.get("order_no") or 0, _text(values, "case_no"), _text(values, "happening")
    if not order_no and not case_no:
        raise FormatError("neither our number nor the case's is there", code="CASE_OF_NOTHING", record=item.group)
    if word not in TOLD:
        return UnknownTold(order_no, case_no, _day(item), word)
    return CaseTold(
        Happening(word),
        _day(item),
        order_no,
        case_no,
        _text(values, "text"),
        _text(values, "code"),
        values.get("costs"),
        values.get("interest"),
    )


def _day(item: Item) -> str:
    day = _iso(item.values.get("date"))
    if not day:
        raise FormatError("the day is not there", code="DAY_MISSING", record=item.group, field="date")
    return day


def _iso(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")
