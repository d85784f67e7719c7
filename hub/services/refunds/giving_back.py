"""Refunds that were ordered and will not be paid: the money goes back where it was, by new entries."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.refunds import UNDER_WAY, Refund, RefundState
from hub.model.tenant import Tenant
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork
from hub.services.refunds.ordering import VOUCHER_TYPE

TASK = "refund_rejected"
QUEUE_REASON = "refund_rejected"


def give_back(
    work: UnitOfWork, tenant: Tenant, refunds: Sequence[Refund], reason: str, *, told: str | None = None
) -> None:
    """Take refunds that are under way back, booked today, and ask a person about each; others are left as they are.

    The refund keeps the whole reason; events and tasks say `told`, since a bank may write names into its own words.
    """
    going = [one for one in refunds if one.state in UNDER_WAY and not one.booked_on and not one.is_given_back]
    if not going:
        return
    post_back(work, going, QUEUE_REASON)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    work.refunds.change([one.refund_no for one in going], state=RefundState.REJECTED, is_given_back=1, reason=reason)
    for one in going:
        _tell(work, one, reason if told is None else told)


def post_back(work: UnitOfWork, refunds: Sequence[Refund], queue_reason: str) -> None:
    """Gather in the books that money goes back where it was; payments among it wait again, for `queue_reason`."""
    work.queue.lock(sorted({one.payment_id for one in refunds if one.payment_id}))
    work.receivables.lock(sorted({one.receivable_id for one in refunds if one.receivable_id}))
    work.refunds.post_back([one.refund_no for one in refunds])
    work.refunds.suspend_again(refunds, queue_reason)


def _tell(work: UnitOfWork, one: Refund, reason: str) -> None:
    work.events.record(
        "refund_rejected",
        refund_no=one.refund_no,
        company=one.company,
        payment_id=one.payment_id or None,
        receivable_id=one.receivable_id or None,
        amount_ore=one.amount_ore,
        currency=one.currency,
        order_no=one.order_no,
        reason=reason,
    )
    work.commands.open_task(
        TASK,
        str(one.refund_no),
        f"refund {one.refund_no} was not paid: {reason}; its money is back where it was: find out the right account, "
        "then ask for another refund, and close this with: hub refunds seen",
    )
