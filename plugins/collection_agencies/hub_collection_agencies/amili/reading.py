"""What Amili says, as events: the answer to a request, pages of cases, the rows of a payout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.errors import FormatError
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
from hub_collection_agencies.amili.settings import CATEGORIES, STAGES, AmiliSettings
from hub_collection_agencies.amili.translate import CANCELLATIONS, CREDITINGS, PAYMENTS, REGISTRATIONS
from hub_collection_agencies.amili.wire import Values, day_of, items_in, object_in, ore, text_of

CASES, PAYOUTS = "cases", "finance--payout-specifications"
OPEN_CASES = "open_cases"  # ours: those of them that were open when they were asked for
_STATES_OF = {PAYMENTS: "_payment_status", CREDITINGS: "status", CANCELLATIONS: "_cancellation_status"}
_BAD = frozenset({"error", "failed", "rejected"})


def events_of(content: bytes, settings: AmiliSettings) -> Iterator[AgencyEvent]:
    """Yield what an answer, or a file of pages, says. Raises FormatError."""
    said = object_in(content)
    if "answer_to" in said:
        events: list[AgencyEvent] = [_receipt(said)]
    elif said.get("resource") == CASES:
        events = [event for item in _once(_items(said)) for event in _case(item, settings)]
    elif said.get("resource") == OPEN_CASES:
        events = [_listed(item, settings) for item in _latest(_items(said)) if not item.get("closed")]
    elif said.get("resource") == PAYOUTS:
        events = list(_settlement(_items(said), settings))
    else:
        raise FormatError("is nothing that Amili says", code="UNRECOGNISED")
    yield Opened(lists_cases=said.get("resource") == OPEN_CASES)
    yield from events
    yield Closed(len(events))


def _items(said: Values) -> list[Values]:
    pages = said.get("pages")
    if not isinstance(pages, list):
        raise FormatError("has no pages", code="NOT_A_PAGE", field="pages")
    return [item for page in pages for item in items_in(page)]


def _once(items: list[Values]) -> list[Values]:
    """Return items without repeats: pages that follow each other by time have some in common."""
    return list({(text_of(item, "_id"), text_of(item, "_etag")): item for item in items}.values())


def _latest(items: list[Values]) -> list[Values]:
    """Return items without repeats, each as it came last: one that changed meanwhile is told again."""
    return list({text_of(item, "_id"): item for item in items}.values())


def _receipt(said: Values) -> Receipt:
    about, answer = said["answer_to"], said.get("answer")
    resource = text_of(about, "resource")
    case = CaseRef(text_of(about, "claim_id"), invoice_no=text_of(about, "invoice_no"))
    if not any(case) or not isinstance(answer, dict):
        raise FormatError("says of no case what it is about", code="CASE_MISSING")
    if resource == REGISTRATIONS:
        number, reference = _only(answer, "_cases"), _only(answer, "_ocr_numbers_ocr") or _only(answer, "_ocr_numbers")
        return Receipt(case, bool(number), text_of(about, "order_key"), number, reference, "", _unless(number))
    state = text_of(answer, _STATES_OF.get(resource, "status")) or text_of(answer, "status")
    text = text_of(answer, "status_reason_locale")
    return Receipt(case, state not in _BAD, text_of(about, "order_key"), code=state, text=text)


def _unless(number: str) -> str:
    return "" if number else "Amili's answer names no case"


def _only(answer: Values, name: str) -> str:
    """Return the one text of a list: a registration of ours has one debt, and so one case."""
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        return ""
    if len(found) > 1:
        raise FormatError("a registration of one debt became several cases", code="CASES_DIFFER", field=name)
    return found[0] if found else ""


def _listed(item: Values, settings: AmiliSettings) -> CaseListed:
    stage = _stage(text_of(item, "state"), text_of(item, "status"), settings)
    left_ore = ore(item.get("total_remaining_capital_amount"), "total_remaining_capital_amount")
    return CaseListed(_ref(item), stage, left_ore)


def _ref(item: Values) -> CaseRef:
    case = CaseRef(agency_case_no=text_of(item, "_id"), invoice_no=text_of(item, "debt", "invoice_number"))
    if not case.agency_case_no:
        raise FormatError("a case has no id", code="CASE_MISSING", field="_id")
    return case


def _case(item: Values, settings: AmiliSettings) -> Iterator[AgencyEvent]:
    case = _ref(item)
    state, status = text_of(item, "state"), text_of(item, "status")
    left_ore = ore(item.get("total_remaining_capital_amount"), "total_remaining_capital_amount")
    on_day = day_of(item.get("latest_state_date"))
    word = status or state
    if item.get("closed"):
        yield CaseClosed(case, _closing_code(status, left_ore, settings), on_day, said=word)
    else:
        yield StatusTold(case, _stage(state, status, settings), on_day, said=word, principal_left_ore=left_ore)


def _stage(state: str, status: str, settings: AmiliSettings) -> Stage:
    """The status says more than the state; of both the first one that is known."""
    stages: Mapping[str, Stage] = {**STAGES, **settings.stages}
    return next((stages[word] for word in (status, state) if word in stages), Stage.UNKNOWN)


def _closing_code(status: str, left_ore: int, settings: AmiliSettings) -> ClosingCode:
    """What the settings say of a status; without them, a case with nothing left is paid."""
    if status in settings.closing_codes:
        return settings.closing_codes[status]
    return ClosingCode.UNKNOWN if left_ore else ClosingCode.PAID_AGENCY


def _settlement(items: list[Values], settings: AmiliSettings) -> Iterator[AgencyEvent]:
    """One payout; its rows are put together by invoice."""
    references = {text_of(item, "payout_reference") for item in items}
    if len(references) != 1 or "" in references:
        raise FormatError("the rows are not of one payout", code="PAYOUT_DIFFERS", field="payout_reference")
    by_invoice: dict[str, dict[str, Any]] = {}
    for item in items:
        _add(by_invoice, item, settings)
    days = sorted(day_of(item.get("booking_date")) for item in items)
    yield SettlementOpened(references.pop(), days[-1])
    for invoice, row in by_invoice.items():
        yield SettlementRow(CaseRef(invoice_no=invoice), **row)
    yield SettlementClosed(len(by_invoice), sum(row["net_ore"] for row in by_invoice.values()))


def _add(by_invoice: dict[str, dict[str, Any]], item: Values, settings: AmiliSettings) -> None:
    invoice, word = text_of(item, "invoice_number"), text_of(item, "finance_category")
    part = {**CATEGORIES, **settings.categories}.get(word)
    if not invoice or part is None:
        field = "finance_category" if invoice else "invoice_number"
        raise FormatError(
            "is not known: say in plugins.collection_agencies.amili.categories what it is",
            code="CATEGORY_UNKNOWN",
            field=field,
            value=word,
        )
    amount_ore, vat_ore = ore(item.get("amount"), "amount"), ore(item.get("vat_amount"), "vat_amount")
    total_ore = ore(item.get("total_amount"), "total_amount")
    if total_ore != amount_ore + vat_ore:
        raise FormatError("amount and VAT do not make the total", code="AMOUNTS_DIFFER", field="total_amount")
    sign = -1 if part == "commission" else 1  # what is kept stands below zero in a payout
    row = by_invoice.setdefault(invoice, {"net_ore": 0, "vat_ore": 0, "date": day_of(item.get("booking_date"))})
    row[f"{part}_ore"] = row.get(f"{part}_ore", 0) + sign * amount_ore
    row["vat_ore"] += sign * vat_ore
    row["net_ore"] += total_ore
