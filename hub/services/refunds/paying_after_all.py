"""A refund that was given back, since the bank said no, and that a statement shows as paid: the payee keeps it."""

from __future__ import annotations

from hub.errors import RuleViolation
from hub.model.refunds import Refund, RefundState
from hub.model.tenant import Tenant
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork
from hub.services.refunds.booking import TWICE_TASK, subject_of
from hub.services.refunds.ordering import VOUCHER_TYPE, what_is_left


def pay_after_all(work: UnitOfWork, tenant: Tenant, one: Refund) -> None:
    """Take the money of a refund from where it was given back to, booked today, to refund clearing.

    Raises:
        RuleViolation: it is not there any more.
    """
    left_ore = what_is_left(work, [one]).get((one.source, one.payment_id or one.receivable_id), 0)
    if left_ore < one.amount_ore:
        raise RuleViolation(
            f"the money of refund {one.refund_no} was given back and has been moved, refunded or paid with since: take "
            "that back first, or book the loss in the ledger against the refund clearing account"
        )
    work.refunds.post([one.refund_no], one.booked_exchange)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    if one.payment_id:
        work.queue.take_many([(one.payment_id, one.amount_ore)])
    work.refunds.change([one.refund_no], state=RefundState.BOOKED, is_given_back=0)
    for told in work.refunds.tellings([one.refund_no])[one.refund_no]:
        work.commands.close_task(TWICE_TASK, subject_of(*told.entry))
