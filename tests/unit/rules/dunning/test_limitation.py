"""Limitation: how long a claim lives, what starts the time anew, and when to warn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import DataError, RuleViolation
from hub.model.limitation import InterruptedBy, Interruption
from hub.rules.dunning.limitation import (
    is_lapsing,
    lapses_after,
    life_of,
    limitation_years,
    months_earlier,
    refuse_agreed_years,
    refuse_lapsed,
    warning_months,
    years_later,
)

D = date.fromisoformat
AROSE = D("2020-03-10")
LETTER = InterruptedBy.WRITTEN_DEMAND
STEP = InterruptedBy.LEGAL_STEP


def test_a_consumers_debt_lives_three_years_and_others_ten() -> None:
    assert limitation_years(is_consumer_claim=True) == 3
    assert limitation_years(is_consumer_claim=False) == 10
    assert limitation_years(is_consumer_claim=True, is_running_note=True) == 10


@pytest.mark.parametrize(
    ("arose", "years", "last"),
    [
        ("2020-03-10", 3, "2023-03-10"),
        ("2020-03-10", 10, "2030-03-10"),
        ("2020-02-29", 3, "2023-02-28"),
        ("2020-02-29", 4, "2024-02-29"),
    ],
)
def test_the_time_ends_on_the_day_of_the_same_number_or_the_last_of_the_month(
    arose: str, years: int, last: str
) -> None:
    assert lapses_after(D(arose), years) == D(last)


@pytest.mark.parametrize("kind", [InterruptedBy.ACKNOWLEDGEMENT, LETTER])
def test_an_interruption_starts_a_whole_new_time_if_it_comes_on_the_last_day(kind: InterruptedBy) -> None:
    last = D("2023-03-10")

    assert lapses_after(AROSE, 3, [Interruption(kind, last)]) == D("2026-03-10")
    assert lapses_after(AROSE, 3, [Interruption(kind, last + timedelta(days=1))]) == last


def test_a_legal_step_keeps_the_claim_alive_while_it_goes_on_and_the_time_runs_from_its_end() -> None:
    begun = D("2023-03-10")

    assert lapses_after(AROSE, 3, [Interruption(STEP, begun)]) is None
    assert lapses_after(AROSE, 3, [Interruption(STEP, begun, D("2024-01-15"))]) == D("2027-01-15")


def test_a_legal_step_that_failed_interrupts_nothing_and_leaves_a_year() -> None:
    early = Interruption(STEP, D("2021-01-01"), D("2021-02-01"), has_failed=True)
    late = Interruption(STEP, D("2023-03-01"), D("2023-06-01"), has_failed=True)

    assert lapses_after(AROSE, 3, [early]) == D("2023-03-10")
    assert lapses_after(AROSE, 3, [late]) == D("2024-06-01")


def test_letters_one_after_the_other_keep_a_claim_alive_and_a_gap_ends_it() -> None:
    letters = [Interruption(LETTER, D(day)) for day in ("2025-01-01", "2022-05-01", "2028-01-02")]

    assert lapses_after(AROSE, 3, letters[:2]) == D("2028-01-01")
    assert lapses_after(AROSE, 3, letters) == D("2028-01-01")


@pytest.mark.parametrize(
    "wrong", [Interruption(LETTER, D("2020-03-09")), Interruption(STEP, D("2021-01-01"), D("2020-12-31"))]
)
def test_days_in_the_wrong_order_are_refused(wrong: Interruption) -> None:
    with pytest.raises(DataError, match="not interrupted"):
        lapses_after(AROSE, 3, [wrong])


@given(
    st.lists(st.dates(AROSE, D("2060-01-01")).map(lambda day: Interruption(LETTER, day)), max_size=6),
    st.sampled_from([3, 10]),
)
def test_no_interruption_shortens_a_life(letters: list[Interruption], years: int) -> None:
    last = lapses_after(AROSE, years, letters)

    assert last is not None
    assert last >= years_later(AROSE, years)
    assert last in {years_later(AROSE, years), *(years_later(one.on, years) for one in letters)}


def test_nothing_is_asked_for_when_the_claim_has_lapsed() -> None:
    refuse_lapsed(D("2023-03-10"), D("2023-03-10"))
    refuse_lapsed(D("2023-03-11"), None)
    with pytest.raises(RuleViolation, match=r"lapsed after 2023-03-10 .*\(1981:130\) 8 §"):
        refuse_lapsed(D("2023-03-11"), D("2023-03-10"))


def test_a_consumers_time_cannot_be_made_longer() -> None:
    refuse_agreed_years(3, is_consumer_claim=True)
    refuse_agreed_years(15, is_consumer_claim=False)
    with pytest.raises(RuleViolation, match="12 §"):
        refuse_agreed_years(4, is_consumer_claim=True)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        ("2022-09-09", None),
        ("2022-09-10", 6),
        ("2023-01-09", 6),
        ("2023-01-10", 2),
        ("2023-03-10", 2),
        ("2023-03-11", None),
    ],
)
def test_a_warning_comes_six_and_two_months_before_the_last_day(today: str, months: int | None) -> None:
    assert warning_months(D(today), D("2023-03-10")) == months


def test_nothing_is_warned_of_while_nothing_lapses() -> None:
    assert warning_months(D("2023-03-10"), None) is None


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [("2023-08-31", 6, "2023-02-28"), ("2024-08-31", 6, "2024-02-29"), ("2023-01-15", 2, "2022-11-15")],
)
def test_months_end_on_their_last_day(day: str, months: int, earlier: str) -> None:
    assert months_earlier(D(day), months) == D(earlier)


def test_a_life_says_what_its_last_day_counts_from() -> None:
    letter, failed = Interruption(LETTER, D("2021-05-01")), Interruption(STEP, D("2021-06-01"), D("2021-07-01"), True)

    assert life_of(AROSE, 3).counts_from is None
    assert life_of(AROSE, 3, [letter, failed]).counts_from == letter  # a year after the step ends is sooner
    assert life_of(AROSE, 3, [Interruption(STEP, D("2021-06-01"))]) == (None, Interruption(STEP, D("2021-06-01")))


def test_a_claim_is_lapsing_from_so_many_months_before_through_its_last_day() -> None:
    days = ("2023-01-09", "2023-01-10", "2023-03-10", "2023-03-11")

    assert [is_lapsing(D(day), D("2023-03-10"), 2) for day in days] == [False, True, True, False]
    assert not is_lapsing(D("2023-03-10"), None, 2)
