"""Taking cases back from agencies (*återkallelse*): what has not been sent never is; else the agency is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.errors import RuleViolation
from hub.model.collection import OrderKind, RecallReason
from hub.model.collection_cases import Case, CaseState, Order, OrderState
from hub.services.collection.ordering import TOLD, Draft, said_of, tell, write_orders
from hub.services.ports import UnitOfWork

RECALLED = "case_recalled"  # event
GOES_ON = "case_goes_on"  # event
_HAS_GONE = (OrderState.SENT, OrderState.ACCEPTED)


def recall(work: UnitOfWork, cases: Sequence[Case], reason: RecallReason, text: str = "") -> list[Case]:
    """Take cases back; return those that end at once, since the agency was never told of them.

    Raises RuleViolation when one has ended, or has been taken back already.
    """
    for case in cases:
        if not case.is_open or case.state == CaseState.RECALLING:
            raise RuleViolation(f"case {case.case_no} is {case.state}: it cannot be taken back")
    orders = work.collection_orders.of_cases([case.case_no for case in cases])
    waiting = [order for order in orders if order.waits]
    work.collection_orders.change(order._replace(state=OrderState.DROPPED) for order in waiting)
    known = {order.case_no for order in orders if order.kind == OrderKind.CLAIM and order.state in _HAS_GONE}
    told = [case for case in cases if case.case_no in known]
    work.collection_cases.change_each([case._replace(state=CaseState.RECALLING) for case in told], "state")
    write_orders(work, [Draft(case, OrderKind.RECALL, {"recall_reason": reason, "reason": text}) for case in told])
    for case in cases:
        tell(work, RECALLED, case, reason=reason, text=text, is_told=case.case_no in known)
    return [case for case in cases if case.case_no not in known]


def kept_as(orders: Iterable[Order]) -> CaseState:
    """Return where a case stands that the agency keeps: a claim that was never answered is not answered by that."""
    is_accepted = any(one.kind == OrderKind.CLAIM and one.state == OrderState.ACCEPTED for one in orders)
    return CaseState.ACCEPTED if is_accepted else CaseState.TRANSFERRED


def go_on(work: UnitOfWork, case: Case, refused: Order) -> None:
    """Let a case that the agency keeps go on: it is told what it was spared since we asked for it back."""
    orders = work.collection_orders.of_cases([case.case_no])
    spared = [one for one in orders if one.order_no > refused.order_no and one.state == OrderState.DROPPED]
    work.collection_orders.change(order._replace(state=OrderState.WAITING) for order in spared)
    tell(work, GOES_ON, case, order_no=refused.order_no)
    for order in spared:
        tell(work, TOLD, case, order_no=order.order_no, order=order.kind, part=said_of(order))
