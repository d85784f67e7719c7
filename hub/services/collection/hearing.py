"""What became of messages to agencies: what has arrived, what was answered, what was refused."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.attempts import ANSWER
from hub.model.collection import ClosingCode, OrderKind
from hub.model.collection_cases import NOT_TAKEN, Case, CaseState, Order, OrderState
from hub.model.events import Event
from hub.model.tenant import Tenant
from hub.services.collection.agencies import Agencies
from hub.services.collection.ending import Ending, end_case, end_cases
from hub.services.collection.ordering import tell
from hub.services.collection.recalling import go_on, kept_as
from hub.services.collection.receiving import ANSWER_UNREAD, take_in_answer
from hub.services.ports import UnitOfWork

CURSOR = "collection messages"
CLAIM = "hear of messages to agencies"
EVENTS_AT_ONCE = 200
PREFIX = "collection:"
DELIVERED, REJECTED = "attempt_delivered", "attempt_rejected"
KINDS = (DELIVERED, REJECTED)


def hear_of_messages(work: UnitOfWork, tenant: Tenant, agencies: Agencies) -> bool:
    """Hear what became of messages since the last time, in this transaction; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()
    heard = work.events.heard_by(CURSOR)
    events = work.events.of_kinds(KINDS, after=heard, until=latest, limit=EVENTS_AT_ONCE)
    ours = [event for event in events if str(event.data.get("message", "")).startswith(PREFIX)]
    orders: dict[int, list[Order]] = {int(event.data["exchange_no"]): [] for event in ours}
    for order in work.collection_orders.of_exchanges(list(orders)):
        orders[order.exchange_no or 0].append(order)
    for event in ours:
        own = orders[int(event.data["exchange_no"])]
        if event.kind == DELIVERED:
            _delivered(work, tenant, agencies, event, own)
        else:
            _rejected(work, tenant, event, own)
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    return has_more


def _delivered(work: UnitOfWork, tenant: Tenant, agencies: Agencies, event: Event, orders: Sequence[Order]) -> None:
    cases = work.collection_cases.get_all([order.case_no for order in orders])
    attempt = work.attempts.get(int(event.data["attempt_no"]))
    answer = work.exchanges.by_key(f"{ANSWER}:{attempt.key}") if attempt is not None else None
    names = {case.agency for case in cases.values()}
    if answer is not None and names:
        name = names.pop()
        agency = agencies.by_name.get(name)
        work.exchanges.change(answer.number, format=name)
        state = take_in_answer(work, tenant, agency, answer) if agency is not None else "unread"
        if state != "posted":
            message = (
                f"the answer to exchange {event.data['exchange_no']} is {state}: see hub exchanges show "
                f"{answer.number}; mend what is wrong, then hub exchanges retry {answer.number}"
            )
            work.commands.open_task(ANSWER_UNREAD, str(answer.number), message)
    _end_final(work, tenant, agencies, [order.case_no for order in orders if order.kind == OrderKind.RECALL])


def _end_final(work: UnitOfWork, tenant: Tenant, agencies: Agencies, case_nos: Sequence[int]) -> None:
    """End cases whose recall has arrived at an agency that never answers one."""
    recalled = [case for case in work.collection_cases.get_all(case_nos).values() if case.state == CaseState.RECALLING]
    agreed = [(case, agencies.agreed(case.agency, case.organisation_number)) for case in recalled]
    final = [case for case, one in agreed if one is not None and not one.confirms_recalls]
    end_cases(work, tenant, [Ending(case, ClosingCode.RECALLED) for case in final])


def _rejected(work: UnitOfWork, tenant: Tenant, event: Event, orders: Sequence[Order]) -> None:
    """A call about one claim that the agency refuses is a claim refused; of a file a person is asked."""
    problem = str(event.data.get("problem", ""))[:200]
    if not orders:
        _document_rejected(work, event, problem)
        return
    cases = work.collection_cases.get_all([order.case_no for order in orders])
    never_there = [case for order in orders if (case := cases[order.case_no]) and _never_there(order, case)]
    end_cases(work, tenant, [Ending(case, ClosingCode.RECALLED) for case in never_there])
    if all(not case.is_open or case in never_there for case in cases.values()):
        return
    remedy = f"send it again by: hub collection again {event.data['exchange_no']}"
    if len(orders) == 1 and orders[0].state == OrderState.SENT and not orders[0].file_no:
        (order,) = orders
        case = work.collection_cases.get_all([order.case_no])[order.case_no]
        work.collection_orders.change([order._replace(state=OrderState.REFUSED, text=problem)])
        if order.kind == OrderKind.RECALL and case.state == CaseState.RECALLING:
            state = kept_as(work.collection_orders.of_cases([case.case_no]))
            work.collection_cases.change(case.case_no, state=state)
            go_on(work, case, order)
        if order.kind == OrderKind.CLAIM and case.is_open and case.claim_version == 1:
            remedy = "hand the receivable over anew"
            tell(work, "case_refused", case, text=problem, order_no=order.order_no)
            end_case(work, tenant, case, ClosingCode.REJECTED_BY_AGENCY, state=CaseState.REFUSED, text=problem)
    number = event.data["exchange_no"]
    message = f"an agency has not taken exchange {number} ({problem}): mend what is wrong, and {remedy}"
    work.commands.open_task(NOT_TAKEN, str(number), message)


def _never_there(order: Order, case: Case) -> bool:
    """Say whether a case was taken back whose claim, in a file, has never come to the agency: it ends at once."""
    is_first_claim = order.kind == OrderKind.CLAIM and case.claim_version == 1
    return bool(order.file_no) and is_first_claim and case.state == CaseState.RECALLING


def _document_rejected(work: UnitOfWork, event: Event, problem: str) -> None:
    number, name = event.data["exchange_no"], str(event.data["message"]).rpartition("/")[2]
    message = (
        f"an agency has not taken the document {name} ({problem}): save it by hub exchanges content {number}, and send "
        "it by hand"
    )
    work.commands.open_task(NOT_TAKEN, str(number), message)
