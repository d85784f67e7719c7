"""Pairing the two sides of a clearing account: what payers' specifications say, and what the bank account moved."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import date

from hub.banking_calendar import banking_days_between
from hub.model.payments import Deposit, Lump

PAIRING_WINDOW_BANKING_DAYS = 5

Key = tuple[int, str, str]


def pair(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[tuple[Deposit, Lump]]:
    """Pair deposits with lumps of one account: same amount and currency, within the window of days.

    The bank's own reference decides when both sides have it; else the nearest day, of equals the lump given first. What
    is left is tried once more: all deposits of a day together may be one lump, when the day's specification came in
    several files.
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
    """Pair by the bank's reference, then on the same day, then with the nearest; the first two without a search."""
    pairs: list[tuple[Deposit, Lump]] = []
    rest, free = list(deposits), list(lumps)
    for key_of_deposit, key_of_lump in ((_named_deposit, _named_lump), (_day_of, _day_of)):
        found = _by_key(rest, free, key_of_deposit, key_of_lump)
        pairs += found
        used = {id(side) for both in found for side in both}
        rest = [deposit for deposit in rest if id(deposit) not in used]
        free = [lump for lump in free if id(lump) not in used]
    return pairs + _nearest(rest, free)


def _by_key(
    deposits: Sequence[Deposit],
    lumps: Sequence[Lump],
    key_of_deposit: Callable[[Deposit], Key | None],
    key_of_lump: Callable[[Lump], Key | None],
) -> list[tuple[Deposit, Lump]]:
    waiting: dict[Key, deque[Lump]] = defaultdict(deque)
    for lump in lumps:
        key = key_of_lump(lump)
        if key is not None:
            waiting[key].append(lump)
    pairs = []
    for deposit in deposits:
        key = key_of_deposit(deposit)
        if key is not None and waiting.get(key) and _are_near(deposit, waiting[key][0]):
            pairs.append((deposit, waiting[key].popleft()))
    return pairs


def _named_deposit(deposit: Deposit) -> Key | None:
    return (deposit.amount_ore, deposit.currency, deposit.reference) if deposit.reference else None


def _named_lump(lump: Lump) -> Key | None:
    return (lump.amount_ore, lump.currency, lump.entry_reference) if lump.entry_reference else None


def _day_of(side: Deposit | Lump) -> Key | None:
    return side.amount_ore, side.currency, side.booked_date


def _nearest(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[tuple[Deposit, Lump]]:
    by_amount: dict[tuple[int, str], list[Lump]] = defaultdict(list)
    for lump in lumps:
        by_amount[lump.amount_ore, lump.currency].append(lump)
    pairs = []
    for deposit in deposits:
        free = by_amount[deposit.amount_ore, deposit.currency]
        near = [lump for lump in free if _are_near(deposit, lump)]
        if near:
            chosen = min(near, key=lambda lump: _days_apart(deposit, lump))
            free.remove(chosen)
            pairs.append((deposit, chosen))
    return pairs


def _are_near(deposit: Deposit, lump: Lump) -> bool:
    return _days_apart(deposit, lump) <= PAIRING_WINDOW_BANKING_DAYS


def _days_apart(deposit: Deposit, lump: Lump) -> int:
    return abs(banking_days_between(date.fromisoformat(deposit.booked_date), date.fromisoformat(lump.booked_date)))
