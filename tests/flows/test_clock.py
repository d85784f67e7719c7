"""The clock fires each due time once, on however many nodes; and does with missed times what the settings say.

Time stands still here: a test moves it, and asks the clock for a turn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from schedule_place import HOUR, HOURLY, START, Place, hours
from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock, SystemClock
from hub.errors import TransientError
from hub.runtime import clock as clock_module
from hub.runtime.clock import LONGEST_SLEEP, RETRY_AFTER, Clockwork
from hub.runtime.cron import due_times
from hub.store.database import open_database
from hub.store.unit_of_work import SqlStore


@pytest.fixture
def place(tmp_path: Path, engine: Engine) -> Place:
    return Place(tmp_path, engine)


def test_a_due_time_fires_one_run_with_a_key_of_its_own(place: Place) -> None:
    place.tenant(HOURLY)
    clockwork = place.node().clockwork()
    clockwork.turn()
    assert place.fired() == []

    place.clock.advance(HOUR / 2)
    clockwork.turn()
    clockwork.turn()

    (run,) = place.runs()
    assert (run.run_id, run.kind) == ("round:prov:hourly:2026-11-23T09:00Z", "round")
    assert run.input == {"schedule": "hourly", "due_at": "2026-11-23T09:00:00.000+00:00"}


def test_the_clock_sleeps_until_the_next_due_time_and_never_longer_than_a_minute(place: Place) -> None:
    place.tenant(HOURLY)
    clockwork = place.node().clockwork()

    assert clockwork.turn() == LONGEST_SLEEP
    place.clock.advance(timedelta(minutes=29, seconds=50))
    assert clockwork.turn() == timedelta(seconds=10)


def test_an_installation_without_schedules_only_looks_now_and_then(place: Place) -> None:
    place.tenant("")

    assert place.node().clockwork().turn() == LONGEST_SLEEP


def test_a_new_schedule_counts_from_when_it_was_first_seen(place: Place) -> None:
    place.tenant(f'{HOURLY}\nmissed = "each"')

    place.node().clockwork().turn()

    assert place.fired() == []


@pytest.mark.parametrize(("missed", "fired"), [("once", hours(12)), ("each", hours(9, 10, 11, 12)), ("skip", [])])
def test_missed_times_fire_at_the_next_start_as_the_schedule_says(place: Place, missed: str, fired: list[str]) -> None:
    place.tenant(f'{HOURLY}\nmissed = "{missed}"')
    place.node().clockwork().turn()

    place.clock.advance(4 * HOUR)  # nobody is there
    place.node().clockwork().turn()

    assert place.fired() == fired


def test_a_long_row_of_missed_times_fires_in_several_turns(place: Place) -> None:
    place.tenant('cron = "* * * * *"\nmissed = "each"')
    place.node().clockwork().turn()
    place.clock.advance(4 * HOUR)

    clockwork = place.node().clockwork()
    turns = 1
    while clockwork.turn() <= timedelta():
        turns += 1

    assert turns == 3
    assert len(set(place.fired())) == 240


def test_two_nodes_fire_each_due_time_once(place: Place, database_url: str) -> None:
    for name in ("prov", "other"):
        place.tenant(f'{HOURLY}\nmissed = "each"', name=name)
    engines = [open_database(database_url) for _ in range(2)]
    clockworks = [place.node(engine).clockwork() for engine in engines]
    for clockwork in clockworks:
        clockwork.turn()

    for step in (HOUR, HOUR, 3 * HOUR):
        place.clock.advance(step)
        at_once(clockworks[0].turn, clockworks[1].turn)

    for name in ("prov", "other"):
        assert place.fired(name) == hours(9, 10, 11, 12, 13)
    for engine in engines:
        engine.dispose()


def at_once(*functions: Callable[[], object]) -> None:
    barrier = threading.Barrier(len(functions))

    def begin(function: Callable[[], object]) -> None:
        barrier.wait()
        function()

    with ThreadPoolExecutor(len(functions)) as pool:
        list(pool.map(begin, functions))


def test_nodes_whose_clocks_differ_fire_each_due_time_once(place: Place) -> None:
    place.tenant(HOURLY)
    late, early = place.node(), place.node()
    early.clock = FixedClock(START + timedelta(seconds=20))
    clockworks = late.clockwork(), early.clockwork()

    for _ in range(100):
        for node, clockwork in zip((early, late), clockworks[::-1], strict=True):
            clockwork.turn()
            node.clock.advance(timedelta(minutes=1))

    assert place.fired() == hours(9, 10)


# A clock that jumps


def test_a_clock_that_jumps_ahead_misses_times_like_any_other(place: Place) -> None:
    place.tenant(HOURLY)
    clockwork = place.node().clockwork()
    clockwork.turn()

    place.clock.advance(3 * HOUR)
    clockwork.turn()

    assert place.fired() == hours(11)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_clock_that_jumps_ahead_and_back_loses_no_time_and_repeats_none(place: Place, is_restarted: bool) -> None:
    place.tenant(HOURLY)
    clockwork = place.node().clockwork()
    clockwork.turn()

    place.clock.advance(3 * HOUR)  # wrongly 11:30: the last of the three hours fires
    clockwork.turn()
    place.clock.advance(-3 * HOUR)
    clockwork = place.node().clockwork() if is_restarted else clockwork
    for _ in range(8):
        clockwork.turn()
        place.clock.advance(HOUR / 2)

    assert sorted(place.fired()) == hours(9, 10, 11, 12)


def test_a_clock_set_back_a_little_repeats_nothing(place: Place) -> None:
    place.tenant(HOURLY)
    clockwork = place.node().clockwork()
    for step in (HOUR, -HOUR, HOUR / 2, HOUR / 2):
        clockwork.turn()
        place.clock.advance(step)
    clockwork.turn()

    assert place.fired() == hours(9)


@pytest.mark.parametrize("is_resumed", [False, True])
def test_a_clock_set_back_and_right_again_fires_nothing_from_before_the_schedule_counted(
    place: Place, is_resumed: bool
) -> None:
    place.tenant(f'{HOURLY}\nmissed = "each"')
    clockwork = place.node().clockwork()
    clockwork.turn()
    if is_resumed:
        place.desk().pause("hourly", user="Ada")
        place.clock.advance(3 * HOUR)
        place.desk().resume("hourly")

    for step in (-50_000 * HOUR, 50_000 * HOUR):
        place.clock.advance(step)
        clockwork.turn()
    assert place.fired() == []

    place.clock.advance(HOUR)
    clockwork.turn()
    assert place.fired() == hours(12 if is_resumed else 9)


def test_a_schedule_that_was_made_while_the_clock_was_ahead_fires_when_it_is_right(place: Place) -> None:
    place.tenant(HOURLY)
    place.clock.advance(10_000 * HOUR)
    clockwork = place.node().clockwork()
    clockwork.turn()

    place.clock.advance(-10_000 * HOUR)
    clockwork.turn()
    place.clock.advance(HOUR)
    clockwork.turn()

    assert place.fired() == hours(9)


# Settings that change between two starts


def test_a_schedule_with_other_times_counts_from_when_it_was_changed(place: Place) -> None:
    place.tenant(HOURLY)
    place.node().clockwork().turn()

    place.tenant('cron = "15 * * * *"\nmissed = "each"')
    place.clock.advance(4 * HOUR)
    clockwork = place.node().clockwork()
    clockwork.turn()
    assert place.fired() == []

    place.clock.advance(HOUR)
    clockwork.turn()
    assert place.fired() == ["2026-11-23T13:15Z"]


def test_a_schedule_with_another_setting_keeps_its_place(place: Place) -> None:
    place.tenant(HOURLY)
    place.node().clockwork().turn()

    place.tenant(f'{HOURLY}\nmissed = "each"')
    place.clock.advance(2 * HOUR)
    clockwork = place.node().clockwork()
    clockwork.turn()

    assert place.fired() == hours(9, 10)


@pytest.mark.parametrize("is_tenant_gone", [False, True])
def test_a_schedule_that_is_gone_stops_and_comes_back_without_its_past(place: Place, is_tenant_gone: bool) -> None:
    place.tenant(HOURLY)
    place.node().clockwork().turn()
    place.tenant("")
    if is_tenant_gone:
        (place.folder / "tenants" / "prov.toml").unlink()

    place.clock.advance(2 * HOUR)
    place.node().clockwork().turn()
    place.tenant(HOURLY)
    place.node().clockwork().turn()
    assert place.fired() == []

    place.clock.advance(HOUR)
    place.node().clockwork().turn()
    assert place.fired() == hours(11)


def test_a_broken_tenant_stops_its_own_new_schedules_alone(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.tenant(HOURLY)
    place.tenant('cron = "99 * * * *"', name="broken")
    (place.folder / "tenants" / "a_folder.toml").mkdir()
    clockwork = place.node().clockwork()
    clockwork.turn()
    place.clock.advance(HOUR)
    clockwork.turn()

    assert place.fired() == hours(9)
    assert "'tenant': 'broken', 'why': 'schedules[1]: " in caplog.text
    assert "'tenant': 'a_folder', 'why': 'tenants/a_folder.toml cannot be read" in caplog.text


def test_unchanged_tenants_are_not_parsed_at_the_next_start(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        place.tenant(HOURLY, name=f"t{number}")
    place.tenant("", name="without")
    place.node().clockwork().turn()
    node = place.node()
    parsed: list[str] = []
    read = type(node.home.tenants).read

    def watched(self: Any, name: str) -> Any:
        parsed.append(name)
        return read(self, name)

    monkeypatch.setattr(type(node.home.tenants), "read", watched)
    place.tenant(f"{HOURLY}\n# a comment", name="t1")
    place.clock.advance(HOUR)
    node.clockwork().turn()

    assert parsed == ["t1"]
    assert [place.fired(f"t{number}") for number in range(3)] == [hours(9)] * 3


def test_many_new_tenants_are_read_some_at_a_time_while_others_fire(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.tenant(HOURLY, name="t0")
    place.node().clockwork().turn()
    for number in range(1, 4):
        place.tenant(HOURLY, name=f"t{number}")
    monkeypatch.setattr(clock_module, "READ_AT_ONCE", 1)
    place.clock.advance(HOUR)
    clockwork = place.node().clockwork()

    assert clockwork.turn() == timedelta()
    assert place.fired("t0") == hours(9)
    assert [clockwork.turn() for _ in range(2)] == [timedelta(), LONGEST_SLEEP]
    assert [place.fired(f"t{number}") for number in range(1, 4)] == [[]] * 3


# What goes wrong


def test_a_firing_and_its_run_are_written_together_or_neither(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.tenant(HOURLY)
    node = place.node()
    clockwork = node.clockwork()
    clockwork.turn()
    place.clock.advance(HOUR)

    def lost(*_: object) -> None:
        raise TransientError("the server went away")

    with monkeypatch.context() as patched:
        patched.setattr("hub.services.schedules.firing.next_due_text", lost)  # the last before the commit
        with pytest.raises(TransientError):
            clockwork.turn()
    with place.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM firing")).scalar() == 0
    assert place.fired() == []

    clockwork.turn()
    assert place.fired() == hours(9)


def test_a_defect_in_one_tenant_stops_it_alone(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("aaa", "prov"):
        place.tenant(HOURLY, name=name)
    clockwork = place.node().clockwork()
    clockwork.turn()
    with place.engine.begin() as connection:
        connection.execute(
            text("UPDATE schedule SET settings = '{}' WHERE tenant = (SELECT tenant FROM tenant WHERE name = 'aaa')")
        )
    place.clock.advance(HOUR)

    assert clockwork.turn() == RETRY_AFTER
    assert place.fired("prov") == hours(9)
    assert "'tenant': 'aaa', 'why': 'LedgerError'" in caplog.text


def test_what_another_version_kept_of_one_tenant_stops_no_other_and_is_read_anew(place: Place) -> None:
    for name in ("aaa", "prov"):
        place.tenant(HOURLY, name=name)
    place.node().clockwork().turn()
    with place.engine.begin() as connection:
        this = "tenant = (SELECT tenant FROM tenant WHERE name = 'aaa')"
        connection.execute(text(f"UPDATE schedule SET settings = '{{}}' WHERE {this}"))
        connection.execute(text(f"UPDATE schedule_reading SET content_key = 'older' WHERE {this}"))
    place.clock.advance(HOUR)
    clockwork = place.node().clockwork()

    assert clockwork.turn() == LONGEST_SLEEP  # nothing waits
    assert (place.fired("aaa"), place.fired("prov")) == ([], hours(9))
    place.clock.advance(HOUR)
    clockwork.turn()
    assert (place.fired("aaa"), place.fired("prov")) == (hours(10), hours(9, 10))


# The timer's thread


@pytest.fixture
def started(place: Place) -> Iterator[Callable[[Clockwork], None]]:
    running: list[Clockwork] = []

    def start(clockwork: Clockwork) -> None:
        running.append(clockwork)
        clockwork.start()

    yield start
    for clockwork in running:
        clockwork.stop()


def test_the_timer_takes_turns_by_itself_and_a_failing_one_does_not_end_it(
    place: Place, started: Callable[[Clockwork], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    clockwork = place.node().clockwork()
    turns: list[int] = []
    enough = threading.Event()

    def turn() -> timedelta:
        turns.append(1)
        if len(turns) == 1:
            raise TransientError("not now")
        if len(turns) == 2:
            raise ValueError("a defect")
        enough.set()
        return LONGEST_SLEEP

    monkeypatch.setattr(clock_module, "RETRY_AFTER", timedelta(milliseconds=10))
    monkeypatch.setattr(clockwork, "turn", turn)
    started(clockwork)

    assert enough.wait(10)
    assert len(turns) == 3


def test_a_started_clock_fires_when_the_time_comes(place: Place, started: Callable[[Clockwork], None]) -> None:
    place.tenant(HOURLY)
    place.node().clockwork().turn()
    place.clock.advance(HOUR)  # due before the real thread begins
    fired = threading.Event()
    node = place.node()
    store = node.store

    def watched(name: str) -> SqlStore:
        fired.set()
        return store(name)

    node.store = watched  # type: ignore[method-assign]
    clockwork = node.clockwork()
    started(clockwork)
    assert fired.wait(10)
    clockwork.stop()

    assert place.fired() == hours(9)


def test_the_timer_wakes_up_when_the_machines_clock_is_set_back(place: Place) -> None:
    clockwork = place.node().clockwork()
    timer = clockwork._timer
    timer.start(paused=True)
    try:
        far = SystemClock().now() + 24 * HOUR
        timer.get_job("turn").modify(next_run_time=far)  # what a clock that was a day ahead leaves behind
        timer.resume()
        timer._process_jobs()

        assert timer.get_job("turn").next_run_time < far - 23 * HOUR
    finally:
        clockwork.stop()


def test_due_times_are_found_without_the_settings_of_any_tenant(place: Place) -> None:
    place.tenant(HOURLY)
    place.node().clockwork().turn()
    place.clock.advance(HOUR)
    node = place.node()

    with node.store("prov").write() as work:
        (state,) = work.schedules.due()
        assert state.schedule is not None
        assert due_times(state.schedule).next_after(START) == START + HOUR / 2
