"""Pairing the two sides of a clearing account: what payers' specifications say, and what the bank account moved."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from hub.banking_calendar import banking_days_between
from hub.model.payments import Deposit, Lump

PAIRING_WINDOW_BANKING_DAYS = 5

Key = tuple[int, str, str]
Side = TypeVar("Side", Deposit, Lump)


def pair(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[tuple[Deposit, Lump]]:
    """Pair deposits with lumps of one account: same amount and currency, within the window of days.

    The bank's own reference decides when both sides have it; else the nearest day, of equals the lump given first. What
    is left is tried once more: all deposits of a day together may be one lump, when the day's specification came in
    several files.
    """
    pairs = _one_to_one(deposits, lumps)
    return pairs + _days_together([[day] for day in _days(_left(pairs, deposits)).values()], _left(pairs, lumps))


def pair_new(
    new: Sequence[Deposit], old: Sequence[Deposit], alone: Sequence[Lump], made: Sequence[Lump]
) -> list[tuple[Deposit, Lump]]:
    """Pair new deposits with lumps that stand alone, else with those that were made payments (`made`).

    The bank's own reference decides first. A deposit that stood alone before (`old`) has been asked in its turn: it
    belongs to a lump that was made a payment only together with new ones of its day.
    """
    pairs = _by_key(new, [*alone, *made], _named_deposit, _named_lump)
    pairs += pair(_left(pairs, [*new, *old]), _left(pairs, alone))
    pairs += _one_to_one(_left(pairs, new), _left(pairs, made))
    before = _days(_left(pairs, old))
    days = [[[*of_day, *before[day]], of_day] for day, of_day in _days(_left(pairs, new)).items()]
    return pairs + _days_together(days, _left(pairs, made))


def _days(deposits: Iterable[Deposit]) -> dict[tuple[str, str], list[Deposit]]:
    days: dict[tuple[str, str], list[Deposit]] = defaultdict(list)
    for deposit in deposits:
        days[deposit.booked_date, deposit.currency].append(deposit)
    return days


def _days_together(days: Iterable[Iterable[list[Deposit]]], lumps: Iterable[Lump]) -> list[tuple[Deposit, Lump]]:
    """Pair each day's deposits, taken together in the first of the given ways that is one lump."""
    pairs: list[tuple[Deposit, Lump]] = []
    free = list(lumps)
    for ways in days:
        for together in ways:
            day = together[0]._replace(amount_ore=sum(deposit.amount_ore for deposit in together), reference="")
            found = _one_to_one([day], free)
            if found:
                pairs += [(deposit, found[0][1]) for deposit in together]
                free.remove(found[0][1])
                break
    return pairs


def _left(pairs: Iterable[tuple[Deposit, Lump]], sides: Iterable[Side]) -> list[Side]:
    paired = {id(side) for both in pairs for side in both}
    return [side for side in sides if id(side) not in paired]


def _one_to_one(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[tuple[Deposit, Lump]]:
    """Pair by the bank's reference, then on the same day, then with the nearest; the first two without a search."""
    pairs: list[tuple[Deposit, Lump]] = []
    rest, free = list(deposits), list(lumps)
    for key_of_deposit, key_of_lump in ((_named_deposit, _named_lump), (_day_of, _day_of)):
        found = _by_key(rest, free, key_of_deposit, key_of_lump)
        pairs += found
        rest, free = _left(found, rest), _left(found, free)
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


def may_be_part(deposit: Deposit, lump: Lump) -> bool:
    """Say whether a deposit may be one of several that are a lump together."""
    return deposit.currency == lump.currency and 0 < deposit.amount_ore < lump.amount_ore and _are_near(deposit, lump)
