"""Pairing the two sides of a clearing account: what payers' specifications say, and what the bank account moved."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import TypeVar

from hub.banking_calendar import banking_days_between
from hub.model.payments import Deposit, Lump

PAIRING_WINDOW_BANKING_DAYS = 5
_CALENDAR_DAYS = 21  # more than the window ever spans
_DAYS_KEPT = 4096
MOST_TRIED_TOGETHER = 12  # entries of a day whose sums are tried: twice as many are four thousand times the work

Waiting = dict[tuple[int, str, str], deque[Lump]]  # by amount, currency and a word, the oldest first
Pair = tuple[Deposit, Lump]
Side = TypeVar("Side", Deposit, Lump)
May = Callable[[Sequence[Deposit]], bool]  # says whether some entries may be a lump together
Step = Callable[[Sequence[Deposit], Sequence[Lump], May], list[Pair]]


def pair(deposits: Sequence[Deposit], lumps: Sequence[Lump]) -> list[Pair]:
    """Pair deposits with lumps of one bank account: same sum and currency, within the window of days.

    The deposits of one bank entry stay together, whichever accounts they were paid to. The bank's own reference decides
    when both sides have it; else the same day, then the nearest. On each an entry by itself is tried first, then all of
    a day together, since a day's specification may come in several files. On the lump's own day other entries together
    are tried too, when nothing else can be meant.
    """
    return _parted(_pair(_entries(deposits), _oldest_first(lumps), lambda _: True), deposits)


def pair_new(new: Sequence[Deposit], old: Sequence[Deposit], alone: Sequence[Lump], made: Sequence[Lump]) -> list[Pair]:
    """Pair new deposits with lumps that stand alone, else with those that were made payments (`made`).

    The bank's own reference decides first. A deposit that stood alone before (`old`) has been asked in its turn: it
    belongs to a lump that was made a payment only together with new ones of its day.
    """
    entries, free, taken = _entries([*new, *old]), _oldest_first(alone), _oldest_first(made)
    numbers = {_number(deposit) for deposit in new}

    def has_new(together: Sequence[Deposit]) -> bool:
        return any(_number(entry) in numbers for entry in together)

    pairs = _by_reference(entries, [*free, *taken], has_new)
    pairs += _pair(_left(pairs, entries), _left(pairs, free), lambda _: True)
    pairs += _pair(_left(pairs, entries), _left(pairs, taken), has_new)
    return _parted(pairs, [*new, *old])


def may_be_told(deposits: Sequence[Deposit], lump: Lump) -> bool:
    """Say whether deposits that stand alone, the nearest of them, may be a lump together, though others may be too."""
    near = [entry for entry in _entries(deposits) if entry.amount_ore and _may_be_near(entry, lump)]
    nearest = sorted(near, key=lambda entry: _days_apart(entry, lump))[:MOST_TRIED_TOGETHER]
    return lump.amount_ore in _sums(nearest)


def pair_likely(
    new: Sequence[Deposit], old: Sequence[Deposit], alone: Sequence[Lump], made: Sequence[Lump]
) -> list[Pair]:
    """Pair lumps that were made payments with deposits of any days near, new ones among them, that alone are each.

    Of at most twelve, and where no lump as large stands alone near. What `pair_new` finds is to be left out.
    """
    numbers = {_number(deposit) for deposit in new}
    entries = sorted(_entries([*new, *old]), key=lambda entry: _number(entry) not in numbers)
    told_on, waiting = _by_day(entry for entry in entries if entry.amount_ore), _waiting(alone, _day_of)
    pairs: list[Pair] = []
    for lumps in _by_day(made).values():
        days = [(day, lumps[0].currency) for day in _days_around(lumps[0].booked_date)]
        near = _left(pairs, [entry for day in days if day in told_on for entry in told_on[day]])
        if len(near) <= MOST_TRIED_TOGETHER:
            asked = [lump for lump in lumps if not any(waiting.get((lump.amount_ore, cur, day)) for day, cur in days)]
            pairs += _certain_parts(near, asked, lambda part: any(_number(entry) in numbers for entry in part))
    return _parted(pairs, [*new, *old])


def may_be_part(deposit: Deposit, lump: Lump) -> bool:
    """Say whether a deposit may be a lump, by itself or with others."""
    return 0 < deposit.amount_ore <= lump.amount_ore and _may_be_near(deposit, lump)


def entries_of(deposits: Iterable[Deposit]) -> list[list[Deposit]]:
    """Put the deposits of each bank entry together, in the order in which they come."""
    found: dict[tuple[int, int, int], list[Deposit]] = defaultdict(list)
    for deposit in deposits:
        found[_number(deposit)].append(deposit)
    return list(found.values())


def whole_entry(deposits: Sequence[Deposit]) -> Deposit:
    """Return the deposits of one bank entry as one."""
    return deposits[0]._replace(
        booked_date=min(deposit.booked_date for deposit in deposits),
        amount_ore=sum(deposit.amount_ore for deposit in deposits),
        reference=max(deposit.reference for deposit in deposits),
    )


def _entries(deposits: Iterable[Deposit]) -> list[Deposit]:
    whole = [whole_entry(together) for together in entries_of(deposits)]
    return sorted(whole, key=lambda entry: (entry.booked_date, _number(entry)))


def _number(deposit: Deposit) -> tuple[int, int, int]:
    return deposit.exchange_no, deposit.section_no, deposit.entry_no


def _oldest_first(lumps: Iterable[Lump]) -> list[Lump]:
    return sorted(lumps, key=lambda lump: (lump.booked_date, lump.lump_no))


def _parted(pairs: Iterable[Pair], deposits: Iterable[Deposit]) -> list[Pair]:
    """Give each deposit of the paired entries its lump."""
    lumps = {_number(entry): lump for entry, lump in pairs}
    return [(deposit, lumps[_number(deposit)]) for deposit in deposits if _number(deposit) in lumps]


def _pair(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    pairs: list[Pair] = []
    for step in _STEPS:
        pairs += step(_left(pairs, entries), _left(pairs, lumps), may)
    return pairs


def _left(pairs: Iterable[Pair], sides: Iterable[Side]) -> list[Side]:
    paired = {id(side) for both in pairs for side in both}
    return [side for side in sides if id(side) not in paired]


# --- an entry by itself -----------------------------------------------------------------------------------------------


def _by_reference(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    return _by_key(entries, lumps, may, lambda entry: entry.reference, lambda lump: lump.entry_reference)


def _on_the_day(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    return _by_key(entries, lumps, may, lambda entry: entry.booked_date, _day_of)


def _by_key(
    entries: Sequence[Deposit],
    lumps: Sequence[Lump],
    may: May,
    word_of_entry: Callable[[Deposit], str],
    word_of_lump: Callable[[Lump], str],
) -> list[Pair]:
    """Pair entries and lumps of the same amount, currency and word, without a search; an empty word says nothing."""
    waiting = _waiting(lumps, word_of_lump)
    pairs = []
    for entry in entries:
        word = word_of_entry(entry)
        free = waiting.get((entry.amount_ore, entry.currency, word))
        if word and free and _days_apart(entry, free[0]) <= PAIRING_WINDOW_BANKING_DAYS and may([entry]):
            pairs.append((entry, free.popleft()))
    return pairs


def _day_of(lump: Lump) -> str:
    return lump.booked_date


def _waiting(lumps: Iterable[Lump], word_of: Callable[[Lump], str]) -> Waiting:
    waiting: Waiting = defaultdict(deque)
    for lump in lumps:
        waiting[lump.amount_ore, lump.currency, word_of(lump)].append(lump)
    return waiting


def _nearest(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    waiting = _waiting(lumps, _day_of)
    found = [(entry, _take_nearest(entry, waiting)) for entry in entries if may([entry])]
    return [(entry, lump) for entry, lump in found if lump is not None]


def _take_nearest(entry: Deposit, waiting: Waiting) -> Lump | None:
    """Take the lump of an entry's amount from the nearest day on which one waits, of two days as near the earlier."""
    for day in _days_around(entry.booked_date):
        if free := waiting.get((entry.amount_ore, entry.currency, day)):
            return free.popleft()
    return None


@lru_cache(maxsize=_DAYS_KEPT)
def _days_around(booked_date: str) -> tuple[str, ...]:
    """Return the days within the window around one, the nearest first."""
    middle = date.fromisoformat(booked_date)
    first = max(middle.toordinal() - _CALENDAR_DAYS, date.min.toordinal())
    last = min(middle.toordinal() + _CALENDAR_DAYS, date.max.toordinal())
    days = [date.fromordinal(number) for number in range(first, last + 1)]
    apart = sorted((abs(banking_days_between(middle, day)), day.isoformat()) for day in days)
    return tuple(day for distance, day in apart if distance <= PAIRING_WINDOW_BANKING_DAYS)


def _may_be_near(entry: Deposit, lump: Lump) -> bool:
    return entry.currency == lump.currency and _days_apart(entry, lump) <= PAIRING_WINDOW_BANKING_DAYS


def _days_apart(entry: Deposit, lump: Lump) -> int:
    return abs(banking_days_between(date.fromisoformat(entry.booked_date), date.fromisoformat(lump.booked_date)))


# --- entries of a day together ----------------------------------------------------------------------------------------


def _together_on_the_day(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    """Pair the entries of a day with the lumps of that day, several with each."""
    lumps_of = _by_day(lumps)
    days = [(told, lumps_of[day]) for day, told in _by_day(entries).items() if day in lumps_of]
    return [found for told, moved in days for found in _of_one_day(told, moved, may)]


def _of_one_day(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    pairs = _whole_days([entries], lumps, may)
    rest = sorted((entry for entry in _left(pairs, entries) if entry.amount_ore), key=lambda entry: not may([entry]))
    free = _left(pairs, lumps)
    if free and len(rest) <= MOST_TRIED_TOGETHER:
        pairs += _all_parts(rest, free, may) or _certain_parts(rest, free, may)
    return pairs


def _together_near(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    """Pair all entries of a day, taken together, with the nearest lump."""
    return _whole_days(_by_day(entries).values(), lumps, may)


def _by_day(sides: Iterable[Side]) -> dict[tuple[str, str], list[Side]]:
    days: dict[tuple[str, str], list[Side]] = defaultdict(list)
    for side in sides:
        days[side.booked_date, side.currency].append(side)
    return days


def _whole_days(days: Iterable[Sequence[Deposit]], lumps: Sequence[Lump], may: May) -> list[Pair]:
    """Pair each day's entries, all together or those that may be lumps by themselves, with one lump."""
    pairs: list[Pair] = []
    waiting = _waiting(lumps, _day_of)
    for told in days:
        for together in (told, [entry for entry in told if may([entry])]):
            if len(together) > 1 and may(together):
                day = together[0]._replace(amount_ore=sum(entry.amount_ore for entry in together))
                lump = _take_nearest(day, waiting)
                if lump is not None:
                    pairs += [(entry, lump) for entry in together]
                    break
    return pairs


def _all_parts(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    """Pair all entries with all lumps, where they are the same sum and can be parted so; else none."""
    if not lumps or sum(entry.amount_ore for entry in entries) != sum(lump.amount_ore for lump in lumps):
        return []
    for part in _sums(entries).get(lumps[0].amount_ore, ()):
        rest = _left([(entry, lumps[0]) for entry in part], entries)
        found = _all_parts(rest, lumps[1:], may)
        if may(part) and len(rest) == len(found):
            return [(entry, lumps[0]) for entry in part] + found
    return []


def _certain_parts(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    """Pair each lump with the entries that are it together, where no others are; equal amounts are as good."""
    pairs: list[Pair] = []
    while found := _certain_part(_left(pairs, entries), _left(pairs, lumps), may):
        pairs += found
    return pairs


def _certain_part(entries: Sequence[Deposit], lumps: Sequence[Lump], may: May) -> list[Pair]:
    sums = _sums(entries)
    for lump in lumps:
        parts = [part for part in sums.get(lump.amount_ore, ()) if may(part)]
        if len(parts) == 1:
            return [(entry, lump) for entry in parts[0]]
    return []


def _sums(entries: Sequence[Deposit]) -> dict[int, list[tuple[Deposit, ...]]]:
    """Return the sums of all ways to take some of a few entries, each with its ways, those of other amounts once."""
    sums: dict[int, list[tuple[Deposit, ...]]] = defaultdict(list)
    seen = set()
    for part in _parts(sorted(entries, key=lambda entry: entry.amount_ore)):
        amounts = tuple(entry.amount_ore for entry in part)
        if amounts not in seen:
            seen.add(amounts)
            sums[sum(amounts)].append(part)
    return sums


def _parts(entries: Sequence[Deposit]) -> Iterator[tuple[Deposit, ...]]:
    for size in range(1, len(entries) + 1):
        yield from combinations(entries, size)


_STEPS: tuple[Step, ...] = (_by_reference, _on_the_day, _together_on_the_day, _nearest, _together_near)
