"""As many pairs as can be: who is left over takes the twin of one that can take another.

The search goes by kinds, of which there are few, not by payments: those of one kind fit the same others.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

New = TypeVar("New", bound=Hashable)
Old = TypeVar("Old", bound=Hashable)


def complete(
    pairs: Mapping[int, int], new: Mapping[int, New], old: Mapping[int, Old], fits: Callable[[New, Old], bool]
) -> dict[int, int]:
    """Return as many pairs (new id, old id) as can be; every new one that `pairs` has is still paired.

    `new` and `old` give the kind of each id, in order of preference.
    """
    if len(pairs) in (len(new), len(old)):
        return dict(pairs)
    pairing = _Pairing(pairs, new, old, fits)
    for kind in dict.fromkeys(new.values()):
        while pairing.left_new[kind] and (path := pairing.path_from(kind)):
            while pairing.is_open(path):
                pairing.move_along(path)
    return pairing.pairs()


class _Pairing(Generic[New, Old]):
    def __init__(
        self,
        pairs: Mapping[int, int],
        new: Mapping[int, New],
        old: Mapping[int, Old],
        fits: Callable[[New, Old], bool],
    ) -> None:
        self.left_new: dict[New, deque[int]] = defaultdict(deque)
        self._left_old: dict[Old, deque[int]] = defaultdict(deque)
        self._paired: dict[tuple[New, Old], deque[tuple[int, int]]] = defaultdict(deque)
        taken = set(pairs.values())
        for number, kind in new.items():
            if number in pairs:
                self._paired[kind, old[pairs[number]]].append((number, pairs[number]))
            else:
                self.left_new[kind].append(number)
        for number, other in old.items():
            if number not in taken:
                self._left_old[other].append(number)
        self._fitting = {
            kind: [other for other in dict.fromkeys(old.values()) if fits(kind, other)]
            for kind in dict.fromkeys(new.values())
        }

    def path_from(self, start: New) -> list[tuple[New, Old]]:
        """Return the shortest way to a free one: each takes what the next has, the last takes the free one."""
        came_from: dict[New, tuple[New, Old]] = {}
        met: set[Old] = set()
        waiting = deque([start])
        while waiting:
            kind = waiting.popleft()
            for other in self._fitting[kind]:
                if other in met:
                    continue
                met.add(other)
                if self._left_old[other]:
                    return [*self._way_to(kind, came_from), (kind, other)]
                for holder in self._fitting:
                    if holder != start and holder not in came_from and self._paired[holder, other]:
                        came_from[holder] = (kind, other)
                        waiting.append(holder)
        return []

    @staticmethod
    def _way_to(kind: New, came_from: Mapping[New, tuple[New, Old]]) -> list[tuple[New, Old]]:
        way = deque[tuple[New, Old]]()
        while kind in came_from:
            way.appendleft(came_from[kind])
            kind = came_from[kind][0]
        return list(way)

    def is_open(self, path: Sequence[tuple[New, Old]]) -> bool:
        """Say whether one more can go this way."""
        holders = pairwise(path)
        return (
            bool(self.left_new[path[0][0]])
            and bool(self._left_old[path[-1][1]])
            and all(self._paired[holder, other] for (_, other), (holder, _) in holders)
        )

    def move_along(self, path: Sequence[tuple[New, Old]]) -> None:
        number = self.left_new[path[0][0]].popleft()
        for (kind, other), (holder, _) in pairwise(path):
            freed, twin = self._paired[holder, other].popleft()
            self._paired[kind, other].append((number, twin))
            number = freed
        kind, other = path[-1]
        self._paired[kind, other].append((number, self._left_old[other].popleft()))

    def pairs(self) -> dict[int, int]:
        return dict(sorted(pair for paired in self._paired.values() for pair in paired))
