"""Payments that may be the same money are paired one to one, as many as can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from hub.model.payments import DayWindow, Told
from hub.rules.payments.doubtful_twins import equal_but_for_the_day, equal_in_all, equal_without_reference

DAY = date(2026, 11, 16)


def told(payment_id: int, day: int = 0, reference: str = "", kind: str = "", made: str = "") -> Told:
    return Told(payment_id, (DAY + timedelta(days=day)).isoformat(), made, reference, kind)


def windows(*days: int, reach: int = 2) -> dict[str, DayWindow]:
    found = {}
    for day in days:
        at = DAY + timedelta(days=day)
        first, last = at - timedelta(days=reach), at + timedelta(days=reach)
        found[at.isoformat()] = DayWindow(at.isoformat(), first.isoformat(), last.isoformat())
    return found


def test_equal_gifts_are_paired_one_to_one() -> None:
    new, old = [told(number, reference="EN GÅVA") for number in (4, 5, 6)], [told(number) for number in (1, 2)]
    assert equal_without_reference(new, old) == {4: 1, 5: 2}


def test_equal_words_come_first() -> None:
    old = [told(1, reference="RENT"), told(2, reference="GIFT")]
    assert equal_without_reference([told(3, reference="GIFT"), told(4)], old) == {3: 2, 4: 1}


def test_keys_of_one_kind_say_that_it_is_another_payment() -> None:
    old = [told(1, kind="ref"), told(2, kind="serial")]
    assert equal_without_reference([told(3, kind="ref"), told(4, kind="ref")], old) == {3: 2}


def test_each_meets_one_that_its_window_holds_though_they_are_of_different_days() -> None:
    old = [told(1, 0), told(2, 1)]
    assert equal_but_for_the_day([told(3, 2), told(4, 2)], old, windows(2)) == {3: 1, 4: 2}
    assert equal_but_for_the_day([told(3, 3), told(4, 3)], old, windows(3)) == {3: 2}


def test_the_days_that_the_files_were_made_on_may_be_near_where_the_others_are_not() -> None:
    old = [told(1, 0, made=DAY.isoformat())]
    new = [told(2, 9, made=DAY.isoformat())]
    assert equal_but_for_the_day(new, old, windows(0, 9)) == {2: 1}


def test_a_day_that_no_file_tells_is_near_none() -> None:
    assert equal_but_for_the_day([told(2)._replace(day=None)], [told(1)._replace(day=None)], windows(0)) == {}


days = st.lists(st.integers(0, 12), max_size=8)


@given(days, days)
def test_as_many_are_paired_as_can_be_each_once_and_near(new_days: list[int], old_days: list[int]) -> None:
    new = [told(100 + number, day) for number, day in enumerate(new_days)]
    old = [told(number, day) for number, day in enumerate(old_days)]

    twins = equal_but_for_the_day(new, old, windows(*range(13)))

    assert len(set(twins.values())) == len(twins)
    assert all(abs(new_days[number - 100] - old_days[twin]) <= 2 for number, twin in twins.items())
    assert len(twins) == _most(new_days, old_days)


def _most(new_days: list[int], old_days: list[int]) -> int:
    return _largest(len(new_days), len(old_days), lambda new, old: abs(new_days[new] - old_days[old]) <= 2)


def _largest(new_count: int, old_count: int, fits: Callable[[int, int], bool]) -> int:
    """The size of a largest pairing, by augmenting paths."""
    met: dict[int, int] = {}

    def finds(new: int, seen: set[int]) -> bool:
        for old in range(old_count):
            if fits(new, old) and old not in seen:
                seen.add(old)
                if old not in met or finds(met[old], seen):
                    met[old] = new
                    return True
        return False

    return sum(finds(new, set()) for new in range(new_count))


def test_those_without_a_key_make_way_for_those_that_can_only_be_theirs() -> None:
    new, old = [told(3, 1), told(4, 1, kind="ref")], [told(1, 0, kind="serial"), told(2, 2, kind="ref")]
    assert equal_but_for_the_day(new, old, windows(1)) == {3: 2, 4: 1}
    assert equal_in_all([told(3), told(4, kind="ref")], [told(1), told(2, kind="ref")]) == {3: 2, 4: 1}
    words = [told(1, reference="GIFT"), told(2, kind="ref")]
    assert equal_without_reference([told(3, reference="GIFT"), told(4, kind="ref")], words) == {3: 2, 4: 1}


def test_what_is_booked_is_met_before_what_is_held() -> None:
    old = [told(1)._replace(is_held=True), told(2)]
    for pair in (equal_in_all, equal_without_reference):
        assert pair([told(3)], old) == {3: 2}
    assert equal_but_for_the_day([told(3)], old, windows(0)) == {3: 2}


marked = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["", "ref", "serial"]), st.booleans()), max_size=8)


@given(marked, marked)
def test_as_many_are_paired_as_can_be_whatever_keys_they_have(
    new: list[tuple[int, str, bool]], old: list[tuple[int, str, bool]]
) -> None:
    newer = [told(100 + number, day, kind=kind) for number, (day, kind, _) in enumerate(new)]
    older = [told(n, day, kind=kind)._replace(is_held=is_held) for n, (day, kind, is_held) in enumerate(old)]

    twins = equal_but_for_the_day(newer, older, windows(*range(7)))

    def fits(one: int, other: int) -> bool:
        (day, kind, _), (its_day, its_kind, _) = new[one], old[other]
        return abs(day - its_day) <= 2 and not (kind and kind == its_kind)

    assert len(set(twins.values())) == len(twins)
    assert all(fits(number - 100, twin) for number, twin in twins.items())
    assert len(twins) == _largest(len(new), len(old), fits)


def test_one_told_before_makes_way_by_taking_another() -> None:
    met = [(told(11), told(1))]
    assert equal_in_all([told(12, kind="ref")], [told(2, kind="ref")], met) == {12: 2}
    assert equal_without_reference([told(12, kind="ref")], [told(2, kind="ref")], met) == {12: 2}
    assert equal_but_for_the_day([told(12, kind="ref")], [told(2, kind="ref")], windows(0), met) == {12: 2}
    assert equal_in_all([told(12, kind="ref")], [told(2, kind="ref")], [(told(11, kind="ref"), told(1))]) == {}


class Telling(NamedTuple):
    family: str
    payment_id: int
    true: int  # which payment it is
    key: str

    @property
    def told(self) -> Told:
        return told(self.payment_id, kind="ref" if self.key else "")._replace(key_value=self.key)


@st.composite
def days_in_files(draw: st.DrawFn) -> list[list[Telling]]:
    """Equal payments, each told by two formats, with its key or without, in files of either that come in any order."""
    has_keys = draw(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5))
    tellings = [
        Telling(family, 0, true, f"K{true}" if has_key else "")
        for true, keys in enumerate(has_keys)
        for family, has_key in zip("AB", keys, strict=True)
    ]
    in_order = draw(st.permutations(tellings))
    numbered = [telling._replace(payment_id=number) for number, telling in enumerate(in_order, 1)]
    cut = draw(st.lists(st.booleans(), min_size=len(numbered), max_size=len(numbered)))
    files: list[list[Telling]] = []
    for telling, is_new in zip(numbered, cut, strict=True):
        if is_new or not files or files[-1][0].family != telling.family:
            files.append([])
        files[-1].append(telling)
    return files


@given(days_in_files())
def test_equal_payments_are_booked_no_more_often_than_they_moved_however_files_split_them(
    files: list[list[Telling]],
) -> None:
    told_so_far: dict[int, Telling] = {}
    booked_as: dict[int, int] = {}
    by_key: set[int] = set()
    for file in files:
        of_key = {old.key: booked_as[number] for number, old in told_so_far.items() if old.key}
        proved = {new.payment_id: of_key[new.key] for new in file if new.key in of_key}
        told_so_far |= {new.payment_id: new for new in file}
        booked_as |= proved
        by_key |= proved.keys()
        left = [new.told for new in file if new.payment_id not in proved]
        twins = equal_in_all(left, *_told_by_the_other(file[0].family, told_so_far, booked_as, by_key))
        booked_as |= {new.payment_id: twins.get(new.payment_id, new.payment_id) for new in left}

        assert len(set(booked_as.values())) <= len({telling.true for telling in told_so_far.values()})


def _told_by_the_other(
    family: str, told_so_far: dict[int, Telling], booked_as: dict[int, int], by_key: set[int]
) -> tuple[list[Told], list[tuple[Told, Told]]]:
    """What only the other format has told, and what both have where no key proves it."""
    own, others = defaultdict[int, list[int]](list), []
    for number, booked in booked_as.items():
        if told_so_far[number].family == family:
            own[booked].append(number)
        else:
            others.append(number)
    free = [told_so_far[number].told for number in others if booked_as[number] == number and not own[number]]
    met = [(own[booked_as[number]], number) for number in others if own[booked_as[number]]]
    before = [(told_so_far[of[0]].told, told_so_far[other].told) for of, other in met if not by_key & {*of, other}]
    return free, before
