"""Carrying out one chunk of a plan: each receivable looked at again, requests and orders written, and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.model.dunning_plans import ItemOutcome, Outcome, Plan, PlanItem, PlanState, Verdict
from hub.model.mandates import Drawable, DrawnRequest, NewOrder, RequestState
from hub.model.tenant import Tenant
from hub.rules.mandates.drawing import Act, Decision
from hub.services.mandates.collecting import Collector
from hub.services.mandates.ordering import cancellation, move, request
from hub.services.mandates.planning import collector_of, decided, fingerprint, plan_of
from hub.services.mandates.references import references_for
from hub.services.mandates.seeing import close_answered
from hub.services.mandates.taking_back import taken_back
from hub.services.mandates.telling import NOT_IN_TIME, RETRIED, UNANSWERED, tell_requests
from hub.services.ports import JsonObject, UnitOfWork

ITEMS_AT_ONCE = 2_000
SETTINGS_CHANGED, CHANGED = "settings_changed", "changed"
_ASKED = "no answer has come to payment request {}, drawn on {}: ask the bank, then hub payment-requests cancel {}"
_LATE = "payment request {}, drawn on {}, should be taken back ({}), and no order is in time: pay back what comes"
_TRIED = (
    "the bank tries payment request {} of {} again ({}): take it back with the bank, then hub payment-requests cancel "
    "{}; else pay back what comes"
)


class _Act(NamedTuple):
    """One item that is carried out."""

    item: PlanItem
    one: Drawable
    decision: Decision

    @property
    def live(self) -> DrawnRequest:
        assert self.one.request is not None  # the decision is about it
        return self.one.request


class _Done(NamedTuple):
    """What a chunk comes to."""

    changed: list[DrawnRequest]
    orders: list[NewOrder]


def take_chunk(work: UnitOfWork, given: JsonObject, *, tenant: Tenant) -> JsonObject:
    """Carry out the next items of a plan; answer how far it came, None when nothing was left."""
    plan = plan_of(work, given["plan_no"])
    items = _next(work, plan, given["after"])
    if not items:
        done = {"state": PlanState.EXECUTED, "executed_at": work.now}
        work.plans.change(plan.plan_no, was=PlanState.EXECUTING, **done)
        return {"after": None}
    by = collector_of(work, tenant, plan)
    taken = [item for item in items if item.verdict == Verdict.TAKE]
    acts = _looked_at_again(work, by, taken) if plan.fingerprint == fingerprint(tenant, by) else None
    _carry_out(work, by, plan, acts or [])
    done_items = {act.item.item_no for act in acts or ()}
    why = SETTINGS_CHANGED if acts is None else CHANGED
    outcomes = [
        ItemOutcome(one.item_no, Outcome.DONE, "", 0, 0)
        if one.item_no in done_items
        else ItemOutcome(one.item_no, Outcome.LEFT_OUT, why, 0, 0)
        for one in taken
    ]
    work.plans.settle(plan.plan_no, outcomes)
    return {"after": items[-1].item_no}


def _next(work: UnitOfWork, plan: Plan, after: int) -> list[PlanItem]:
    if plan.state is not PlanState.EXECUTING:
        return []
    return work.plans.items(plan.plan_no, after=after, limit=ITEMS_AT_ONCE)


def _looked_at_again(work: UnitOfWork, by: Collector, items: Sequence[PlanItem]) -> list[_Act]:
    """Return the items that still hold, their receivables locked."""
    planned = {item.receivable_id: item for item in items}
    work.receivables.lock(sorted(planned))
    found = work.payment_requests.of(sorted(planned), by.account_no, by.link_kind, work.today)
    return [
        _Act(planned[one.receivable_id], one, decision)
        for one, decision in decided(work, by, found, work.today)
        if decision.verdict is Verdict.TAKE and decision.act == planned[one.receivable_id].step
    ]


def _carry_out(work: UnitOfWork, by: Collector, plan: Plan, acts: Sequence[_Act]) -> None:
    def those(act: Act) -> list[_Act]:
        return [one for one in acts if one.decision.act == act]

    _request(work, by, plan, those(Act.REQUEST))
    _change(work, those(Act.CANCEL), _cancelled)
    _change(work, those(Act.MOVE), _moved)
    settled = [one.live._replace(state=RequestState.PAID, reason=one.decision.reason) for one in those(Act.SETTLE)]
    work.payment_requests.change(settled)
    tell_requests(work, settled)
    close_answered(work, settled)
    _ask_to_stop(work, those(Act.STOP))
    for one in those(Act.MISS):
        number = one.live.request_no
        work.commands.open_task(UNANSWERED, str(number), _ASKED.format(number, one.live.on_date, number))
    for one in those(Act.WARN):
        said = _LATE.format(one.live.request_no, one.live.on_date, one.decision.reason.replace("_", " "))
        work.commands.open_task(NOT_IN_TIME, str(one.live.request_no), said)


def _ask_to_stop(work: UnitOfWork, acts: Sequence[_Act]) -> None:
    """Ask a person, once for each reason, about requests that the bank tries again and that should not be drawn."""
    work.payment_requests.change([act.live._replace(reason=act.decision.reason) for act in acts])
    for act in acts:
        number, why = act.live.request_no, act.decision.reason.replace("_", " ")
        work.commands.open_task(RETRIED, str(number), _TRIED.format(number, act.live.on_date, why, number))


def _request(work: UnitOfWork, by: Collector, plan: Plan, acts: Sequence[_Act]) -> None:
    if not acts:
        return
    references = references_for(work, by.account_no, [act.one.receivable_id for act in acts])
    made = work.payment_requests.add([_made(by, plan, act, references[act.one.receivable_id]) for act in acts])
    work.scheme_orders.add([request(one) for one in made])
    tell_requests(work, made)


def _made(by: Collector, plan: Plan, act: _Act, reference: str) -> DrawnRequest:
    assert act.decision.on is not None  # a request has its day
    return DrawnRequest(
        request_no=0,
        mandate_no=act.one.mandate_no,
        company=by.company.number,
        account_no=by.account_no,
        receivable_id=act.one.receivable_id,
        payer_number=act.one.payer_number,
        amount_ore=act.decision.amount_ore,
        currency=act.one.currency,
        on_date=act.decision.on.isoformat(),
        reference=reference,
        reason=act.decision.reason,
        plan_no=plan.plan_no,
    )


Changed = Callable[[_Act, bool], tuple[DrawnRequest, NewOrder | None]]


def _change(work: UnitOfWork, acts: Sequence[_Act], changed: Changed) -> None:
    """Change live requests: one whose order has not gone by withdrawing it, the others by an order."""
    if not acts:
        return
    unsent = work.scheme_orders.waiting_requests([act.live.request_no for act in acts])
    work.scheme_orders.withdraw_of_requests(sorted(unsent))
    pairs = [changed(act, act.live.request_no not in unsent) for act in acts]
    requests = [one for one, _ in pairs]
    work.payment_requests.change(requests)
    work.scheme_orders.add([order for _, order in pairs if order is not None])
    tell_requests(work, requests)


def _cancelled(act: _Act, is_known_there: bool) -> tuple[DrawnRequest, NewOrder | None]:
    after = taken_back(act.live, act.decision.reason, is_known_there=is_known_there)
    return after, cancellation(act.live) if is_known_there else None


def _moved(act: _Act, is_known_there: bool) -> tuple[DrawnRequest, NewOrder | None]:
    assert act.decision.on is not None  # where it is moved to
    on = act.decision.on.isoformat()
    if is_known_there:
        return act.live._replace(moves_to=on, reason=act.decision.reason), move(act.live, on)
    after = act.live._replace(on_date=on, reason=act.decision.reason)
    return after, request(after)
