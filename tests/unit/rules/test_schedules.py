"""When schedules are due: cron, banking days, summer time, leap days; and which missed times still fire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.schedules import Missed, Schedule
from hub.rules.schedules import MOST_AT_ONCE, DueTimes, due_now, moment_of
from hub.runtime.cron import due_times

DAILY = {"at": ["06:00"]}
HOUR = timedelta(hours=1)


def schedule(**plan: Any) -> Schedule:
    return Schedule.model_validate({"name": "morning", "job": "poll", **plan})


def times_of(**plan: Any) -> DueTimes:
    return due_times(schedule(**plan))


def following(after: str, count: int, **plan: Any) -> list[str]:
    """The next due times after a local time, as local times with their offset."""
    zone = schedule(**plan).zone
    start = datetime.fromisoformat(after)
    start = start if start.tzinfo is not None else start.replace(tzinfo=zone)
    found = islice(times_of(**plan).after(start), count)
    return [f"{due.astimezone(zone):%Y-%m-%d %H:%M%z}" for due in found]


def test_the_next_time_comes_after_the_moment_itself() -> None:
    assert following("2026-11-23 05:59:59", 1, **DAILY) == ["2026-11-23 06:00+0100"]
    assert following("2026-11-23 06:00:00", 1, **DAILY) == ["2026-11-24 06:00+0100"]


def test_a_cron_expression_and_times_with_weekdays_say_the_same() -> None:
    by_cron = following("2026-11-20 12:00", 5, cron="30 6,14 * * mon,thu")
    by_times = following("2026-11-20 12:00", 5, at=["14:30", "06:30"], weekdays=["mon", "thu"])

    assert by_times == by_cron
    assert by_cron[:3] == ["2026-11-23 06:30+0100", "2026-11-23 14:30+0100", "2026-11-26 06:30+0100"]


def test_times_of_day_with_different_minutes_are_each_due_and_not_their_mixture() -> None:
    assert following("2026-11-23 00:00", 3, at=["06:00", "14:30"]) == [
        "2026-11-23 06:00+0100",
        "2026-11-23 14:30+0100",
        "2026-11-24 06:00+0100",
    ]


def test_the_turn_of_the_year_is_passed() -> None:
    assert following("2026-12-31 06:00", 2, **DAILY) == ["2027-01-01 06:00+0100", "2027-01-02 06:00+0100"]
    assert following("2026-12-31 06:00", 1, cron="0 0 1 1 *") == ["2027-01-01 00:00+0100"]


def test_29_february_comes_in_leap_years_only() -> None:
    assert following("2026-01-01 00:00", 2, cron="0 6 29 2 *") == ["2028-02-29 06:00+0100", "2032-02-29 06:00+0100"]


def test_29_february_on_a_banking_day_waits_for_a_year_when_it_is_one() -> None:
    assert following("2028-03-01 00:00", 1, cron="0 6 29 2 *", banking_days="only") == ["2036-02-29 06:00+0100"]
    assert following("2028-03-01 00:00", 1, cron="0 6 29 2 *", banking_days="next") == ["2032-03-01 06:00+0100"]


def test_the_last_day_of_the_month_is_the_28th_to_the_31st() -> None:
    days = [due[:10] for due in following("2028-01-01 00:00", 4, cron="0 6 last * *")]

    assert days == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


# Summer time. In Sweden 2026 it begins 29 March at 02:00 and ends 25 October at 03:00.


def test_a_time_that_does_not_exist_is_due_at_the_first_that_does() -> None:
    assert following("2026-03-28 12:00", 2, cron="30 2 * * *") == ["2026-03-29 03:00+0200", "2026-03-30 02:30+0200"]


def test_times_that_do_not_exist_are_due_once_together() -> None:
    assert following("2026-03-29 01:30", 3, cron="*/15 * * * *") == [
        "2026-03-29 01:45+0100",
        "2026-03-29 03:00+0200",
        "2026-03-29 03:15+0200",
    ]


def test_a_time_that_exists_twice_is_due_once_the_first_time() -> None:
    assert following("2026-10-24 12:00", 2, cron="30 2 * * *") == ["2026-10-25 02:30+0200", "2026-10-26 02:30+0100"]


def test_a_time_that_exists_twice_is_not_due_again_between_its_two_moments() -> None:
    assert following("2026-10-25T02:10+01:00", 1, cron="30 2 * * *") == ["2026-10-26 02:30+0100"]


def test_a_gap_at_midnight_moves_the_time_within_its_day() -> None:
    plan = {"cron": "0 0 * * *", "time_zone": "Africa/Cairo"}  # 2026-04-24 begins at 01:00

    assert following("2026-04-23 12:00", 2, **plan) == ["2026-04-24 01:00+0300", "2026-04-25 00:00+0300"]


def test_a_day_that_does_not_exist_is_due_at_the_beginning_of_the_next() -> None:
    plan = {"at": ["06:00"], "time_zone": "Pacific/Apia"}  # 2011-12-30 was left out

    assert following("2011-12-29 12:00", 3, **plan) == [
        "2011-12-31 00:00+1400",
        "2011-12-31 06:00+1400",
        "2012-01-01 06:00+1400",
    ]


@given(
    local=st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01")),
    zone=st.sampled_from(["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "America/Nuuk", "UTC"]),
)
def test_a_local_time_is_due_at_itself_or_at_the_end_of_the_gap_it_lies_in(local: datetime, zone: str) -> None:
    own = schedule(at=["06:00"], time_zone=zone).zone
    moment = moment_of(local, own)
    back = moment.astimezone(own).replace(tzinfo=None)

    assert back >= local
    if back != local:
        before = (moment - timedelta(seconds=1)).astimezone(own).replace(tzinfo=None)
        assert before < local


# Banking days. Christmas 2026: Thursday 24 and Friday 25 December are closed, then a weekend.


def test_closed_days_are_left_out() -> None:
    assert [due[:10] for due in following("2026-12-23 12:00", 5, **DAILY, banking_days="only")] == [
        "2026-12-28",
        "2026-12-29",
        "2026-12-30",
        "2027-01-04",
        "2027-01-05",
    ]


def test_times_of_closed_days_move_to_the_next_banking_day_and_fire_once_there() -> None:
    assert following("2026-12-23 12:00", 3, at=["06:00", "18:00"], banking_days="next") == [
        "2026-12-23 18:00+0100",
        "2026-12-28 06:00+0100",
        "2026-12-28 18:00+0100",
    ]


def test_a_time_of_a_closed_day_moves_beside_the_banking_days_own_in_order_of_the_clock() -> None:
    plan = {"cron": "0 18 * * sat", "banking_days": "next"}
    assert following("2026-11-20 12:00", 2, **plan) == ["2026-11-23 18:00+0100", "2026-11-30 18:00+0100"]


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        ("25 12", "2026-12-23"),  # Christmas Day, over the eve
        ("6 6", "2027-06-04"),  # National Day 2027, a Sunday
        ("26 6", "2027-06-24"),  # Midsummer Day 2027, over the eve
        ("6 1", "2027-01-05"),  # Epiphany
        ("30 11", "2026-11-30"),  # a banking day
    ],
)
def test_a_closed_days_time_moves_to_the_banking_day_before(day: str, moved: str) -> None:
    assert following("2026-11-23 00:00", 1, cron=f"0 6 {day} *", banking_days="previous") == [
        following(f"{moved} 00:00", 1, **DAILY)[0]
    ]


def test_a_time_moved_back_before_the_moment_is_past() -> None:
    plan = {"cron": "0 6 25 12 *", "banking_days": "previous"}

    assert following("2026-12-23 07:00", 1, **plan) == ["2027-12-23 06:00+0100"]


def test_a_time_moved_back_is_found_by_who_looks_no_further_than_it() -> None:
    times = times_of(cron="0 6 27 12 *", banking_days="previous")  # a Sunday after three closed days in 2026
    due = datetime(2026, 12, 23, 5, tzinfo=UTC)

    assert list(times.between(due - HOUR, due)) == [times.next_after(due - HOUR)] == [due]
    assert times.latest(due - 24 * HOUR, due + HOUR) == due


def test_a_schedule_that_never_meets_a_banking_day_has_no_next_time() -> None:
    times = times_of(cron="* * 25 12 *", banking_days="only")

    assert times.next_after(datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert times.latest(datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)) is None


SCHEDULES = st.fixed_dictionaries(
    {
        "cron": st.sampled_from(["*/20 1-3 * * *", "0 6 * * *", "30 2 25 * *", "0 0 1 * *", "15 23 * * sat,sun"]),
        "banking_days": st.sampled_from(["any", "only", "next", "previous"]),
        "time_zone": st.sampled_from(["Europe/Stockholm", "America/New_York", "UTC"]),
    }
)
MOMENTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2028-01-01")).map(
    lambda one: one.replace(tzinfo=UTC)
)


@settings(max_examples=60, deadline=None)
@given(plan=SCHEDULES, start=MOMENTS, days=st.integers(0, 9))
def test_looking_often_and_looking_once_find_the_same_times(plan: Any, start: datetime, days: int) -> None:
    """Nodes look at different moments: none may see a time that another does not."""
    times, until = times_of(**plan), start + timedelta(days=days)
    at_once = list(times.between(start, until))
    middle = start + timedelta(days=days / 3)
    in_parts = [*times.between(start, middle), *times.between(middle, until)]
    stepping, at = [], start
    while (due := times.next_after(at)) is not None and due <= until:
        stepping.append(due)
        at = due

    assert at_once == sorted(set(at_once)) == in_parts == stepping
    assert times.latest(start, until) == (at_once[-1] if at_once else None)


# Missed times

HOURLY = {"cron": "0 * * * *", "time_zone": "UTC"}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fired(missed: Missed, *, handled: datetime, now: datetime, limit_hours: int = 24, **plan: Any) -> list[int]:
    """The hours that fire."""
    times = times_of(**(plan or HOURLY))
    found = due_now(times, missed, handled_until=handled, now=now, limit=timedelta(hours=limit_hours))
    return [due.hour for due in found]


@pytest.mark.parametrize("missed", list(Missed))
def test_a_time_that_has_just_come_fires(missed: Missed) -> None:
    assert fired(missed, handled=NOON - HOUR, now=NOON) == [12]
    assert fired(missed, handled=NOON - HOUR, now=NOON + timedelta(minutes=4)) == [12]


@pytest.mark.parametrize("missed", list(Missed))
def test_nothing_fires_before_its_time_or_again(missed: Missed) -> None:
    assert fired(missed, handled=NOON - HOUR, now=NOON - timedelta(seconds=1)) == []
    assert fired(missed, handled=NOON, now=NOON + timedelta(minutes=1)) == []


def test_of_several_missed_times_the_latest_fires_each_fires_or_none() -> None:
    handled, now = NOON - 3 * HOUR, NOON + timedelta(minutes=30)

    assert fired(Missed.ONCE, handled=handled, now=now) == [12]
    assert fired(Missed.EACH, handled=handled, now=now) == [10, 11, 12]
    assert fired(Missed.SKIP, handled=handled, now=now) == []


@pytest.mark.parametrize("missed", [Missed.ONCE, Missed.EACH])
def test_times_beyond_the_limit_do_not_fire(missed: Missed) -> None:
    now = NOON + timedelta(minutes=30)

    assert fired(Missed.EACH, handled=NOON - 9 * HOUR, now=now, limit_hours=2) == [11, 12]
    assert fired(missed, handled=NOON - 9 * HOUR, now=now, limit_hours=3, at=["06:00"], time_zone="UTC") == []


@pytest.mark.parametrize("missed", list(Missed))
def test_times_handled_ahead_of_the_clock_do_not_fire(missed: Missed) -> None:
    assert fired(missed, handled=NOON + HOUR, now=NOON) == []


def test_a_long_row_of_missed_times_fires_a_hundred_at_a_time() -> None:
    times = times_of(cron="* * * * *")
    found = due_now(times, Missed.EACH, handled_until=NOON - 24 * HOUR, now=NOON, limit=48 * HOUR)

    assert len(found) == MOST_AT_ONCE
    assert found[0] == NOON - 24 * HOUR + timedelta(minutes=1)
