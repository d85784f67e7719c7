"""Payments that may be the same money are paired one to one, as many as can be."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.model.payments import DayWindow, Told
from hub.rules.payments.doubtful_twins import equal_but_for_the_day, equal_without_reference

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
    """The size of a largest pairing, by augmenting paths."""
    met: dict[int, int] = {}

    def finds(new: int, seen: set[int]) -> bool:
        for old, day in enumerate(old_days):
            if abs(new_days[new] - day) <= 2 and old not in seen:
                seen.add(old)
                if old not in met or finds(met[old], seen):
                    met[old] = new
                    return True
        return False

    return sum(finds(new, set()) for new in range(len(new_days)))
