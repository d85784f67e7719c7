"""What a step of an application brings with it: marks end, limitation is told, costs are booked, people are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hub.model.command import Target
from hub.model.limitation import InterruptedBy, InterruptLimitation
from hub.model.orders_to_pay import AT_AN_END, Happening, OrderClaim, OrderState, OrderStep, OrderToPay, Said
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.deadlines import last_day
from hub.rules.orders_to_pay.enforcing import asked_on
from hub.rules.orders_to_pay.states import ENDS_LEGAL_STEP, TOLD_AGAIN_BY, is_pressed
from hub.rules.orders_to_pay.taking_back import lasting, told_last
from hub.services.books.marks import Mark, end_marks
from hub.services.orders_to_pay.awarding import book_awarded
from hub.services.orders_to_pay.looking import source_of
from hub.services.orders_to_pay.means import Interrupt
from hub.services.ports import UnitOfWork

LOWERED_TASK = "order_to_pay_lowered"
WAITS_TASK = "order_to_pay_waits"
NOT_TOLD_TASK = "order_to_pay_not_told"

_ASKED: Mapping[Happening, str] = {
    Happening.RECEIPT_REJECTED: "the authority refused it: mend what it says, then file it again",
    Happening.NOT_DELIVERED: "it could not be handed over: mend what kept it, then file it again",
    Happening.TO_COMPLETE: "the authority asks for more: answer it, then say: hub orders-to-pay told {no} completed",
    Happening.NOT_SERVED: "the debtor was not served: find another address, or serve it yourselves",
    Happening.DECIDED: "it is decided: enforcement follows by itself where it was asked for, else hub orders-to-pay "
    "enforce {no}; or say: hub orders-to-pay told {no} closed",
    Happening.ENFORCEMENT_REFUSED: "the authority refused to enforce it: mend what it says, then hub orders-to-pay "
    "enforce {no}",
    Happening.RECOVERY: "the debtor has the decision tried: the court goes on with it",
}
_OF_MONEY = {Happening.REDUCTION_SENT, Happening.WITHDRAWAL_SENT, Happening.REDUCED, Happening.CHANGE_NOT_DELIVERED}
_SETTLES_WAITING = frozenset(Happening) - _OF_MONEY


def after_step(
    work: UnitOfWork,
    tenant: Tenant,
    before: OrderToPay,
    after: OrderToPay,
    claims: Sequence[OrderClaim],
    said: Said,
    interrupt: Interrupt,
) -> None:
    """Do what a step brings with it."""
    ask_people(work, after, said)
    *before_it, _ = lasting(work.orders_to_pay.steps(after.order_no))
    if said.happening is Happening.CHANGE_NOT_DELIVERED or is_decided_despite(said.happening, before_it):
        work.orders_to_pay.change_claims(after.order_no, [claim.as_before() for claim in claims])
    _tell_limitation(work, before, after, claims, said, interrupt)
    if said.happening is Happening.DECIDED:
        book_awarded(work, tenant, after, claims, said.exchange_no)
    if after.state in AT_AN_END or said.happening is Happening.NOT_DELIVERED:
        own = Mark(source_of(after.order_no), f"order to pay {after.order_no}")
        end_marks(work, own, [one.receivable_id for one in claims], said.user)


def is_decided_despite(happening: str, before_it: Sequence[OrderStep]) -> bool:
    """Say whether the authority decides a case that we had withdrawn: all of it counts again."""
    last = told_last(before_it)
    return happening == Happening.DECIDED and last is not None and last.happening == Happening.WITHDRAWAL_SENT


def ask_people(work: UnitOfWork, order: OrderToPay, said: Said) -> None:
    """Ask a person for what a step waits for, and nobody any more for what it settles."""
    subject = str(order.order_no)
    if said.happening in _SETTLES_WAITING:
        work.commands.close_task(WAITS_TASK, subject)
    if said.happening is Happening.DECIDED or not is_pressed(OrderState(order.state), order.terms.enforcement):
        work.commands.close_task(LOWERED_TASK, subject)
        work.orders_to_pay.change(order.order_no, lowered_ore=0)  # who is to be asked yet, is asked anew
    _ask_to_tell_again(work, order, said)
    asked = _ASKED.get(said.happening, "").format(no=order.order_no)
    if said.happening is Happening.CONTESTED:
        until = last_day("transfer_to_court", date.fromisoformat(said.on_day))
        asked = f"the debtor contests it: ask for a transfer to court by {until}, or close it"
    if asked:
        told = f" ({said.text})" if said.text else ""
        work.commands.open_task(WAITS_TASK, subject, f"order to pay {order.order_no}: {asked}{told}")


def _ask_to_tell_again(work: UnitOfWork, order: OrderToPay, said: Said) -> None:
    subject = str(order.order_no)
    if said.happening in TOLD_AGAIN_BY or order.state in AT_AN_END:
        work.commands.close_task(NOT_TOLD_TASK, subject)
    elif said.happening is Happening.CHANGE_NOT_DELIVERED:
        last = _told_in_vain(work, order.order_no)
        told = f" ({said.text})" if said.text else ""
        work.commands.open_task(
            NOT_TOLD_TASK,
            subject,
            f"order to pay {subject}: {last.happening.replace('_', ' ')} on {last.on_day} did not reach the authority: "
            f"mend what kept it, then hub orders-to-pay {TOLD_AGAIN_BY[Happening(last.happening)]} {subject}{told}",
        )


def _told_in_vain(work: UnitOfWork, order_no: int) -> OrderStep:
    """Return what the last step says has not reached the authority."""
    *steps, _ = lasting(work.orders_to_pay.steps(order_no))
    last = told_last(steps)
    assert last is not None
    return last


def _tell_limitation(
    work: UnitOfWork,
    before: OrderToPay,
    after: OrderToPay,
    claims: Sequence[OrderClaim],
    said: Said,
    interrupt: Interrupt,
) -> None:
    """Let a claim live as long as the case, and anew from its decision: preskriptionslagen (1981:130) 5 to 7 §§."""
    if after.filed_on and not before.filed_on:
        interrupt_all(work, after.order_no, after.filed_on, claims, said, interrupt)
    elif before.filed_on and not after.filed_on:
        interrupt_all(work, after.order_no, before.filed_on, claims, said, interrupt, did_not_happen=True)
    elif said.happening in ENDS_LEGAL_STEP and after.filed_on:
        ended = {"ended_on": said.on_day, "has_failed": ENDS_LEGAL_STEP[said.happening]}
        interrupt_all(work, after.order_no, after.filed_on, claims, said, interrupt, **ended)
    elif said.happening is Happening.CLOSED and before.state in (OrderState.CONTESTED,):
        ended = {"ended_on": said.on_day, "has_failed": True}
        interrupt_all(work, after.order_no, after.filed_on, claims, said, interrupt, **ended)
    elif said.happening is Happening.CHANGE_NOT_DELIVERED:
        last = _told_in_vain(work, after.order_no)
        if last.happening == Happening.ENFORCEMENT_APPLIED:
            interrupt_all(work, after.order_no, last.on_day, claims, said, interrupt, did_not_happen=True)
    elif said.happening is Happening.ENFORCEMENT_APPLIED:
        interrupt_all(work, after.order_no, said.on_day, claims, said, interrupt)
    elif said.happening in (Happening.ENFORCEMENT_REFUSED, Happening.CLOSED):
        ended = {"ended_on": said.on_day, "has_failed": said.happening is Happening.ENFORCEMENT_REFUSED}
        if asked := asked_on(lasting(work.orders_to_pay.steps(after.order_no))[:-1]):  # before this step
            interrupt_all(work, after.order_no, asked, claims, said, interrupt, **ended)


def interrupt_all(
    work: UnitOfWork,
    order_no: int,
    on: str,
    claims: Sequence[OrderClaim],
    said: Said,
    interrupt: Interrupt,
    **more: object,
) -> None:
    """Tell dunning of a legal step that began on a day, of all receivables; `more` are fields of the command."""
    step_no = len(work.orders_to_pay.steps(order_no))
    for claim in claims:
        command = InterruptLimitation.model_validate(
            {
                "key": f"{source_of(order_no)}:{step_no}:{claim.receivable_id}",
                "user": said.user,
                "receivable": Target(company=claim.company, number=claim.number, source_system=claim.source_system),
                "by": InterruptedBy.LEGAL_STEP,
                "on": on,
                "remark": f"order to pay {order_no}: {said.happening}",
                **more,
            }
        )
        interrupt(work, command)
