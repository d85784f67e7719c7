"""Money or a credit while the authority has a case: a person is asked, and what is told then lowers or ends it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hub.errors import RuleViolation
from hub.model.exchanges import ExchangeState
from hub.model.order_to_pay_application import OrderApplication, OrderChange, OrderMessage, ReducedClaim
from hub.model.order_to_pay_commands import ReduceOrderToPay, WithdrawOrderToPay
from hub.model.orders_to_pay import (
    EnforcementWish,
    Happening,
    LoweredOrder,
    MessageKind,
    OrderClaim,
    OrderState,
    OrderToPay,
    Said,
)
from hub.model.receivables import ReceivableKind
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.orders_to_pay.enforcing import refuse_unenforced
from hub.rules.orders_to_pay.states import TOLD_AGAIN_BY, is_pressed, next_state
from hub.rules.orders_to_pay.taking_back import lasting
from hub.services.orders_to_pay.duties import LOWERED_TASK
from hub.services.orders_to_pay.filing import hand_over
from hub.services.orders_to_pay.making import answer_of
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.paying_out import CLAIM, heed_payouts
from hub.services.orders_to_pay.telling import find_order, tell
from hub.services.ports import JsonObject, UnitOfWork

PRESSED = tuple(state for state in OrderState if is_pressed(state, EnforcementWish.NONE))
ENFORCED = tuple(state for state in OrderState if is_pressed(state, EnforcementWish.FULL))
MOST_LOOKED_AT = 5_000


def watch_lowered(work: UnitOfWork) -> None:
    """Ask a person about each case of which less is open than the authority knows, once for each amount."""
    found = work.orders_to_pay.lowered(PRESSED, enforced=ENFORCED, limit=MOST_LOOKED_AT)
    by_order = {order_no: list(rows) for order_no, rows in groupby(found, key=lambda one: one.order_no)}
    asked = work.orders_to_pay.asked_about()
    known = work.orders_to_pay.get_all({*by_order, *asked})
    for order_no, rows in by_order.items():
        _ask(work, known[order_no], rows)
    if len(found) < MOST_LOOKED_AT:
        for order_no in asked:
            if order_no not in by_order:  # what lowered it was taken back
                forget_lowered(work, order_no)


def forget_lowered(work: UnitOfWork, order_no: int) -> None:
    """Ask nobody any more about what lowers a case."""
    work.orders_to_pay.change(order_no, lowered_ore=0)
    work.commands.close_task(LOWERED_TASK, str(order_no))


def _ask(work: UnitOfWork, order: OrderToPay, rows: Sequence[LoweredOrder]) -> None:
    lowered_ore = sum(one.told_ore - one.open_ore for one in rows)
    if lowered_ore == order.lowered_ore:
        return
    now = [left_of(work, claim) for claim in work.orders_to_pay.claims(order.order_no)]
    number, left_ore = order.order_no, sum(_asked(one) - one.costs_ore for one in now)
    costs_ore = sum(one.costs_ore for one in now) + _costs_beside(order, work.orders_to_pay.claims(order.order_no))
    work.commands.open_task(
        LOWERED_TASK,
        str(number),
        f"order to pay {number}: {format_kronor(lowered_ore)} less is owed on {_named(rows)} than the authority knows: "
        f"{_advice(order, left_ore, costs_ore)}; what we ask for waits until that is told",
    )
    work.orders_to_pay.change(number, lowered_ore=lowered_ore)
    receivables = [one.receivable_id for one in rows]
    told = {"receivables": receivables, "lowered_ore": lowered_ore, "left_ore": left_ore}
    work.events.record("order_to_pay_to_be_lowered", order_no=number, company=order.company, **told)


def _advice(order: OrderToPay, left_ore: int, costs_ore: int) -> str:
    """Say what may be told, and what each way gives up. The costs are owed although the rest has been paid."""
    if left_ore + costs_ore <= 0:
        return f"hub orders-to-pay withdraw {order.order_no}"
    return (
        f"hub orders-to-pay reduce {order.order_no} goes on for {format_kronor(left_ore)} and for costs of "
        f"{format_kronor(costs_ore)}, hub orders-to-pay withdraw {order.order_no} gives them up"
    )


def _costs_beside(order: OrderToPay, claims: Sequence[OrderClaim]) -> int:
    """Return the costs of a case that stand in no balance: those it asks for, or those awarded and not debited."""
    if not order.decided_on:
        return order.costs_ore
    return 0 if any(claim.costs_ore for claim in claims) else order.awarded_ore


def _named(rows: Sequence[LoweredOrder]) -> str:
    return ", ".join(one.number for one in rows)


def refuse_lowered(work: UnitOfWork, order: OrderToPay) -> None:
    """Refuse a step of ours before the authority knows what is owed. Raises RuleViolation."""
    refuse_under_way(work, order)
    changed = [claim for claim in work.orders_to_pay.claims(order.order_no) if _is_lowered(work, claim)]
    if changed:
        raise RuleViolation(
            f"less is owed on {', '.join(one.number for one in changed)} than the authority knows: reduce or withdraw "
            f"application {order.order_no} first"
        )


def refuse_under_way(work: UnitOfWork, order: OrderToPay) -> None:
    """Refuse to go on while nobody knows whether the authority has what it was told last. Raises RuleViolation."""
    steps = work.orders_to_pay.steps(order.order_no)
    if not any(step.happening in TOLD_AGAIN_BY and step.exchange_no == order.exchange_no != 0 for step in steps):
        return
    state = work.exchanges.get(order.exchange_no).state
    if state in (ExchangeState.SENDING, ExchangeState.UNKNOWN):
        raise RuleViolation(
            f"what was told last of application {order.order_no} is {state}: wait until it is known to have come, see "
            f"hub exchanges show {order.exchange_no}"
        )


def _is_lowered(work: UnitOfWork, claim: OrderClaim) -> bool:
    now = left_of(work, claim)
    is_less = now.principal_ore < claim.told_principal_ore or now.collection_ore < claim.told_collection_ore
    return is_less or now.booked_interest_ore < claim.booked_interest_ore or now.costs_ore < claim.told_costs_ore


def left_of(work: UnitOfWork, claim: OrderClaim) -> OrderClaim:
    """Return what is still asked for of a claim; never more than the authority knows."""
    (row,) = work.receivables.find(receivable_id=claim.receivable_id)
    booked_ore = max(0, min(row.interest_ore, claim.booked_interest_ore))
    principal_ore = max(0, min(row.principal_ore, claim.told_principal_ore))
    is_fee = row.kind == ReceivableKind.FEE_INVOICE  # told as costs; as principal by applications of before
    costs_ore = row.fee_ore + (row.principal_ore - principal_ore if is_fee else 0)
    collection_ore = max(0, min(costs_ore, claim.told_collection_ore))
    return claim._replace(
        principal_ore=principal_ore,
        collection_ore=collection_ore,
        costs_ore=max(0, min(costs_ore - collection_ore, claim.told_costs_ore)),  # paid before collection costs
        interest_ore=claim.told_interest_ore - (claim.booked_interest_ore - booked_ore),
        booked_interest_ore=booked_ore,
    )


class OrderReducer:
    """Carries out the command that tells the authority that less is owed."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: ReduceOrderToPay) -> JsonObject:
        """Tell the authority what is open now (*nedsättning*).

        Raises:
            DataError: there is no such application, or the filer cannot write it.
            RuleViolation: the authority does not have it any more, no less is owed, nothing is and the case has cost
                nothing: then withdraw it; an earlier change is on its way; or it is decided and nobody enforces it.
        """
        order, claims = _locked_to_lower(work, tenant, told.order_no, Happening.REDUCTION_SENT)
        now = [left_of(work, claim) for claim in claims]
        lowered_ore = sum(one.told_ore for one in claims) - sum(_asked(one) for one in now)
        if not lowered_ore:
            raise RuleViolation(f"no less is owed than the authority knows of application {order.order_no}")
        if not sum(_asked(one) for one in now) + _costs_beside(order, claims):
            raise RuleViolation(f"nothing is owed any more: hub orders-to-pay withdraw {order.order_no}")
        kept = _tell_authority(work, tenant, self._means, order, MessageKind.REDUCTION, now, lowered_ore, told)
        work.orders_to_pay.change_claims(
            order.order_no, [as_told(claim, one) for claim, one in zip(claims, now, strict=True)]
        )
        return {**answer_of(work, kept), "lowered_ore": lowered_ore}


class OrderWithdrawer:
    """Carries out the command that takes an application back."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def __call__(self, work: UnitOfWork, tenant: Tenant, told: WithdrawOrderToPay) -> JsonObject:
        """Take an application back (*återkallelse*); the authority says when the case has ended.

        Raises:
            DataError: there is no such application, or the filer cannot write it.
            RuleViolation: the authority does not have it, an earlier change is on its way, or it is decided and nobody
                enforces it.
        """
        order, claims = _locked_to_lower(work, tenant, told.order_no, Happening.WITHDRAWAL_SENT)
        lowered_ore = sum(one.told_ore for one in claims)
        kept = _tell_authority(work, tenant, self._means, order, MessageKind.WITHDRAWAL, (), lowered_ore, told)
        work.orders_to_pay.change_claims(order.order_no, [one.as_told(0, 0, 0, 0, 0) for one in claims])
        return {**answer_of(work, kept), "lowered_ore": lowered_ore}


def locked(work: UnitOfWork, order_no: int, happening: Happening) -> tuple[OrderToPay, list[OrderClaim]]:
    """Return an application and its receivables, which nobody else changes meanwhile. Raises as `next_state`."""
    order = find_order(work, order_no, to_change=True)
    next_state(OrderState(order.state), happening)  # refused before anything is written
    refuse_under_way(work, order)
    claims = work.orders_to_pay.claims(order_no)
    work.receivables.lock(sorted(claim.receivable_id for claim in claims))
    return order, claims


def _locked_to_lower(
    work: UnitOfWork, tenant: Tenant, order_no: int, happening: Happening
) -> tuple[OrderToPay, list[OrderClaim]]:
    """Return what `locked` does. What the authority paid out itself is known to it.

    Raises RuleViolation too where a decision is enforced by nobody.
    """
    work.commands.claim(CLAIM)
    heed_payouts(work, tenant)
    order, claims = locked(work, order_no, happening)
    refuse_unenforced(order, lasting(work.orders_to_pay.steps(order_no)))
    return order, claims


def _tell_authority(
    work: UnitOfWork,
    tenant: Tenant,
    means: Means,
    order: OrderToPay,
    kind: MessageKind,
    now: Sequence[OrderClaim],
    lowered_ore: int,
    told: ReduceOrderToPay | WithdrawOrderToPay,
) -> OrderToPay:
    """Write a change down, send it by the filer or print the letter that a person hands in; return the application."""
    is_reduction = kind is MessageKind.REDUCTION
    happening = Happening.REDUCTION_SENT if is_reduction else Happening.WITHDRAWAL_SENT
    said = Said(happening, work.today, told.user, text=told.reason, amount_ore=lowered_ore)
    message = _message(work, order, kind, now, lowered_ore, told.reason)
    said = hand_over(work, means, order, message, said, on_paper=bool(told.on_paper))
    forget_lowered(work, order.order_no)
    return tell(work, tenant, order, said, means.interrupt)


def _message(
    work: UnitOfWork, order: OrderToPay, kind: MessageKind, now: Sequence[OrderClaim], lowered_ore: int, reason: str
) -> OrderMessage:
    is_less = bool(order.decided_on) and kind is MessageKind.REDUCTION
    claims = work.orders_to_pay.claims(order.order_no)
    costs_ore = sum(one.costs_ore for one in now) + _costs_beside(order, claims) if is_less else 0
    application = OrderApplication.model_validate_json(work.contents.read(order.application_sha256))
    change = OrderChange(
        change_no=1 + len(work.orders_to_pay.steps(order.order_no)),
        kind=kind,  # type: ignore[arg-type]  # an application is none
        made_on=work.today,
        case_no=order.case_no,
        decided_on=order.decided_on,
        claims=tuple(
            ReducedClaim(
                claim_no=one.claim_no,
                number=one.number,
                principal_ore=one.principal_ore,
                collection_ore=one.collection_ore,
                interest_ore=one.interest_ore,
            )
            for one in now
        ),
        lowered_ore=lowered_ore,
        costs_ore=costs_ore,
        reason=reason,
    )
    return OrderMessage(kind=change.message_kind, application=application, change=change)


def _asked(one: OrderClaim) -> int:
    return one.principal_ore + one.collection_ore + one.interest_ore + one.costs_ore


def as_told(claim: OrderClaim, now: OrderClaim) -> OrderClaim:
    """Return a receivable of which the authority has been told what is asked for now."""
    return claim.as_told(
        now.principal_ore, now.collection_ore, now.interest_ore, now.booked_interest_ore, now.costs_ore
    )
