"""Taking cases back from agencies (*återkallelse*): what has not been sent never is; else the agency is told."""

from __future__ import annotations

from hub.errors import RuleViolation
from hub.model.collection import OrderKind, RecallReason
from hub.model.collection_cases import Case, CaseState, Order, OrderState
from hub.services.collection.ordering import TOLD, Draft, said_of, tell, write_orders
from hub.services.ports import UnitOfWork

RECALLED = "case_recalled"  # event
GOES_ON = "case_goes_on"  # event


def recall(work: UnitOfWork, case: Case, reason: RecallReason, text: str = "") -> bool:
    """Take a case back; say whether it ends at once, since the agency was never told of it.

    Raises RuleViolation when it has ended, or has been taken back already.
    """
    if not case.is_open or case.state == CaseState.RECALLING:
        raise RuleViolation(f"case {case.case_no} is {case.state}: it cannot be taken back")
    orders = work.collection_orders.of_cases([case.case_no])
    waiting = [order for order in orders if order.waits]
    work.collection_orders.change(order._replace(state=OrderState.DROPPED) for order in waiting)
    is_told = any(
        order.kind == OrderKind.CLAIM and order.state in (OrderState.SENT, OrderState.ACCEPTED) for order in orders
    )
    if is_told:
        work.collection_cases.change(case.case_no, state=CaseState.RECALLING)
        write_orders(work, [Draft(case, OrderKind.RECALL, {"recall_reason": reason, "reason": text})])
    tell(work, RECALLED, case, reason=reason, text=text, is_told=is_told)
    return not is_told


def go_on(work: UnitOfWork, case: Case, refused: Order) -> None:
    """Let a case that the agency keeps go on, `accepted`: it is told what it was spared since we asked for it back."""
    orders = work.collection_orders.of_cases([case.case_no])
    spared = [one for one in orders if one.order_no > refused.order_no and one.state == OrderState.DROPPED]
    work.collection_orders.change(order._replace(state=OrderState.WAITING) for order in spared)
    tell(work, GOES_ON, case, order_no=refused.order_no)
    for order in spared:
        tell(work, TOLD, case, order_no=order.order_no, order=order.kind, part=said_of(order))
