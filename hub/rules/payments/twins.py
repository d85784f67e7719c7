"""Which of two formats' payments of the same money are the same payment."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from hub.model.payments import DepositPayment, Telling


def alike(told: Sequence[Telling], booked: Sequence[DepositPayment]) -> dict[int, int]:
    """Return the booked twin of each payment that has one of its own reference, amount and currency, one to one."""
    waiting: dict[tuple[str, int, str], deque[int]] = defaultdict(deque)
    for payment in booked:
        if payment.reference:
            waiting[payment.reference, payment.amount_ore, payment.currency].append(payment.payment_id)
    twins = {}
    for telling in told:
        equal = waiting.get((telling.reference, telling.amount_ore, telling.currency))
        if equal:
            twins[telling.payment_id] = equal.popleft()
    return twins


def only_ones(told: Sequence[Telling], booked: Sequence[DepositPayment]) -> dict[int, int]:
    """Return the booked twin of each payment whose amount and currency one payment alone has on either side."""
    amounts = Counter((telling.amount_ore, telling.currency) for telling in told)
    twins: dict[tuple[int, str], list[int]] = defaultdict(list)
    for payment in booked:
        twins[payment.amount_ore, payment.currency].append(payment.payment_id)
    found = {}
    for telling in told:
        amount = (telling.amount_ore, telling.currency)
        if amounts[amount] == len(twins[amount]) == 1:
            found[telling.payment_id] = twins[amount][0]
    return found
