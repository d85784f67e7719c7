"""Applying what an agency has told: receipts, statuses and closings change cases, settlements are booked.

Each event is applied once, in the transaction that marks it so; what is about no case of ours is a stray for a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CollectionAgency
from hub.model.agency_told import Told
from hub.model.collection import (
    CaseClosed,
    CaseListed,
    ClosingCode,
    OrderKind,
    Receipt,
    Stage,
    StatusTold,
)
from hub.model.collection_cases import ORDER_REFUSED, Case, CaseState, Order, OrderState
from hub.model.tenant import Tenant
from hub.rules.collection.ending import known_code
from hub.rules.collection.settling import can_be
from hub.rules.reasons import cut_at_word
from hub.services.collection.ending import Ending, end_cases
from hub.services.collection.listing import keep_list
from hub.services.collection.ordering import tell
from hub.services.collection.reading import event_of
from hub.services.collection.recalling import go_on, kept_as
from hub.services.collection.settling import book_rows, open_settlements
from hub.services.ports import UnitOfWork

APPLIED, STRAY = "applied", "stray"
STATUS_UNKNOWN = "agency_status_unknown"  # task
CASE_DISPUTED = "case_disputed"  # task
TAKEN_TOO_LATE = "case_taken_after_its_end"  # task
LONGEST_TEXT = 200
_SETTLING = ("settlement_opened", "settlement_row", "settlement_closed")


def apply_next(
    work: UnitOfWork, tenant: Tenant, agency: CollectionAgency, exchange_no: int, *, limit: int, run_no: int | None
) -> int:
    """Apply the next events of a file, in this transaction; return how many were left to it."""
    told = work.agency_told.next(exchange_no, limit)
    cases = work.collection_cases.lock([one.case_no for one in told if one.case_no is not None])
    open_settlements(work, agency.name, exchange_no, [one for one in told if one.kind == "settlement_opened"])
    rows = [one for one in told if one.kind == "settlement_row"]
    book_rows(work, tenant, agency.steps, exchange_no, rows, run_no=run_no)
    keep_list(work, agency.name, exchange_no, [one for one in told if one.kind == "case_listed"])
    applying = _Applying(work, cases)
    outcomes = [(one.exchange_no, one.told_no, *applying.apply(one)) for one in told]
    applying.write(tenant)
    work.agency_told.settle(outcomes)
    return len(told)


class _Applying:
    """Applies events one after the other to cases and orders in memory; what has changed is written together."""

    def __init__(self, work: UnitOfWork, cases: dict[int, Case]) -> None:
        self._work = work
        self._cases = cases
        self._orders: dict[int, list[Order]] = {number: [] for number in cases}
        for order in work.collection_orders.of_cases(list(cases)):
            self._orders[order.case_no].append(order)
        self._changed: dict[int, Case] = {}
        self._answered: dict[int, Order] = {}
        self._endings: list[Ending] = []

    def apply(self, told: Told) -> tuple[str, str]:
        """Apply one event; return its state, and a remark for people."""
        event = event_of(told)
        if told.kind in _SETTLING or isinstance(event, CaseListed):
            return APPLIED, ""
        if told.case_no is None:
            return STRAY, "no case of ours"
        case = self._cases[told.case_no]
        if isinstance(event, Receipt):
            return APPLIED, self._receipt(case, event)
        if isinstance(event, StatusTold):
            return APPLIED, self._status(case, event)
        return APPLIED, self._closed(case, event, told.exchange_no)

    def write(self, tenant: Tenant) -> None:
        """Write what has changed, and end what has ended."""
        names = ("state", "stage", "stage_on", "agency_case_no", "agency_ocr")
        self._work.collection_cases.change_each(self._changed.values(), *names)
        self._work.collection_orders.change(self._answered.values())
        end_cases(self._work, tenant, self._endings)

    def _change(self, case: Case) -> None:
        self._cases[case.case_no] = self._changed[case.case_no] = case

    def _end(self, ending: Ending) -> None:
        self._endings.append(ending)
        self._cases[ending.case.case_no] = ending.case._replace(state=ending.state)

    def _receipt(self, case: Case, event: Receipt) -> str:
        order = _answered(event, self._orders[case.case_no])
        if order is None:
            return "it answers nothing that was told"
        state = OrderState.ACCEPTED if event.is_accepted else OrderState.REFUSED
        text = cut_at_word(event.text, LONGEST_TEXT)
        self._answered[order.order_no] = order._replace(state=state, code=event.code, text=text)
        if order.kind == OrderKind.CLAIM:
            return self._of_claim(case, event, order)
        if not event.is_accepted:
            if order.kind == OrderKind.RECALL and case.state == CaseState.RECALLING:
                orders = self._orders[case.case_no]
                self._change(case._replace(state=kept_as(self._answered.get(one.order_no, one) for one in orders)))
                go_on(self._work, case, order)
            self._ask_about_refusal(case, order, event)
        elif order.kind == OrderKind.RECALL and case.is_open:
            self._end(Ending(case, ClosingCode.RECALLED))
        return ""

    def _of_claim(self, case: Case, event: Receipt, order: Order) -> str:
        if event.is_accepted:
            if not case.is_open:
                self._ask_for_it_back(case)
            known = case._replace(
                agency_case_no=event.agency_case_no or case.agency_case_no,
                agency_ocr=event.agency_ocr or case.agency_ocr,
            )
            is_first = case.state == CaseState.TRANSFERRED
            self._change(known._replace(state=CaseState.ACCEPTED) if is_first else known)
            tell(self._work, "case_accepted", known, order_no=order.order_no, agency_ocr=known.agency_ocr)
            return ""
        if not case.is_open:
            return f"the case is {case.state}"
        tell(self._work, "case_refused", case, code=event.code, text=event.text, order_no=order.order_no)
        self._ask_about_refusal(case, order, event)
        if case.claim_version == 1:
            text = f"{event.code} {event.text}".strip()
            self._end(Ending(case, ClosingCode.REJECTED_BY_AGENCY, CaseState.REFUSED, text))
        return ""

    def _ask_for_it_back(self, case: Case) -> None:
        message = (
            f"{case.agency} has taken case {case.claim_id}, which is {case.state} here: it demands what nobody "
            "follows; ask the agency to end it"
        )
        self._work.commands.open_task(TAKEN_TOO_LATE, str(case.case_no), message)

    def _ask_about_refusal(self, case: Case, order: Order, event: Receipt) -> None:
        why = cut_at_word(f"{event.code} {event.text}".strip() or "without saying why", LONGEST_TEXT)
        message = (
            f"{case.agency} has refused the {order.kind} of case {case.claim_id}: {why}; see what is wrong, and tell it"
        )
        self._work.commands.open_task(ORDER_REFUSED, str(order.order_no), message)

    def _status(self, case: Case, event: StatusTold) -> str:
        stage = event.stage if event.stage in set(Stage) else Stage.UNKNOWN
        is_dated = can_be(event.date, self._work.today)
        on = event.date if is_dated else ""
        if case.is_open:
            self._change(case._replace(stage=stage, stage_on=on or self._work.today))
        tell(self._work, "case_status_told", case, stage=stage, date=on, text=event.text, said=event.said)
        if stage == Stage.UNKNOWN:
            said = event.said or repr(event.stage)
            message = f"{case.agency} calls a status {said}, which is not known: ask what it means"
            self._work.commands.open_task(STATUS_UNKNOWN, f"{case.agency}:{event.said}"[:200], message)
        if stage == Stage.DISPUTED:
            message = (
                f"the debtor disputes case {case.claim_id} at {case.agency}: look at the claim, withdraw it or answer"
            )
            self._work.commands.open_task(CASE_DISPUTED, str(case.case_no), message)
        if not case.is_open:
            return f"the case is {case.state}"
        return "" if is_dated else f"its day {event.date} cannot be: it counts as told today"

    def _closed(self, case: Case, event: CaseClosed, exchange_no: int) -> str:
        if not case.is_open:
            return f"the case is {case.state} already"
        text = f"{event.said} {event.text}".strip()
        self._end(Ending(case, known_code(event.code), text=text, exchange_no=exchange_no))
        return ""


def _answered(event: Receipt, orders: Sequence[Order]) -> Order | None:
    """Return the order that a receipt is of: the one it names, else the latest claim of the case."""
    if event.order_key:
        return next((order for order in orders if order.order_key == event.order_key), None)
    claims = [order for order in orders if order.kind == OrderKind.CLAIM and order.state != OrderState.DROPPED]
    return claims[-1] if claims else None
