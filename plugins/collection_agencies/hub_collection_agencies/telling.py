"""What an agency's file says, from the words of `speech` to the events of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from hub.errors import FormatError
from hub.formats.declared import Item
from hub.model.collection import (
    AgencyEvent,
    CaseClosed,
    CaseListed,
    CaseRef,
    Closed,
    ClosingCode,
    Opened,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    Stage,
    StatusTold,
)

Values = dict[str, Any]
_Word = TypeVar("_Word", bound=StrEnum)
_PARTS = ("capital", "interest", "reminder_fee", "demand_fee", "court_costs", "commission", "vat", "net")


def events_of(items: Iterable[Item]) -> Iterator[AgencyEvent]:
    """Yield the events of a whole file. Raises FormatError for a row of no case."""
    count, is_open, head = 0, False, Values()
    for item in items:
        if not item.group:
            head |= item.values  # a file may begin with several records
            continue
        if not is_open:
            yield _opened(head)
            is_open = True
        for event in _TOLD[item.group](item):
            count += 1
            yield event
    if not is_open:
        yield _opened(head)
    yield Closed(count)


def known(words: type[_Word], said: str, unknown: _Word) -> _Word:
    """Return which of our words was said."""
    try:
        return words(said)
    except ValueError:
        return unknown


def _opened(values: Values) -> Opened:
    return Opened(
        values.get("file_no") or 0,
        _text(values, "series"),
        _iso(values, "made_on"),
        bool(values.get("lists_cases")),
        _text(values, "customer_no"),
    )


def _receipt(item: Item) -> Iterator[AgencyEvent]:
    values = item.values
    yield Receipt(
        _case(item, values),
        bool(values.get("accepted")),
        _text(values, "order_key"),
        _text(values, "agency_case_no"),
        _text(values, "agency_ocr"),
        _text(values, "code"),
        _text(values, "text"),
    )


def _status(item: Item) -> Iterator[AgencyEvent]:
    values = item.values
    word = _text(values, "stage")
    yield StatusTold(
        _case(item, values),
        known(Stage, word, Stage.UNKNOWN),
        _iso(values, "date"),
        _text(values, "text"),
        _text(values, "stage_said") or word,
        values.get("principal_left"),
    )


def _settlement(item: Item) -> Iterator[AgencyEvent]:
    values = item.values
    yield SettlementOpened(
        _text(values, "payout_reference"),
        _iso(values, "date"),
        _text(values, "paid_to"),
        _text(values, "currency") or "SEK",
    )
    for row in values.get("rows", ()):
        parts = {f"{name}_ore": row.get(name) or 0 for name in _PARTS}
        yield SettlementRow(_case(item, row), **parts, date=_iso(row, "paid_on"))
    yield SettlementClosed(values.get("stated_rows"), values.get("stated_net"))


def _closing(item: Item) -> Iterator[AgencyEvent]:
    values = item.values
    word = _text(values, "code")
    yield CaseClosed(
        _case(item, values),
        known(ClosingCode, word, ClosingCode.UNKNOWN),
        _iso(values, "date"),
        _text(values, "text"),
        _text(values, "code_said") or word,
    )


def _listed(item: Item) -> Iterator[AgencyEvent]:
    values = item.values
    yield CaseListed(_case(item, values), _text(values, "stage"), values.get("principal_left"))


_TOLD: dict[str, Callable[[Item], Iterator[AgencyEvent]]] = {
    "receipts": _receipt,
    "statuses": _status,
    "settlements": _settlement,
    "closings": _closing,
    "listed": _listed,
}


def _case(item: Item, values: Values) -> CaseRef:
    case = CaseRef(_text(values, "claim_id"), _text(values, "agency_case_no"), _text(values, "invoice_no"))
    if not any(case) and not _text(values, "order_key"):
        raise FormatError("says of no case what it is about", code="CASE_MISSING", line=item.line, record=item.group)
    return case


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")


def _iso(values: Values, name: str) -> str:
    value = values.get(name)
    return value.isoformat() if isinstance(value, date) else ""
