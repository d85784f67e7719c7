"""Both sides of the clearing account are paired by reference, day and amount, and each side once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.banking_calendar import banking_days_between
from hub.model.payments import Deposit, Lump
from hub.rules.payments.pairing import MOST_TRIED_TOGETHER, may_be_told, pair, pair_likely, pair_new


def deposit(number: int, amount_ore: int, day: str = "2026-11-16", reference: str = "") -> Deposit:
    return Deposit(1, 1, number, 1, "SEK", day, amount_ore, reference, None)


def lump(number: int, amount_ore: int, day: str = "2026-11-16", reference: str = "") -> Lump:
    return Lump(number, 2, 1, number, 1, "SEK", day, amount_ore, reference, "alone")


def numbers(deposits: list[Deposit], lumps: list[Lump]) -> list[tuple[int, int]]:
    return sorted((found.entry_no, other.lump_no) for found, other in pair(deposits, lumps))


def test_the_banks_reference_decides_before_the_day() -> None:
    deposits = [deposit(1, 500), deposit(2, 500, reference="R")]
    lumps = [lump(1, 500, reference="R"), lump(2, 500, "2026-11-17")]

    assert numbers(deposits, lumps) == [(1, 2), (2, 1)]


def test_the_nearest_day_within_five_banking_days_is_taken() -> None:
    assert numbers([deposit(1, 500)], [lump(1, 500, "2026-11-20"), lump(2, 500, "2026-11-18")]) == [(1, 2)]
    assert numbers([deposit(1, 500)], [lump(1, 500, "2026-11-23")]) == [(1, 1)]
    assert numbers([deposit(1, 500)], [lump(1, 500, "2026-11-24")]) == []


def test_a_lump_may_be_all_deposits_of_a_day() -> None:
    assert numbers([deposit(1, 300), deposit(2, 200)], [lump(1, 500)]) == [(1, 1), (2, 1)]


def test_equal_amounts_are_each_paired_once() -> None:
    deposits, lumps = [deposit(n, 300) for n in range(3)], [lump(n, 300) for n in range(2)]

    assert len(pair(deposits, lumps)) == 2


def test_another_currency_is_never_paired() -> None:
    assert pair([deposit(1, 500)], [lump(1, 500)._replace(currency="EUR")]) == []


def new_numbers(
    new: list[Deposit], old: list[Deposit], *, alone: list[Lump] | None = None, made: list[Lump] | None = None
) -> list[tuple[int, int]]:
    return sorted((found.entry_no, other.lump_no) for found, other in pair_new(new, old, alone or [], made or []))


def test_an_old_deposit_takes_no_lump_that_was_made_a_payment() -> None:
    assert new_numbers([deposit(2, 300)], [deposit(1, 300)], made=[lump(1, 300)]) == [(2, 1)]
    assert new_numbers([], [deposit(1, 300)], made=[lump(1, 300)]) == []
    assert new_numbers([deposit(3, 50)], [deposit(1, 300), deposit(2, 200)], made=[lump(1, 500)]) == []


def test_an_old_deposit_is_a_made_lump_together_with_new_ones_of_its_day() -> None:
    assert new_numbers([deposit(2, 200)], [deposit(1, 300)], made=[lump(1, 500)]) == [(1, 1), (2, 1)]
    assert new_numbers([deposit(2, 200)], [deposit(1, 300, "2026-11-17")], made=[lump(1, 500)]) == []
    parts = [deposit(2, 200), deposit(3, 100)]
    assert new_numbers(parts, [deposit(1, 999)], made=[lump(1, 300)]) == [(2, 1), (3, 1)]


def test_lumps_that_stand_alone_are_met_before_those_made_payments_but_for_the_banks_reference() -> None:
    alone, made = [lump(1, 300, "2026-11-18")], [lump(2, 300, reference="R")]

    assert new_numbers([deposit(1, 300)], [], alone=alone, made=made) == [(1, 1)]
    assert new_numbers([deposit(1, 300, reference="R")], [], alone=alone, made=made) == [(1, 2)]
    assert new_numbers([deposit(1, 300), deposit(2, 300)], [], alone=alone, made=made) == [(1, 1), (2, 2)]


def test_all_of_a_day_is_a_lump_that_stands_alone_before_one_of_it_is_one_that_was_made_a_payment() -> None:
    old, new = [deposit(1, 100)], [deposit(2, 200)]

    assert new_numbers(new, old, alone=[lump(1, 300)], made=[lump(2, 200)]) == [(1, 1), (2, 1)]


def test_entries_of_the_lumps_own_day_come_before_an_entry_of_another_day() -> None:
    deposits = [deposit(1, 300), deposit(2, 200), deposit(3, 500, "2026-11-13")]

    assert numbers(deposits, [lump(1, 500)]) == [(1, 1), (2, 1)]
    assert numbers([*deposits, deposit(4, 500)], [lump(1, 500)]) == [(4, 1)]


@pytest.mark.parametrize(
    ("amounts", "lumps", "found"),
    [
        ([100, 300, 700, 2100], [400, 2800], [(0, 0), (1, 0), (2, 1), (3, 1)]),
        ([100, 200, 300, 400], [500, 500], [(0, 0), (1, 1), (2, 1), (3, 0)]),  # all of the day, so either way will do
        ([100, 300, 700], [400], [(0, 0), (1, 0)]),  # an unrelated entry stands beside
        ([100, 200, 300, 400, 999], [500], []),  # two ways: it may be either
        ([100, 100, 300], [400], [(0, 0), (2, 0)]),  # equal amounts are as good
        ([350, 450], [400, 400], []),  # the same sum, and nothing that parts it so
        ([100, -40, 300, 5], [360], [(0, 0), (1, 0), (2, 0)]),
    ],
)
def test_entries_of_a_day_are_parted_among_its_lumps_when_nothing_else_can_be_meant(
    amounts: list[int], lumps: list[int], found: list[tuple[int, int]]
) -> None:
    assert numbers([deposit(n, a) for n, a in enumerate(amounts)], [lump(n, a) for n, a in enumerate(lumps)]) == found


def test_entries_are_parted_on_one_day_and_in_one_currency_alone() -> None:
    parts = [deposit(1, 100), deposit(2, 300), deposit(3, 50)]

    assert numbers(parts, [lump(1, 400, "2026-11-17")]) == []
    assert numbers(parts, [lump(1, 400)._replace(currency="EUR")]) == []


def test_more_entries_than_can_be_tried_are_a_lump_all_together_or_not_at_all() -> None:
    many = [deposit(n, 2**n) for n in range(MOST_TRIED_TOGETHER + 1)]

    assert numbers(many, [lump(1, 3)]) == []
    assert len(pair(many, [lump(1, 2 ** (MOST_TRIED_TOGETHER + 1) - 1)])) == len(many)


def test_what_one_bank_entry_brought_to_two_accounts_stays_together() -> None:
    entry = [deposit(1, 100), deposit(1, 200)._replace(account_no=2)]

    assert pair(entry, [lump(1, 300, "2026-11-17")]) == [(one, lump(1, 300, "2026-11-17")) for one in entry]
    assert pair(entry, [lump(1, 100)]) == []


def test_made_lumps_of_a_day_are_parted_among_its_entries_each_with_a_new_one() -> None:
    old, new = [deposit(1, 100), deposit(2, 700)], [deposit(3, 300), deposit(4, 2100)]
    made = [lump(1, 400), lump(2, 2800)]

    assert new_numbers(new, old, made=made) == [(1, 1), (2, 2), (3, 1), (4, 2)]
    assert new_numbers([deposit(5, 9)], [*old, *new], made=made) == []


def test_a_lump_may_be_told_by_any_deposits_near_it() -> None:
    lone = [deposit(1, 100), deposit(2, 300, "2026-11-18"), deposit(3, 50, "2026-10-01")]

    assert may_be_told(lone, lump(1, 400))
    assert not may_be_told(lone, lump(1, 450))
    assert not may_be_told(lone, lump(1, 50))


def test_a_made_lump_is_likely_told_by_deposits_near_it_that_alone_are_it_together() -> None:
    new, old = [deposit(1, 100, "2026-11-17"), deposit(2, 700, "2026-11-17")], [deposit(3, 300)]

    def likely(new: list[Deposit], old: list[Deposit], *alone: Lump) -> list[int]:
        return [one.entry_no for one, _ in pair_likely(new, old, alone, [lump(1, 400)])]

    assert likely(new, old) == [1, 3]
    assert likely(old, new[:1]) == [3, 1]
    assert likely([new[1]], [new[0], *old]) == []  # old ones alone were asked when they came
    assert likely([*new, deposit(4, 200)], [*old, deposit(5, 200)]) == []  # two ways
    assert likely(new, [*old, *(deposit(n, 2**n * 5000) for n in range(5, 16))]) == []  # more than can be tried
    assert likely(new, old, lump(2, 400, "2026-11-18")) == []  # one as large stands alone
    assert likely(new, [deposit(3, 300, "2026-11-30")]) == []


@settings(max_examples=30)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8, unique=True), st.sampled_from(["2026-12-23", "2026-12-27"]))
def test_of_lumps_of_one_amount_the_nearest_is_met_and_of_two_as_near_the_earlier(
    distances: list[int], on: str
) -> None:
    middle = date.fromisoformat(on)
    days = [(middle + timedelta(days=distance - 20)) for distance in distances]
    near = sorted((abs(banking_days_between(middle, day)), day.isoformat()) for day in days)
    found = pair([deposit(1, 500, on)], [lump(no, 500, day.isoformat()) for no, day in enumerate(days)])

    assert [met.booked_date for _, met in found] == [on if middle in days else near[0][1]] * (near[0][0] <= 5)


def test_ten_thousand_equal_entries_a_day_apart_are_all_met() -> None:
    deposits = [deposit(n, 500) for n in range(10_000)]

    assert len(pair(deposits, [lump(n, 500, "2026-11-17") for n in range(10_000)])) == 10_000


Side = TypeVar("Side", Deposit, Lump)
AMOUNTS = st.sampled_from([100, 200, 300, 400, 500, 700, -100])
DAYS = st.sampled_from(["2026-11-16", "2026-11-17", "2026-11-30"])
WORDS = st.sampled_from(["", "", "R", "S"])
DEPOSITS = st.lists(st.tuples(AMOUNTS, DAYS, WORDS, st.integers(0, 5)), max_size=8).map(
    lambda found: [
        deposit(entry, a, day, word)._replace(account_no=no) for no, (a, day, word, entry) in enumerate(found)
    ]
)
LUMPS = st.lists(st.tuples(AMOUNTS, DAYS, WORDS), max_size=5).map(
    lambda found: [lump(no, *values) for no, values in enumerate(found)]
)


def together(pairs: Iterable[tuple[Deposit, Lump]]) -> dict[Lump, set[Deposit]]:
    found: dict[Lump, set[Deposit]] = {}
    for one, other in pairs:
        found.setdefault(other, set()).add(one)
    return found


@given(DEPOSITS, LUMPS)
def test_every_deposit_is_paired_once_and_every_lump_with_its_own_sum(
    deposits: list[Deposit], lumps: list[Lump]
) -> None:
    pairs = pair(deposits, lumps)

    assert len({one for one, _ in pairs}) == len(pairs)
    assert all(sum(one.amount_ore for one in met) == found.amount_ore for found, met in together(pairs).items())
    left = [one for one in deposits if one not in {met for met, _ in pairs}]
    assert {one.entry_no for one in left}.isdisjoint(met.entry_no for met, _ in pairs)


@given(DEPOSITS, LUMPS, st.randoms())
def test_the_order_in_which_sides_are_given_makes_no_difference(
    deposits: list[Deposit], lumps: list[Lump], shuffled: Random
) -> None:
    once = together(pair(deposits, lumps))
    mixed, other = [*deposits], [*lumps]
    shuffled.shuffle(mixed)
    shuffled.shuffle(other)

    assert together(pair(mixed, other)) == once


@given(DEPOSITS, LUMPS)
def test_no_lump_is_left_that_some_of_its_days_entries_alone_can_be(told: list[Deposit], moved: list[Lump]) -> None:
    deposits, lumps = [on_one_day(one) for one in told], [on_one_day(one) for one in moved]
    pairs = pair(deposits, lumps)
    met = {found for _, found in pairs}
    left = pair_left(deposits, pairs)
    for alone in (one for one in lumps if one not in met):
        of_day = [amount for day, amount in left if day == alone.booked_date]
        ways = {
            tuple(sorted(way))
            for size in range(1, len(of_day) + 1)
            for way in combinations(of_day, size)
            if sum(way) == alone.amount_ore
        }
        assert len(ways) != 1


def on_one_day(side: Side) -> Side:
    return side._replace(booked_date="2026-11-16")


def pair_left(deposits: list[Deposit], pairs: list[tuple[Deposit, Lump]]) -> list[tuple[str, int]]:
    """The day and sum of every entry that is not paired."""
    taken = {one for one, _ in pairs}
    entries: dict[int, list[Deposit]] = {}
    for one in deposits:
        if one not in taken:
            entries.setdefault(one.entry_no, []).append(one)
    sums = [(min(o.booked_date for o in found), sum(o.amount_ore for o in found)) for found in entries.values()]
    return [(day, amount) for day, amount in sums if amount]
