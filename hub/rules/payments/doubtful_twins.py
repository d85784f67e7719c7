"""Payments of two formats that may be the same money, though nothing proves it: each is paired with one other at most.

In doubt a person decides. Two that are held with one twin could not both be called the same money, and one that is
left over since another took its twin is honest new money, so the pairs are one to one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from hub.model.payments import DayWindow, Told

_At = Callable[[Told], str]


def equal_without_reference(new: Iterable[Told], old: Iterable[Told]) -> dict[int, int]:
    """Pair payments of one account, day, amount and currency that have no reference but words: (payment id, twin).

    Those with equal words come first.
    """
    shelves: dict[str, dict[str, deque[Told]]] = defaultdict(_shelves)
    for told in sorted(old):
        shelves[told.reference][told.key_kind].append(told)
    waiting, twins = sorted(new), dict[int, int]()
    for told in waiting:
        twin = _take(told, shelves[told.reference])
        if twin is not None:
            twins[told.payment_id] = twin
    left = _by_kind(one for of_words in shelves.values() for shelf in of_words.values() for one in shelf)
    for told in waiting:
        twin = _take(told, left) if told.payment_id not in twins else None
        if twin is not None:
            twins[told.payment_id] = twin
    return twins


def equal_but_for_the_day(new: Sequence[Told], old: Sequence[Told], windows: Mapping[str, DayWindow]) -> dict[int, int]:
    """Pair payments of one account, reference, amount and currency that are near each other: (payment id, twin).

    Near is the day they were booked on, or else the day that their files were made.
    """
    twins: dict[int, int] = {}
    for at in (_day, _made_on):
        met = set(twins.values())
        waiting = [told for told in new if told.payment_id not in twins]
        twins |= _in_windows(waiting, [told for told in old if told.payment_id not in met], at, windows)
    return twins


def _in_windows(new: Iterable[Told], old: Iterable[Told], at: _At, windows: Mapping[str, DayWindow]) -> dict[int, int]:
    """Give each, oldest first, the earliest that its window holds: so as many as can be are paired."""
    shelves = _by_kind(sorted(old, key=lambda told: (at(told), told)))
    twins: dict[int, int] = {}
    for told in sorted(new, key=lambda told: (at(told), told)):
        window = windows.get(at(told))
        if window is None:
            continue
        for shelf in shelves.values():
            while shelf and at(shelf[0]) < window.first:
                shelf.popleft()
        near = {kind: shelf for kind, shelf in shelves.items() if shelf and at(shelf[0]) <= window.last}
        twin = _take(told, near, at)
        if twin is not None:
            twins[told.payment_id] = twin
    return twins


def _take(told: Told, shelves: Mapping[str, deque[Told]], at: _At = lambda _told: "") -> int | None:
    """Take the first that may be the same money: keys of one kind that differ say that it is not."""
    fitting = [shelf for kind, shelf in shelves.items() if shelf and not (told.key_kind and kind == told.key_kind)]
    return min(fitting, key=lambda shelf: (at(shelf[0]), shelf[0])).popleft().payment_id if fitting else None


def _by_kind(told: Iterable[Told]) -> dict[str, deque[Told]]:
    shelves = _shelves()
    for one in told:
        shelves[one.key_kind].append(one)
    return shelves


def _shelves() -> dict[str, deque[Told]]:
    return defaultdict(deque)


def _day(told: Told) -> str:
    return told.day or ""  # a file may leave it out


def _made_on(told: Told) -> str:
    return told.created_on
