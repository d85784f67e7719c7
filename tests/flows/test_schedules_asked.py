"""What a person does to schedules, and sees of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from schedule_place import HOUR, HOURLY, Place, hours
from sqlalchemy import Engine

from hub.errors import DataError
from hub.model.schedules import BankingDays, Schedule, ScheduledJob
from hub.runtime.clock import LONGEST_SLEEP
from hub.runtime.cron import due_times
from hub.services.schedules import asking
from hub.store.forgetting import forget_done_runs
from hub.testing.carrying import drain


@pytest.fixture
def place(tmp_path: Path, engine: Engine) -> Place:
    return Place(tmp_path, engine)


def test_a_paused_schedule_does_not_fire_and_goes_on_from_when_it_is_resumed(place: Place) -> None:
    place.tenant(f'{HOURLY}\nmissed = "each"')
    clockwork = place.node().clockwork()
    paused = place.desk().pause("hourly", user="Ada")
    assert (paused.paused_by, paused.next_due_at) == ("Ada", None)

    place.clock.advance(3 * HOUR)
    assert clockwork.turn() == LONGEST_SLEEP
    resumed = place.desk().resume("hourly")
    clockwork.turn()
    assert place.fired() == []
    assert (resumed.paused_at, resumed.next_due_at) == (None, "2026-11-23T12:00:00.000+00:00")

    place.clock.advance(HOUR)
    clockwork.turn()
    assert place.fired() == hours(12)


def test_pausing_twice_keeps_who_paused_first_and_resuming_twice_loses_no_time(place: Place) -> None:
    place.tenant(HOURLY)
    place.desk().pause("hourly", user="Ada")
    assert place.desk().pause("hourly", user="Bo").paused_by == "Ada"

    place.desk().resume("hourly")
    place.clock.advance(HOUR)
    place.desk().resume("hourly")
    place.node().clockwork().turn()

    assert place.fired() == hours(9)


def test_a_skipped_time_does_not_fire_and_the_one_after_it_does(place: Place) -> None:
    place.tenant(f'{HOURLY}\nmissed = "each"')
    clockwork = place.node().clockwork()
    clockwork.turn()

    for _ in range(2):  # twice is once
        skipped = place.desk().skip("hourly", user="Ada")
    assert skipped.skipped_at == ("2026-11-23T09:00:00.000+00:00",)
    assert skipped.next_due_at == "2026-11-23T10:00:00.000+00:00"
    place.clock.advance(2 * HOUR)
    clockwork.turn()

    assert place.fired() == hours(10)


def test_a_time_that_never_comes_cannot_be_skipped(place: Place) -> None:
    never = Schedule(name="x", job=ScheduledJob.ROUND, cron="0 6 25 12 *", banking_days=BankingDays.ONLY)

    with place.node().store("prov").write() as work, pytest.raises(DataError, match="schedule x has no next time"):
        asking.skip_next(work, "prov", never, due_times, user="Ada")


def test_a_person_runs_a_schedule_at_once_and_once_by_key(place: Place) -> None:
    place.tenant(HOURLY)
    desk = place.desk()
    desk.pause("hourly", user="Ada")

    first = desk.run("hourly", key="k1", user="Ada")
    again = desk.run("hourly", key="k1", user="Ada")
    other = desk.run("hourly", key="k2", user="Bo")

    assert first == again
    assert [run.run_id for run in place.runs()] == [first.run_id, other.run_id]
    last = desk.all()[0].last
    assert last is not None
    assert (last.fired_by, last.run_state) in {("Ada", "queued"), ("Bo", "queued")}


def test_the_list_tells_what_came_of_the_last_run(place: Place) -> None:
    place.tenant(HOURLY)
    clockwork = place.node().clockwork()
    clockwork.turn()
    place.clock.advance(HOUR)
    clockwork.turn()
    with place.node().store("prov").write() as work:
        work.runs.change(place.runs()[0].run_no, state="failed", problem="the inbox is not there")

    (hourly,) = place.desk().all()

    assert hourly.last is not None
    assert (hourly.last.due_at[:16], hourly.last.fired_by) == ("2026-11-23T09:00", "clock")
    assert (hourly.last.run_state, hourly.last.problem) == ("failed", "the inbox is not there")
    assert hourly.next_due_at == "2026-11-23T10:00:00.000+00:00"
    assert hourly.overdue_since is None


def test_what_came_of_the_last_time_stands_until_the_next_and_a_key_for_good(place: Place) -> None:
    place.tenant(HOURLY)
    clockwork, store = place.node().clockwork(), place.node().store("prov")

    def fire_and_forget() -> None:
        place.clock.advance(HOUR)
        clockwork.turn()
        drain(store, {"round": lambda work, _input: work.step("one", lambda _work, _given: {}, {})})
        place.clock.advance(timedelta(days=40))
        before = (place.clock.now() - timedelta(days=30)).isoformat()
        while forget_done_runs(place.engine, before, ["round"]):
            pass

    clockwork.turn()
    asked = place.desk().run("hourly", key="k", user="Ada")
    fire_and_forget()
    last = place.desk().all()[0].last
    assert last is not None
    assert (last.due_at[:16], last.run_state) == ("2026-11-23T09:00", "done")

    fire_and_forget()
    last = place.desk().all()[0].last
    assert last is not None
    assert (last.fired_by, last.run_state) == ("clock", "done")
    with store.read() as work:
        assert [run.run_id for run in work.runs.latest(limit=9)] == [last.run_id, asked.run_id]
        assert work.runs.finished_steps(asked.run_no) == []
    again = place.desk().run("hourly", key="k", user="Ada")
    assert (again.run_no, again.state) == (asked.run_no, "done")


def test_the_list_tells_when_no_clock_runs(place: Place) -> None:
    place.tenant(HOURLY)
    assert place.desk().all()[0].overdue_since is None  # nobody has started one yet
    place.node().clockwork().turn()

    place.clock.advance(2 * HOUR)

    assert place.desk().all()[0].overdue_since == "2026-11-23T09:00:00.000+00:00"


def test_an_unknown_schedule_is_answered_with_those_there_are(place: Place) -> None:
    place.tenant(HOURLY)

    with pytest.raises(DataError, match="no schedule hurly: did you mean hourly"):
        place.desk().pause("hurly", user="Ada")


def test_a_time_that_is_left_out_swallows_none_that_was_missed(place: Place) -> None:
    place.tenant(HOURLY)
    place.node().clockwork().turn()
    place.clock.advance(HOUR)  # 9:00 was missed
    assert place.desk().skip("hourly", user="Ada").skipped_at == ("2026-11-23T10:00:00.000+00:00",)

    place.clock.advance(HOUR)
    place.node().clockwork().turn()

    assert place.fired() == hours(9)


def test_a_time_left_out_long_before_it_comes_does_not_fire(place: Place) -> None:
    place.tenant('cron = "0 22 last * *"\ntime_zone = "UTC"\nmissed = "each"\nmissed_limit_hours = 8000')
    place.node().clockwork().turn()
    place.desk().skip("hourly", user="Ada")

    for days in (31, 31):  # before it came; and after, when no clock has been running
        place.clock.advance(timedelta(days=days))
        assert forget_done_runs(place.engine, place.clock.now().isoformat(), ["round"]) == 0
    place.node().clockwork().turn()

    assert place.fired() == ["2026-12-31T22:00Z"]
    assert forget_done_runs(place.engine, place.clock.now().isoformat(), ["round"]) == 1
