"""Refunds that came back: the payment as which one did goes to refund clearing, and its money is where it was.

The bank's answer, the debit and the return may come in any order, and each more than once: what has left, what came
back and what was given back are booked apart, and refund clearing is at zero when all have been told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.model.refunds import Refund, RefundReturn, RefundState
from hub.model.tenant import Tenant
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork
from hub.services.refunds.booking import TWICE_TASK, subject_of
from hub.services.refunds.giving_back import post_back
from hub.services.refunds.ordering import VOUCHER_TYPE

TASK, CONTRADICTED_TASK = "refund_returned", "refund_contradicted"


def take_returns(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> int:
    """Take in which refunds came back as payments of a posted file; return how many."""
    work.queue.lock(sorted(one.payment_id for one in work.refunds.returns(exchange_no)))
    returns: dict[int, RefundReturn] = {}
    for one in work.refunds.returns(exchange_no):
        returns.setdefault(one.refund_no, one)
    refunds = work.refunds.get_all(returns, locked=True)
    came = {number: one for number, one in returns.items() if not refunds[number].returned_payment}
    join(work, tenant, [refunds[number] for number, one in came.items() if one.is_waiting], _payments(came))
    for number, one in came.items():
        if not one.is_waiting:
            _ask(work, refunds[number], one.payment_id)
    return len(came)


def _payments(returns: Mapping[int, RefundReturn]) -> dict[int, int]:
    return {number: one.payment_id for number, one in returns.items()}


def join(work: UnitOfWork, tenant: Tenant, refunds: Sequence[Refund], payments: Mapping[int, int]) -> None:
    """Book payments that wait, whole, as refunds that came back, by refund; give back what is not given back yet."""
    if not refunds:
        return
    numbers = [one.refund_no for one in refunds]
    going = [one for one in refunds if not one.is_given_back]
    work.refunds.change_each("returned_payment", {number: payments[number] for number in numbers})
    work.refunds.post_returned(numbers)
    work.queue.take_many([(payments[one.refund_no], one.amount_ore) for one in refunds])
    work.queue.change([payments[number] for number in numbers], reason=TASK)
    post_back(work, going, TASK)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    work.refunds.change(numbers, state=RefundState.RETURNED, is_given_back=1)
    _close_doubts(work, numbers)
    for one in refunds:
        _tell(work, one, payments[one.refund_no], "its money is where it was: find out the right account, then ask for")


def _close_doubts(work: UnitOfWork, numbers: Sequence[int]) -> None:
    """Nobody needs to find out any more what an answer and a debit that disagreed meant."""
    told = {subject_of(*one.entry) for tellings in work.refunds.tellings(numbers).values() for one in tellings}
    doubts = {TWICE_TASK: told, CONTRADICTED_TASK: {str(number) for number in numbers}}
    for task in work.commands.open_tasks():
        if task["subject"] in doubts.get(task["kind"], ()):
            work.commands.close_task(task["kind"], task["subject"])


def _ask(work: UnitOfWork, one: Refund, payment_id: int) -> None:
    """Leave a return to a person whose payment is held, or something else already."""
    if not one.is_given_back:
        work.refunds.change([one.refund_no], state=RefundState.RETURNED, returned_payment=payment_id)
    _tell(
        work, one, payment_id, "that payment does not wait as it came: see what became of it, then ask, if need be, for"
    )


def note_return(work: UnitOfWork, tenant: Tenant, one: Refund, payment_id: int) -> None:
    """Take in a person's word that a refund came back as a payment, which the caller holds."""
    if work.refunds.is_waiting(payment_id, one.company):
        join(work, tenant, [one], {one.refund_no: payment_id})
    else:
        _ask(work, one, payment_id)


def forget_returns(work: UnitOfWork, exchange_no: int) -> None:
    """Let refunds that were only noted as having come back with a file, which was undone, be what they were.

    A return that is booked stands: its payment was left out of the undoing, as what a person has moved is.
    """
    returned = work.refunds.returned_by(exchange_no)
    for one in work.refunds.get_all(returned, locked=True).values():
        state = RefundState.BOOKED if one.booked_on else RefundState.ORDERED
        work.refunds.change([one.refund_no], state=state, returned_payment=0)
        work.commands.close_task(TASK, str(one.refund_no))


def _tell(work: UnitOfWork, one: Refund, payment_id: int, what: str) -> None:
    work.events.record(
        "refund_returned",
        refund_no=one.refund_no,
        company=one.company,
        payment_id=payment_id,
        amount_ore=one.amount_ore,
        currency=one.currency,
    )
    work.commands.open_task(
        TASK,
        str(one.refund_no),
        f"refund {one.refund_no} came back as payment {payment_id}: {what} another refund, and close this with: hub "
        "refunds seen",
    )
