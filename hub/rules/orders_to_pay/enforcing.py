"""Whether enforcement (*verkställighet*) of a decision may be asked for, and how much of what was decided is owed yet.

Lagen (1990:746) om betalningsföreläggande och handräckning: what the application asked to follow, the authority begins
by itself. Utsökningsbalken (1981:774) 2 kap. 1 §: the rest is asked for in an application of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hub.errors import RuleViolation
from hub.model.books import Bucket
from hub.model.orders_to_pay import EnforcementWish, Happening, OrderState, OrderStep, OrderToPay
from hub.rules.charges import Cause, EntryFacts
from hub.rules.orders_to_pay.taking_back import arrived

_MORE: Mapping[str, int] = {EnforcementWish.NONE: 0, EnforcementWish.LIMITED: 1, EnforcementWish.FULL: 2}
_SAYS_WHETHER = (Happening.DECIDED, Happening.ENFORCEMENT_APPLIED, Happening.ENFORCEMENT_REFUSED)


def refuse_enforcement(
    order: OrderToPay, steps: Sequence[OrderStep], wish: EnforcementWish, *, has_real_property: bool
) -> None:
    """Refuse to ask for what follows by itself, what has been asked for, or nothing. Raises RuleViolation."""
    number, terms = order.order_no, order.terms
    if wish is EnforcementWish.NONE:
        raise RuleViolation("enforcement is limited or full: say which")
    if _MORE[terms.enforcement] >= _MORE[wish] and terms.has_real_property >= has_real_property:
        raise RuleViolation(
            f"application {number} asked that {terms.enforcement} enforcement follows: the authority begins "
            f"by itself; when it has, say: hub orders-to-pay told {number} enforcement"
        )
    if asked := asked_on(steps):
        raise RuleViolation(
            f"enforcement of application {number} was applied for on {asked}: say what became of it: hub "
            f"orders-to-pay told {number} enforcement, or enforcement_refused"
        )


def refuse_unenforced(order: OrderToPay, steps: Iterable[OrderStep]) -> None:
    """Refuse to lower or take back a decision that nobody enforces. Raises RuleViolation.

    `steps`: those that stand.
    """
    if order.state != OrderState.DECIDED or order.terms.enforcement != EnforcementWish.NONE or asked_on(steps):
        return
    number = order.order_no
    raise RuleViolation(
        f"application {number} is decided, and no enforcement follows: the authority has nothing to lower or to end. "
        f"For what is owed yet: hub orders-to-pay enforce {number}, which counts what has been paid; if no more is "
        f"wanted: hub orders-to-pay told {number} closed"
    )


def asked_on(steps: Iterable[OrderStep]) -> str:
    """Return the day on which enforcement was asked for and not refused since, of steps that stand; blank: none."""
    said = [step for step in arrived(steps) if step.happening in _SAYS_WHETHER]
    return said[-1].on_day if said and said[-1].happening == Happening.ENFORCEMENT_APPLIED else ""


def refuse_settled(order_no: int, owed_ore: int) -> None:
    """Refuse to ask for enforcement of what has been paid. Raises RuleViolation."""
    if owed_ore <= 0:
        raise RuleViolation(f"nothing of what was decided is owed any more: hub orders-to-pay told {order_no} closed")


def lowered_since(entries: Iterable[EntryFacts], day: str) -> Iterator[tuple[str, int]]:
    """Yield what lowered a principal after a day, by transaction date and amount above zero, the oldest first."""
    by_day: dict[str, int] = {}
    for entry in entries:
        if entry.bucket == Bucket.PRINCIPAL and entry.transaction_date > day:
            by_day[entry.transaction_date] = by_day.get(entry.transaction_date, 0) - entry.amount_ore
    yield from ((on, amount_ore) for on, amount_ore in sorted(by_day.items()) if amount_ore > 0)


def costs_left(order: OrderToPay, source: str, entries: Iterable[EntryFacts], fee_ore: int, collection_ore: int) -> int:
    """Return what is owed of awarded costs: all of them where they stand beside the books, else what fees are left.

    `entries`, `fee_ore` and `collection_ore` are of the receivable that is due first: its fees now, and how many of
    them the decision counts as collection costs.
    """
    if not any(entry.cause == Cause.COURT_COSTS_DEBITED and entry.rule == source for entry in entries):
        return order.awarded_ore
    return max(0, min(order.awarded_ore, fee_ore - collection_ore))
