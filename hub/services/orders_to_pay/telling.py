"""What happens to an application: its row moves by the rule table, a step is written, the feed is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.errors import DataError, RuleViolation
from hub.model.orders_to_pay import Happening, OrderClaim, OrderState, OrderStep, OrderToPay, Said
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.states import TOLD_AGAIN_BY, next_state
from hub.services.books.finding import find_company
from hub.services.books.marks import Mark, set_marks
from hub.services.books.marks import end_marks as end_own
from hub.services.orders_to_pay.duties import after_step
from hub.services.orders_to_pay.looking import source_of
from hub.services.orders_to_pay.means import Interrupt
from hub.services.ports import UnitOfWork


def mark_of(order_no: int) -> Mark:
    """Return the mark of an application on its receivables."""
    return Mark(source_of(order_no), f"order to pay {order_no}")


def find_order(work: UnitOfWork, order_no: int, *, to_change: bool = False) -> OrderToPay:
    """Return an application. Raises DataError when there is none of this number."""
    order = work.orders_to_pay.get(order_no, to_change=to_change)
    if order is None:
        raise DataError(f"there is no application {order_no}; see: hub orders-to-pay list")
    return order


def tell(work: UnitOfWork, tenant: Tenant, order: OrderToPay, said: Said, interrupt: Interrupt) -> OrderToPay:
    """Let something happen to an application that nobody else moves meanwhile; return it as it is then.

    Raises:
        RuleViolation: it cannot happen in the state that the application is in.
        DataError: the day is to come, or lies before the one that led to this state; or a case number is missing.
    """
    state = next_state(OrderState(order.state), said.happening)
    _refuse_impossible_day(work, order, said)
    moved = _moved(order, state, said)
    change_to(work, order, moved)
    work.orders_to_pay.add_step(order.order_no, _step(said, state))
    claims = work.orders_to_pay.claims(order.order_no)
    record(work, moved, claims, said, said.happening)
    after_step(work, tenant, order, moved, claims, said, interrupt)
    return moved


def _step(said: Said, state: OrderState) -> OrderStep:
    return OrderStep(
        step_no=0,
        happening=said.happening,
        state=state,
        on_day=said.on_day,
        text=said.text,
        amount_ore=said.amount_ore,
        exchange_no=said.exchange_no,
        document_sha256=said.document_sha256,
        paper_sha256=said.paper_sha256,
        told_by=said.user,
        recorded_at="",
    )


def _refuse_impossible_day(work: UnitOfWork, order: OrderToPay, said: Said) -> None:
    if said.on_day > work.today:
        raise DataError(f"{said.on_day} is to come: tell it when it has happened")
    if said.happening is Happening.FILED and said.on_day < order.counted_to:
        raise DataError(
            f"{said.on_day} lies before {order.counted_to}, of which the application is dated: see to the day"
        )
    if said.on_day < order.filed_on and said.happening is not Happening.FILED:
        raise DataError(f"{said.on_day} lies before {order.filed_on}, when the application was filed")
    if said.happening is Happening.CONFIRMED and not (said.case_no or order.case_no):
        raise DataError("a confirmation has the authority's case number: give case_no")
    if said.case_no and not order.case_no and (others := work.orders_to_pay.by_case(said.case_no)):
        raise DataError(f"application {others[0].order_no} has the case number {said.case_no}: see which it is of")
    if said.case_no and order.case_no and said.case_no != order.case_no:
        raise RuleViolation(f"application {order.order_no} has the case number {order.case_no}, not {said.case_no}")


def _moved(order: OrderToPay, state: OrderState, said: Said) -> OrderToPay:
    moved = order._replace(case_no=said.case_no or order.case_no)
    if state != order.state:
        moved = moved._replace(state=state, state_since=said.on_day, why=said.text)
    if _reached_the_authority(order, state) and not order.filed_on:
        moved = moved._replace(filed_on=said.on_day if said.happening is Happening.FILED else order.counted_to)
    if said.happening is Happening.RECEIPT_REJECTED:
        moved = moved._replace(filed_on="")
    if said.happening is Happening.DECIDED:
        moved = moved._replace(decided_on=said.on_day, awarded_ore=said.amount_ore)
    if said.happening in TOLD_AGAIN_BY and said.exchange_no:
        moved = moved._replace(exchange_no=said.exchange_no)
    return moved


def _reached_the_authority(order: OrderToPay, state: OrderState) -> bool:
    return order.state == OrderState.LEAVING and state in (
        OrderState.FILED,
        OrderState.RECEIPT_OK,
        OrderState.CONFIRMED,
    )


def change_to(work: UnitOfWork, before: OrderToPay, after: OrderToPay) -> None:
    """Write what differs of an application."""
    changed: dict[str, Any] = {name: value for name, value in after._asdict().items() if getattr(before, name) != value}
    if changed:
        work.orders_to_pay.change(before.order_no, **changed)


def record(work: UnitOfWork, order: OrderToPay, claims: Sequence[OrderClaim], said: Said, what: str) -> None:
    """Tell the feed what happened to an application, as it is then."""
    about = {
        "order_no": order.order_no,
        "company": order.company,
        "receivables": [{"company": one.company, "number": one.number, "source_system": one.source_system}
                        for one in claims],
        "state": order.state,
        "case_no": order.case_no,
        "on": said.on_day,
        "text": said.text,
        "user": said.user,
    }  # fmt: skip
    amount = {"amount_ore": said.amount_ore} if said.amount_ore else {}
    exchange = {"exchange_no": said.exchange_no} if said.exchange_no else {}
    taken_back = {"happening": said.happening} if what != said.happening else {}
    work.events.record(f"order_to_pay_{what}", **about, **amount, **exchange, **taken_back)


def mark(work: UnitOfWork, tenant: Tenant, order_no: int, claims: Sequence[OrderClaim], user: str) -> None:
    """Put the hold and the watch of an application on its receivables, each with its own company's hold code."""
    own = mark_of(order_no)
    end_own(work, own, [one.receivable_id for one in claims], user)  # of an application that is filed once more
    codes = [(one, find_company(tenant, one.company).dunning.plan_hold) for one in claims]
    set_marks(work, own, codes, user)
