"""A step that was told by mistake: which may be taken back, and where the application then stands.

Nothing is deleted: a step of its own takes back the one before it. What a file told stands, and so does what we have
told the authority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.errors import RuleViolation
from hub.model.orders_to_pay import NOT_FILED, TAKEN_BACK, TOLD, Happening, OrderState, OrderStep, OrderToPay
from hub.rules.orders_to_pay.states import TOLD_AGAIN_BY

_NOT_FILED_YET = (*NOT_FILED, OrderState.LEAVING)
_NO_CASE_YET = (*_NOT_FILED_YET, OrderState.FILED, OrderState.RECEIPT_OK)
_IN_ITS_PLACE: Mapping[str, str] = {
    Happening.REDUCTION_SENT: "the authority has been told: it says reduced, or nothing",
    Happening.WITHDRAWAL_SENT: "the authority has been told: it says withdrawn",
    Happening.ENFORCEMENT_APPLIED: "the authority has been told: say enforcement, or enforcement_refused",
    Happening.DROPPED: "make a new application: hub orders-to-pay make",
}


def lasting(steps: Iterable[OrderStep]) -> list[OrderStep]:
    """Return the steps that stand: without those that were taken back, and what took them back."""
    kept: list[OrderStep] = []
    for step in steps:
        if step.happening == TAKEN_BACK:
            kept.pop()
        else:
            kept.append(step)
    return kept


def arrived(steps: Iterable[OrderStep]) -> list[OrderStep]:
    """Return, of steps that stand, all but what we told in vain: without what did not reach the authority."""
    kept: list[OrderStep] = []
    for step in steps:
        if step.happening == Happening.CHANGE_NOT_DELIVERED:
            kept.pop(max(place for place, earlier in enumerate(kept) if earlier.happening in TOLD_AGAIN_BY))
        else:
            kept.append(step)
    return kept


def told_last(steps: Iterable[OrderStep]) -> OrderStep | None:
    """Return, of steps that stand, what we told last of a case that the authority has; None where it was in vain."""
    sent = [step for step in steps if step.happening in (*TOLD_AGAIN_BY, Happening.CHANGE_NOT_DELIVERED)]
    return sent[-1] if sent and sent[-1].happening in TOLD_AGAIN_BY else None


def step_to_take_back(steps: Sequence[OrderStep]) -> OrderStep:
    """Return the last step that stands. Raises RuleViolation, which says what to do, when it cannot be taken back."""
    last = lasting(steps)[-1]
    if last.exchange_no:
        raise RuleViolation(
            f"{last.happening} was told by exchange {last.exchange_no}: what a file told is not taken back; ask the "
            "authority, and tell what it says"
        )
    if last.happening not in (*TOLD, Happening.FILED):
        advice = _IN_ITS_PLACE.get(last.happening, "drop it: hub orders-to-pay drop")
        raise RuleViolation(f"{last.happening} was not told by mistake: it is what we did; {advice}")
    if last.happening == Happening.ENFORCEMENT_REPORT and last.amount_ore:
        raise RuleViolation(
            "interest that was reported as collected stands debited: put the receivables right by entries of their own"
        )
    return last


def restored(order: OrderToPay, steps: Sequence[OrderStep]) -> OrderToPay:
    """Return an application as it stood before the last step that stands."""
    *rest, last = lasting(steps)
    state = OrderState(rest[-1].state)
    before = [OrderState.DRAFT, *(step.state for step in rest)]
    led = max(place for place, step in enumerate(rest) if step.state != before[place])
    found = order._replace(state=state, state_since=rest[led].on_day, why=rest[led].text)
    if state in _NO_CASE_YET:
        found = found._replace(case_no="")
    if last.happening == Happening.DECIDED:
        found = found._replace(decided_on="", awarded_ore=0)
    return found._replace(filed_on=_filed_on(found, rest))


def _filed_on(order: OrderToPay, rest: Sequence[OrderStep]) -> str:
    """Return the day of filing: of the last filing that nobody refused, which a later step may stand for."""
    if OrderState(order.state) in _NOT_FILED_YET:
        return ""
    filed = [step.on_day for step in rest if step.happening == Happening.FILED]
    return order.filed_on or (filed[-1] if filed else order.counted_to)
