"""Applying what an agency has told: receipts, statuses and closings change cases, settlements are booked.

Each event is applied once, in the transaction that marks it so; what is about no case of ours is a stray for a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CollectionAgency
from hub.model.agency_told import Listed, Told
from hub.model.collection import (
    CaseClosed,
    CaseListed,
    ClosingCode,
    OrderKind,
    Receipt,
    Stage,
    StatusTold,
)
from hub.model.collection_cases import Case, CaseState, Order, OrderState
from hub.model.tenant import Tenant
from hub.rules.collection.ending import known_code
from hub.rules.reasons import cut_at_word
from hub.services.collection.ending import end_case
from hub.services.collection.ordering import tell
from hub.services.collection.reading import event_of
from hub.services.collection.settling import book_rows, open_settlements
from hub.services.ports import UnitOfWork

APPLIED, STRAY = "applied", "stray"
STATUS_UNKNOWN = "agency_status_unknown"  # task
ORDER_REFUSED = "agency_order_refused"  # task
CASE_DISPUTED = "case_disputed"  # task
LONGEST_TEXT = 200
_SETTLING = ("settlement_opened", "settlement_row", "settlement_closed")


def apply_next(
    work: UnitOfWork, tenant: Tenant, agency: CollectionAgency, exchange_no: int, *, limit: int, run_no: int | None
) -> int:
    """Apply the next events of a file, in this transaction; return how many were left to it."""
    told = work.agency_told.next(exchange_no, limit)
    cases = work.collection_cases.lock([one.case_no for one in told if one.case_no is not None])
    orders = _orders_by_case(work, list(cases))
    open_settlements(work, agency.name, exchange_no, [one for one in told if one.kind == "settlement_opened"])
    book_rows(work, tenant, exchange_no, [one for one in told if one.kind == "settlement_row"], run_no=run_no)
    done = [one for one in told if one.kind in _SETTLING]
    outcomes = [(one.exchange_no, one.told_no, APPLIED, "") for one in done]
    _keep_list(work, agency.name, exchange_no, [one for one in told if one.kind == "case_listed"])
    for one in told:
        if one.kind not in _SETTLING:
            outcomes.append((one.exchange_no, one.told_no, *_apply(work, tenant, one, cases, orders)))
    work.agency_told.settle(outcomes)
    return len(told)


def _orders_by_case(work: UnitOfWork, case_nos: Sequence[int]) -> dict[int, list[Order]]:
    found: dict[int, list[Order]] = {number: [] for number in case_nos}
    for order in work.collection_orders.of_cases(case_nos):
        found[order.case_no].append(order)
    return found


def _apply(
    work: UnitOfWork, tenant: Tenant, told: Told, cases: dict[int, Case], orders: dict[int, list[Order]]
) -> tuple[str, str]:
    """Apply one event; return its state, and a remark for people."""
    event = event_of(told)
    if told.case_no is None:
        return (APPLIED, "") if isinstance(event, CaseListed) else (STRAY, "no case of ours")
    case = cases[told.case_no]
    if isinstance(event, Receipt):
        remark = _receipt(work, tenant, case, event, orders[case.case_no])
    elif isinstance(event, StatusTold):
        remark = _status(work, case, event)
    elif isinstance(event, CaseClosed):
        remark = _closed(work, tenant, case, event, told.exchange_no)
    else:
        remark = ""
    cases[told.case_no] = work.collection_cases.get_all([told.case_no])[told.case_no]
    return APPLIED, remark


def _receipt(work: UnitOfWork, tenant: Tenant, case: Case, event: Receipt, orders: Sequence[Order]) -> str:
    order = _answered(event, orders)
    if order is None:
        return "it answers nothing that was told"
    state = OrderState.ACCEPTED if event.is_accepted else OrderState.REFUSED
    text = cut_at_word(event.text, LONGEST_TEXT)
    work.collection_orders.change([order._replace(state=state, code=event.code, text=text)])
    if order.kind == OrderKind.CLAIM:
        return _of_claim(work, tenant, case, event, order)
    if not event.is_accepted:
        _ask_about_refusal(work, case, order, event)
    elif order.kind == OrderKind.RECALL and case.is_open:
        end_case(work, tenant, case, ClosingCode.RECALLED)
    return ""


def _answered(event: Receipt, orders: Sequence[Order]) -> Order | None:
    """Return the order that a receipt is of: the one it names, else the latest claim of the case."""
    if event.order_key:
        return next((order for order in orders if order.order_key == event.order_key), None)
    claims = [order for order in orders if order.kind == OrderKind.CLAIM and order.state != OrderState.DROPPED]
    return claims[-1] if claims else None


def _of_claim(work: UnitOfWork, tenant: Tenant, case: Case, event: Receipt, order: Order) -> str:
    numbers = {
        "agency_case_no": event.agency_case_no or case.agency_case_no,
        "agency_ocr": event.agency_ocr or case.agency_ocr,
    }
    if event.is_accepted:
        state = CaseState.ACCEPTED if case.state == CaseState.TRANSFERRED else case.state
        work.collection_cases.change(case.case_no, state=state, **numbers)
        told = case._replace(agency_case_no=numbers["agency_case_no"])
        tell(work, "case_accepted", told, order_no=order.order_no, agency_ocr=numbers["agency_ocr"])
        return ""
    if not case.is_open:
        return f"the case is {case.state}"
    tell(work, "case_refused", case, code=event.code, text=event.text, order_no=order.order_no)
    _ask_about_refusal(work, case, order, event)
    if case.claim_version == 1:
        text = f"{event.code} {event.text}".strip()
        end_case(work, tenant, case, ClosingCode.REJECTED_BY_AGENCY, state=CaseState.REFUSED, text=text)
    return ""


def _ask_about_refusal(work: UnitOfWork, case: Case, order: Order, event: Receipt) -> None:
    why = cut_at_word(f"{event.code} {event.text}".strip() or "without saying why", LONGEST_TEXT)
    message = (
        f"{case.agency} has refused the {order.kind} of case {case.claim_id}: {why}; see what is wrong, and tell it"
    )
    work.commands.open_task(ORDER_REFUSED, str(order.order_no), message)


def _status(work: UnitOfWork, case: Case, event: StatusTold) -> str:
    stage = event.stage if event.stage in set(Stage) else Stage.UNKNOWN
    if case.is_open:
        work.collection_cases.change(case.case_no, stage=stage, stage_on=event.date or work.today)
    tell(work, "case_status_told", case, stage=stage, date=event.date, text=event.text, said=event.said)
    if stage == Stage.UNKNOWN:
        message = f"{case.agency} calls a status {event.said or event.stage!r}, which is not known: ask what it means"
        work.commands.open_task(STATUS_UNKNOWN, f"{case.agency}:{event.said}"[:200], message)
    if stage == Stage.DISPUTED:
        message = f"the debtor disputes case {case.claim_id} at {case.agency}: look at the claim, withdraw it or answer"
        work.commands.open_task(CASE_DISPUTED, str(case.case_no), message)
    return "" if case.is_open else f"the case is {case.state}"


def _closed(work: UnitOfWork, tenant: Tenant, case: Case, event: CaseClosed, exchange_no: int) -> str:
    if not case.is_open:
        return f"the case is {case.state} already"
    text = f"{event.said} {event.text}".strip()
    end_case(work, tenant, case, known_code(event.code), text=text, exchange_no=exchange_no)
    return ""


def _keep_list(work: UnitOfWork, agency: str, exchange_no: int, told: Sequence[Told]) -> None:
    rows = []
    for one in told:
        event: CaseListed = event_of(one)
        rows.append(
            Listed(
                row_no=one.told_no,
                exchange_no=exchange_no,
                case_no=one.case_no,
                **event.case._asdict(),
                stage=event.stage,
                principal_left_ore=event.principal_left_ore,
            )
        )
    if rows:
        earlier = {one.exchange_no for one in work.agency_told.listed(agency)}
        work.agency_told.keep_list(agency, rows, is_first=earlier != {exchange_no})
