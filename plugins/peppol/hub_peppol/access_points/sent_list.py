"""What was handed over and is still to be asked about: an access point mostly tells of a document by its id alone.

A ring of small values in the plugin's state: a number of a series, and under it what the access point calls the
document. A cursor says which numbers are settled. What falls out of the ring is asked about by a person, as is what
was taken by a process that died before it wrote here: no report comes, and the channel's silence says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.banking_calendar import Clock
from hub.contracts import PluginState
from hub.errors import HubError
from hub.model.delivery import Receipt, ReceiptKind

RING = 100_000  # more than are open in a month, of the largest; the cursor has a bit for each
PAGE = 50  # documents asked about for one question
LONGEST_DAYS = 31  # then its silence has been told to a person for long
MOST_MISSING = 20  # numbers in a row that nobody has written: taken by who died, or is about to write


class Place(NamedTuple):
    """Where asking stands: all below `low` is settled, of those from it on the bits; `at` is asked about next."""

    low: int = 1
    settled: int = 0
    at: int = 1

    def with_settled(self, number: int) -> Place:
        """Note that a number needs no more asking."""
        return self._replace(settled=self.settled | 1 << (number - self.low))

    def settled_before(self) -> Callable[[int], bool]:
        """Return what says whether a number needs no more asking; at the same cost for each of very many."""
        bits = f"{self.settled:b}"
        return lambda number: number < self.low or bits[self.low - number - 1 : self.low - number or None] == "1"

    def raised(self, at: int) -> Place:
        """Count away what is settled from below; `at` is where to ask on, 0 is from the lowest again."""
        ones = (~self.settled & self.settled + 1).bit_length() - 1  # at the low end
        low = self.low + ones
        return Place(low, self.settled >> ones, max(at, low))

    def from_low(self, low: int) -> Place:
        """Begin at a higher number: what was below is out of the ring."""
        return Place(low, self.settled >> (low - self.low), max(self.at, low))


class Entry(NamedTuple):
    """One document that was handed over."""

    external_id: str
    age_days: int


class Asked(NamedTuple):
    """What a page of questions came to."""

    receipts: Sequence[Receipt]
    place: Place
    has_more: bool


class SentList:
    """The documents of one access point."""

    def __init__(self, state: PluginState, access_point: str, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._series = f"sent.{access_point}"

    def note(self, external_id: str) -> None:
        """Write down what was handed over; that it cannot be is no failure of the sending."""
        try:
            number = self._state.next_number(self._series)
            self._write(number, external_id)
        except HubError:
            return

    def ask(self, place: Place, status: Callable[[str], Receipt]) -> Asked:
        """Ask about the next page of what is open. Raises what `status` raises."""
        receipts: list[Receipt] = []
        place, missing = self._in_ring(place), 0
        was_settled = place.settled_before()
        number = place.at
        while len(receipts) < PAGE and missing < MOST_MISSING:
            is_over = was_settled(number)
            entry = None if is_over else self._read(number)
            if entry is not None:
                is_open = entry.age_days <= LONGEST_DAYS
                receipts += [status(entry.external_id)] if is_open else []
                is_open = is_open and receipts[-1].kind is ReceiptKind.UNDER_WAY
                place = place if is_open else place.with_settled(number)
            missing = 0 if entry is not None or is_over else missing + 1
            number += 1
        has_more = missing < MOST_MISSING
        return Asked(receipts, place.raised(number if has_more else 0), has_more)

    def _in_ring(self, place: Place) -> Place:
        """Leave out what was written over since."""
        while (number := self._number_in(place.low)) > place.low:
            place = place.from_low(number - RING + 1)
        return place

    def _number_in(self, number: int) -> int:
        written = self._state.get(self._slot(number))
        return int(written[0].partition(" ")[0]) if written else 0

    def _write(self, number: int, external_id: str) -> None:
        slot = self._slot(number)
        for _ in range(MOST_MISSING):
            before = self._state.get(slot)
            version = before[1] if before else None
            if self._state.put(slot, f"{number} {self._today()} {external_id}", expected_version=version):
                return

    def _read(self, number: int) -> Entry | None:
        written = self._state.get(self._slot(number))
        of, day, external_id = written[0].split(" ", 2) if written else ("", "", "")
        return Entry(external_id, self._today() - int(day)) if of == str(number) else None

    def _today(self) -> int:
        return self._clock.now().date().toordinal()

    def _slot(self, number: int) -> str:
        return f"{self._series}.{number % RING}"
