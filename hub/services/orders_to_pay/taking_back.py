"""Taking a step back that was told by mistake: a step of its own, and all that the mistaken one brought with it."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import RuleViolation
from hub.model.order_to_pay_commands import TakeBackOrderStep
from hub.model.orders_to_pay import (
    AT_AN_END,
    TAKEN_BACK,
    Happening,
    OrderClaim,
    OrderState,
    OrderStep,
    OrderToPay,
    Said,
)
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.enforcing import asked_on
from hub.rules.orders_to_pay.states import ENDS_LEGAL_STEP
from hub.rules.orders_to_pay.taking_back import lasting, restored, step_to_take_back
from hub.services.orders_to_pay.awarding import lower_awarded
from hub.services.orders_to_pay.duties import ask_people, interrupt_all, is_decided_despite
from hub.services.orders_to_pay.making import answer_of
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.paying_out import CLAIM
from hub.services.orders_to_pay.telling import change_to, find_order, mark, record
from hub.services.ports import JsonObject, UnitOfWork

_ELSEWHERE = ("plan", "agency")


class StepTakenBack:
    """Carries out the command that takes back what was told last."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: TakeBackOrderStep) -> JsonObject:
        """Let an application stand where it stood before a step that a person told by mistake.

        Raises:
            DataError: there is no such application.
            RuleViolation: a file told it, or we did it; or something has followed from it: its costs were paid, or its
                receivables have gone on elsewhere.
        """
        work.commands.claim(CLAIM)
        order = find_order(work, told.order_no, to_change=True)
        steps, claims = work.orders_to_pay.steps(order.order_no), work.orders_to_pay.claims(order.order_no)
        last = step_to_take_back(steps)
        numbers = sorted(claim.receivable_id for claim in claims)
        work.receivables.lock(numbers)
        if order.state in AT_AN_END:
            _refuse_gone_on(work, order, last, numbers)
        before = restored(order, steps)
        self._take_back(work, tenant, order, before, last, claims, told)
        self._tell_limitation(work, order, before, lasting(steps), claims, told.user)
        return answer_of(work, before)

    def _take_back(
        self,
        work: UnitOfWork,
        tenant: Tenant,
        order: OrderToPay,
        before: OrderToPay,
        last: OrderStep,
        claims: Sequence[OrderClaim],
        told: TakeBackOrderStep,
    ) -> None:
        if last.happening == Happening.DECIDED:
            lower_awarded(work, tenant, order, claims)
        *before_it, _ = lasting(work.orders_to_pay.steps(order.order_no))
        if is_decided_despite(last.happening, before_it):
            work.orders_to_pay.change_claims(order.order_no, [claim.as_before() for claim in claims])
        change_to(work, order, before)
        said = Said(Happening(last.happening), work.today, told.user, text=told.reason)
        step = last._replace(
            happening=TAKEN_BACK,
            state=before.state,
            on_day=work.today,
            text=told.reason,
            amount_ore=0,
            told_by=told.user,
        )
        work.orders_to_pay.add_step(order.order_no, step)
        record(work, before, claims, said, TAKEN_BACK)
        if order.state in AT_AN_END:
            mark(work, tenant, order.order_no, claims, told.user)
        stands = lasting(work.orders_to_pay.steps(order.order_no))[-1]
        ask_people(work, before, Said(Happening(stands.happening), stands.on_day, told.user, text=stands.text))

    def _tell_limitation(
        self,
        work: UnitOfWork,
        order: OrderToPay,
        before: OrderToPay,
        steps: Sequence[OrderStep],
        claims: Sequence[OrderClaim],
        user: str,
    ) -> None:
        """Let the claims live as they did before the step: what it began never was, what it ended goes on."""
        happening, said = steps[-1].happening, Said(Happening(steps[-1].happening), work.today, user)
        asked = asked_on(steps[:-1])
        more: dict[str, object] = {"remark": f"order to pay {order.order_no}: {happening}, {TAKEN_BACK}"}
        if order.filed_on and not before.filed_on:
            day, more = order.filed_on, {**more, "did_not_happen": True}
        elif happening in ENDS_LEGAL_STEP or before.filed_on != order.filed_on or before.state == OrderState.CONTESTED:
            day = before.filed_on
        elif happening in (Happening.ENFORCEMENT_REFUSED, Happening.CLOSED) and asked:
            day = asked
        else:
            return
        interrupt_all(work, order.order_no, day, claims, said, self._means.interrupt, **more)


def _refuse_gone_on(work: UnitOfWork, order: OrderToPay, last: OrderStep, numbers: Sequence[int]) -> None:
    """Refuse to open a case again whose receivables have gone on since it ended. Raises RuleViolation."""
    for order_no in work.orders_to_pay.orders_of(numbers).values():
        raise RuleViolation(f"a receivable of it is in application {order_no} now: drop or withdraw that first")
    for hold in work.receivables.active_holds(numbers, work.today):
        if hold.source.partition(":")[0] in _ELSEWHERE:
            raise RuleViolation(f"a receivable of it has gone on in {hold.source}: end that first")
    since = [
        step
        for steps in work.dunning.of(numbers, work.today).steps.values()
        for step in steps
        if step.dated_on >= last.recorded_at[:10] and not step.undone_at
    ]
    if since:
        raise RuleViolation(
            f"a receivable of it was dunned on {since[0].dated_on}, since application {order.order_no} ended: "
            f"undo that first, hub dunning undo {since[0].plan_no}"
        )
