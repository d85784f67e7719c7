"""Banking days follow the Swedish calendar, and time comes from a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import banking_calendar as calendar

days = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1990, 4, 15), (2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2026, 4, 5), (2038, 4, 25)],
)
def test_easter_falls_on_its_published_day(year: int, month: int, day: int) -> None:
    assert calendar.easter_day(year) == date(year, month, day)


def test_closed_weekdays_of_2026_are_the_published_ones() -> None:
    closed = {day for day in calendar.closed_days(2026) if day.weekday() < 5}

    assert sorted(closed) == [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 6, 19),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
    ]


@pytest.mark.parametrize("day", [date(2025, 12, 24), date(2025, 12, 31), date(2025, 6, 20), date(2025, 6, 6)])
def test_eves_and_the_national_day_are_closed_and_their_neighbours_open(day: date) -> None:
    assert not calendar.is_banking_day(day)
    assert calendar.is_banking_day(day - timedelta(days=1))


def test_national_day_took_the_place_of_whit_monday_in_2005() -> None:
    assert calendar.is_banking_day(date(2003, 6, 6))
    assert not calendar.is_banking_day(date(2004, 5, 31))  # Whit Monday, for the last time
    assert not calendar.is_banking_day(date(2005, 6, 6))
    assert calendar.is_banking_day(date(2005, 5, 16))  # Whit Monday


@pytest.mark.parametrize("year", range(1990, 2100))
def test_midsummer_eve_is_a_friday_from_19_to_25_june(year: int) -> None:
    eve = calendar.midsummer_eve(year)

    assert eve.weekday() == 4
    assert date(year, 6, 19) <= eve <= date(year, 6, 25)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
        (date(2026, 11, 21), 0, date(2026, 11, 21)),  # no step, no move
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Easter
        (date(2026, 12, 23), 2, date(2026, 12, 29)),  # Christmas
        (date(2026, 12, 30), 1, date(2027, 1, 4)),  # New Year
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 11, 22), -1, date(2026, 11, 20)),
    ],
)
def test_steps_pass_over_closed_days(start: date, count: int, end: date) -> None:
    assert calendar.add_banking_days(start, count) == end


def test_days_between_leave_the_first_out_and_take_the_last_in() -> None:
    assert calendar.banking_days_between(date(2026, 11, 20), date(2026, 11, 23)) == 1
    assert calendar.banking_days_between(date(2026, 11, 20), date(2026, 11, 22)) == 0
    assert calendar.banking_days_between(date(2026, 11, 23), date(2026, 11, 20)) == -1


def test_days_between_years_are_weekdays_less_closed_ones() -> None:
    in_2025, in_2026, in_2027 = 261 - 12, 261 - 10, 1  # counted by hand on a wall calendar

    between = calendar.banking_days_between(date(2024, 12, 30), date(2027, 1, 4))

    assert between == in_2025 + in_2026 + in_2027


@given(days, st.integers(min_value=1, max_value=300))
def test_counting_undoes_stepping(start: date, count: int) -> None:
    end = calendar.add_banking_days(start, count)

    assert calendar.is_banking_day(end)
    assert calendar.banking_days_between(start, end) == count
    assert calendar.banking_days_between(end, start) == -count


@settings(deadline=None)  # a busy machine may take long over the first years
@given(days, days)
def test_counting_agrees_with_looking_at_each_day(one: date, other: date) -> None:
    start, end = sorted((one, min(other, one + timedelta(days=800))))
    each = (start + timedelta(days=distance) for distance in range(1, (end - start).days + 1))

    assert calendar.banking_days_between(start, end) == sum(map(calendar.is_banking_day, each))


def test_years_are_computed_once() -> None:
    assert calendar.closed_days(2031) is calendar.closed_days(2031)


@pytest.mark.parametrize(
    ("moment", "local"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),  # summer time
        (datetime(2026, 11, 22, 23, 0, tzinfo=timezone(timedelta(hours=9))), date(2026, 11, 22)),
    ],
)
def test_today_is_the_date_in_sweden(moment: datetime, local: date) -> None:
    assert calendar.FixedClock(moment).today() == local


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock: calendar.Clock = calendar.FixedClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert isinstance(clock, calendar.FixedClock)
    before = clock.now()

    clock.advance(timedelta(days=1, hours=1))

    assert before == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert clock.now() == datetime(2026, 11, 23, 13, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        calendar.FixedClock(datetime(2026, 11, 22))  # noqa: DTZ001 - the point of the test


def test_the_system_clock_gives_aware_utc() -> None:
    clock = calendar.SystemClock()

    assert clock.now().tzinfo is UTC
    assert abs((clock.today() - clock.now().date()).days) <= 1
