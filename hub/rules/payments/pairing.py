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

    The bank's own reference decides when both sides have it; else the nearest day. What is left is tried once more: all
    deposits of a day together may be one lump, when the day's specification came in several files.
    """
    pairs = _one_to_one(deposits, lumps)
    paired = {id(side) for both in pairs for side in both}
    days: dict[tuple[str, str], list[Deposit]] = defaultdict(list)
    for deposit in deposits:
        if id(deposit) not in paired:
            days[deposit.booked_date, deposit.currency].append(deposit)
    left = [lump for lump in lumps if id(lump) not in paired]
    for together in days.values():
        day = together[0]._replace(amount_ore=sum(deposit.amount_ore for deposit in together), reference="")
        for _, lump in _one_to_one([day], left):
            pairs += [(deposit, lump) for deposit in together]
            left.remove(lump)
    return pairs


def _one_to_one(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[tuple[Deposit, Lump]]:
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
