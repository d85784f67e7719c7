"""Pairing the two sides of a clearing account: what payers' specifications say, and what the bank account moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from hub.banking_calendar import banking_days_between
from hub.model.payments import Deposit, Lump

PAIRING_WINDOW_BANKING_DAYS = 5


def pair(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[tuple[Deposit, Lump]]:
    """Pair deposits with lumps of one account: same amount and currency, within the window of days.

    The bank's own reference decides when both sides have it; else the nearest day. Every deposit and lump is used once.
    """
    by_amount: dict[tuple[int, str], list[Lump]] = defaultdict(list)
    for lump in lumps:
        by_amount[lump.amount_ore, lump.currency].append(lump)
    pairs = []
    for deposit in sorted(deposits, key=lambda item: not item.reference):
        free = by_amount[deposit.amount_ore, deposit.currency]
        chosen = _choose(deposit, free)
        if chosen is not None:
            free.remove(chosen)
            pairs.append((deposit, chosen))
    return pairs


def _choose(deposit: Deposit, free: Sequence[Lump]) -> Lump | None:
    near = [lump for lump in free if _days_apart(deposit, lump) <= PAIRING_WINDOW_BANKING_DAYS]
    named = [lump for lump in near if lump.entry_reference and lump.entry_reference == deposit.reference]
    return min(named or near, key=lambda lump: (_days_apart(deposit, lump), lump.lump_no), default=None)


def _days_apart(deposit: Deposit, lump: Lump) -> int:
    return abs(banking_days_between(date.fromisoformat(deposit.booked_date), date.fromisoformat(lump.booked_date)))
