"""What a person knows of a refund or a file of them, where no answer and no statement says it."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.exchanges import ExchangeState
from hub.model.payment_orders import OrderStatus
from hub.model.payments import UnmatchedPayment
from hub.model.refund_commands import DecideRefund, RefundVerdict, RefuseRefundOrder
from hub.model.refunds import UNDER_WAY, Refund, RefundOrder
from hub.model.tenant import Tenant
from hub.services.ports import JsonObject, UnitOfWork
from hub.services.refunds.approving import refunds_named
from hub.services.refunds.booking import book
from hub.services.refunds.following import REFUSED_TASK
from hub.services.refunds.giving_back import give_back
from hub.services.refunds.paying_after_all import pay_after_all
from hub.services.refunds.returning import note_return


def decide_refund(work: UnitOfWork, tenant: Tenant, command: DecideRefund) -> JsonObject:
    """Write what a person knows of a refund that was ordered.

    Raises:
        DataError: there is no such refund or payment.
        RuleViolation: it is not under way, its file may still reach the bank, or it did not come back as the payment.
    """
    one = refunds_named(work, (command.refund_no,))[command.refund_no]
    if command.verdict is RefundVerdict.CAME_BACK:
        _came_back(work, tenant, one, command.payment_id or 0)
    elif command.verdict is RefundVerdict.PAID and one.is_given_back and one.booked_on and not one.returned_payment:
        pay_after_all(work, tenant, one)
    else:
        _refuse_not_under_way(work, one)
        reason = f"{command.user}: {command.reason}"
        if command.verdict is RefundVerdict.PAID:
            book(work, tenant, [one], str(command.paid_on or work.today), exchange_no=0)
            work.refunds.change([one.refund_no], reason=reason)
        else:
            give_back(work, tenant, [one], reason)
    now = work.refunds.get_all([one.refund_no])[one.refund_no]
    work.events.record(
        "refund_decided",
        refund_no=one.refund_no,
        verdict=command.verdict,
        reason=command.reason,
        user=command.user,
        command_key=command.key,
    )
    return {"refund_no": one.refund_no, "state": now.state}


def _came_back(work: UnitOfWork, tenant: Tenant, one: Refund, payment_id: int) -> None:
    work.queue.lock([payment_id])
    found = work.matching.payments([payment_id])
    if not found:
        raise DataError(f"there is no payment {payment_id}; see: hub payments list")
    if not one.order_no or one.is_given_back or one.returned_payment:
        raise RuleViolation(
            f"refund {one.refund_no} is {one.state} and cannot have come back as payment {payment_id}: it must have "
            "been ordered, and neither have come back nor been given back"
        )
    if problem := _why_another(work, one, found[0]):
        raise RuleViolation(
            f"refund {one.refund_no} cannot have come back as payment {payment_id}: {problem}; see: hub payments show "
            f"{payment_id}"
        )
    note_return(work, tenant, one, payment_id)


def _why_another(work: UnitOfWork, one: Refund, payment: UnmatchedPayment) -> str:
    """Say why a payment is other money than a refund that came back; blank when it may be the refund's."""
    if (payment.amount_ore, payment.currency) != (one.amount_ore, one.currency):
        return "it is of another amount or currency"
    if payment.company not in ("", one.company):  # blank: the settings have no such account
        return "it came to another company"
    if payment.payment_id == one.payment_id:
        return "it is the payment that the refund pays back"
    if other := work.refunds.returned_as(payment.payment_id):
        return f"refund {other} did"
    return ""


def _refuse_not_under_way(work: UnitOfWork, one: Refund) -> None:
    if one.state not in UNDER_WAY:
        raise RuleViolation(f"refund {one.refund_no} is {one.state}: only one that is under way can be decided")
    order = work.refunds.order(one.order_no)
    assert order is not None  # its refund names it
    _refuse_on_its_way(order)
    if order.exchange_state == ExchangeState.UNDELIVERED:
        raise RuleViolation(
            f"file {order.order_no} has not reached the bank, and when it is sent again all of it is paid: say of the "
            f"whole file that it is not sent any more: hub refunds refused {order.order_no}"
        )


def _refuse_on_its_way(order: RefundOrder) -> None:
    if order.exchange_state in (ExchangeState.SENDING, ExchangeState.UNKNOWN) and not order.answer:
        raise RuleViolation(
            f"file {order.order_no} is {order.exchange_state}: it may still reach the bank, and would be paid; find "
            f"out first, and say so by hub attempts decide (hub exchanges show {order.exchange_no})"
        )


def refuse_order(work: UnitOfWork, tenant: Tenant, command: RefuseRefundOrder) -> JsonObject:
    """Give back the money of all refunds of a file that the bank has taken none of; it is never sent again.

    Raises:
        DataError: there is no such file.
        RuleViolation: it may still reach the bank, a statement says that refunds of it have left, or none is left.
    """
    order = work.refunds.order(command.order_no)
    if order is None:
        raise DataError(f"there is no file {command.order_no} of refunds; see: hub refunds orders")
    _refuse_on_its_way(order)
    refunds = work.refunds.in_order(order.order_no)
    if booked := [one.refund_no for one in refunds if one.booked_on]:
        raise RuleViolation(
            f"refund {booked[0]} of file {order.order_no} has left by a statement, so the bank has taken the file: "
            "say of single refunds what became of them: hub refunds decide"
        )
    going = [one for one in refunds if one.state in UNDER_WAY]
    if not going:
        raise RuleViolation(f"no refund of file {order.order_no} is under way any more; see: hub refunds list")
    reason = f"{command.user}: {command.reason}"
    give_back(work, tenant, going, reason)
    work.exchanges.let_go([order.exchange_no])
    work.commands.close_task(REFUSED_TASK, str(order.order_no))
    work.refunds.answer(order.order_no, OrderStatus.REJECTED)
    work.events.record(
        "refund_order_refused",
        order_no=order.order_no,
        exchange_no=order.exchange_no,
        refunds=len(going),
        reason=command.reason,
        user=command.user,
        command_key=command.key,
    )
    return {"order_no": order.order_no, "refunds": len(going)}
