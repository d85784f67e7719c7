"""Payments of two formats that may be the same money, though nothing proves it: each is paired with one other at most.

In doubt a person decides. Two that are held with one twin could not both be called the same money, and one that is
left over since another took its twin would be booked as new money: so the pairs are one to one, and as many as can be.
What is booked is met before what is itself held in doubt, since that may be the same money as what is booked.

Nothing tells equal payments apart, so which of them an earlier file's payment met says nothing: `before` gives those
pairs (the family's own payment, its twin), and they may change twins where that lets one more be met. Who is met for it
is the one that is left over then.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from hub.model.payments import DayWindow, Told
from hub.rules.payments.largest_pairing import complete

_At = Callable[[Told], str]
_Kind = TypeVar("_Kind", bound=tuple[object, ...])
Before = Sequence[tuple[Told, Told]]


class _Shelf(NamedTuple):
    """Payments that fit the same others; those booked come first."""

    is_held: bool
    key_kind: str
    key_value: str


def equal_in_all(new: Iterable[Told], old: Iterable[Told], before: Before = ()) -> dict[int, int]:
    """Pair payments of one account, day, reference, amount and currency: (payment id, twin)."""
    return _complete({}, sorted(new), _by_rank(old), before, _shelf, _may_be)


def equal_without_reference(new: Iterable[Told], old: Iterable[Told], before: Before = ()) -> dict[int, int]:
    """Pair payments of one account, day, amount and currency that have no reference but words: (payment id, twin).

    Those with equal words come first.
    """
    waiting, by_words = sorted(new), defaultdict[str, list[Told]](list)
    for told in old:
        by_words[told.reference].append(told)
    shelves = {words: _by_shelf(sorted(found)) for words, found in by_words.items()}
    twins: dict[int, int] = {}
    for told in waiting:
        twin = _take(told, shelves.get(told.reference, {}))
        if twin is not None:
            twins[told.payment_id] = twin
    others = _by_rank(one for found in by_words.values() for one in found)
    return _complete(twins, waiting, others, before, _shelf, _may_be)


def equal_but_for_the_day(
    new: Sequence[Told], old: Sequence[Told], windows: Mapping[str, DayWindow], before: Before = ()
) -> dict[int, int]:
    """Pair payments of one account, reference, amount and currency that are near each other: (payment id, twin).

    Near is the day they were booked on, or else the day that their files were made.
    """
    twins: dict[int, int] = {}
    for at in (_day, _made_on):
        met = set(twins.values())
        waiting = [told for told in new if told.payment_id not in twins]
        twins |= _in_windows(waiting, [told for told in old if told.payment_id not in met], at, windows)

    def near(one: Told, other: Told) -> bool:
        return _may_be(one, other) and any(
            at(one) in windows and windows[at(one)].first <= at(other) <= windows[at(one)].last
            for at in (_day, _made_on)
        )

    by_day = sorted(old, key=lambda told: (told.is_held, _day(told), told))
    return _complete(twins, sorted(new), by_day, before, _as_told, near)


def _complete(
    pairs: Mapping[int, int],
    new: Sequence[Told],
    old: Sequence[Told],
    before: Before,
    kind_of: Callable[[Told, frozenset[str]], _Kind],
    fits: Callable[[_Kind, _Kind], bool],
) -> dict[int, int]:
    """Pair as many as can be, each with a free one: who takes a twin of before gets what its holder takes for it."""
    holders = {twin.payment_id: told.payment_id for told, twin in before}
    all_new, all_old = [*(told for told, _ in before), *new], [*old, *(twin for _, twin in before)]
    shared = frozenset(_key_values(all_new) & _key_values(all_old) if before else ())
    kinds, others = ({told.payment_id: kind_of(told, shared) for told in side} for side in (all_new, all_old))
    kept = {
        told.payment_id: twin.payment_id
        for told, twin in before
        if fits(kinds[told.payment_id], others[twin.payment_id])
    }
    found = complete({**pairs, **kept}, kinds, others, fits)
    twins = {told.payment_id: _free_one(told.payment_id, found, holders) for told in new}
    return {payment_id: twin for payment_id, twin in twins.items() if twin is not None}


def _free_one(payment_id: int, found: Mapping[int, int], holders: Mapping[int, int]) -> int | None:
    twin = found.get(payment_id)
    while twin is not None and twin in holders:
        twin = found.get(holders[twin])
    return twin


def _in_windows(new: Iterable[Told], old: Iterable[Told], at: _At, windows: Mapping[str, DayWindow]) -> dict[int, int]:
    """Give each, oldest first, the earliest that its window holds."""
    shelves = _by_shelf(sorted(old, key=lambda told: (at(told), told)))
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


def _take(told: Told, shelves: Mapping[_Shelf, deque[Told]], at: _At = lambda _told: "") -> int | None:
    """Take the first that may be the same money."""
    fitting = [shelf for kind, shelf in shelves.items() if shelf and _may_be(told, kind)]
    first = min(fitting, key=lambda shelf: (shelf[0].is_held, at(shelf[0]), shelf[0]), default=None)
    return first.popleft().payment_id if first is not None else None


def _may_be(one: Told | _Shelf, other: Told | _Shelf) -> bool:
    """Say whether payments may be the same money: keys of one kind that differ say that they are not."""
    return not one.key_kind or one.key_kind != other.key_kind or one.key_value == other.key_value != ""


def _by_shelf(told: Iterable[Told]) -> dict[_Shelf, deque[Told]]:
    shelves: dict[_Shelf, deque[Told]] = defaultdict(deque)
    for one in told:
        shelves[_shelf(one)].append(one)
    return shelves


def _by_rank(told: Iterable[Told]) -> list[Told]:
    return sorted(told, key=lambda one: (one.is_held, one))


def _key_values(told: Iterable[Told]) -> set[str]:
    return {one.key_value for one in told} - {""}


def _as_told(told: Told, shared: frozenset[str]) -> Told:
    return told._replace(payment_id=0, key_value=_shelf(told, shared).key_value)


def _shelf(told: Told, shared: frozenset[str] = frozenset()) -> _Shelf:
    """Keep apart those with a key that one of the other side has too, and no others: the kinds would be too many."""
    return _Shelf(told.is_held, told.key_kind, told.key_value if told.key_value in shared else "")


def _day(told: Told) -> str:
    return told.day or ""  # a file may leave it out


def _made_on(told: Told) -> str:
    return told.created_on
