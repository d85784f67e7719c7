"""What was only needed while it was fresh is forgotten; what the books name stays."""

from __future__ import annotations

import pytest
from one_database import on_sqlite
from payment_world import World, pay, payment_file
from sqlalchemy import event, text

import hub.store.forgetting as forgetting
from hub.services.rounds import RUN_KIND as ROUND
from hub.store.forgetting import forget_done_runs


def rows(world: World, table: str) -> int:
    return world.number(f"SELECT count(*) FROM {table} WHERE tenant = :t")


def forgotten(world: World, before: str) -> int:
    """Forget in batches until there is nothing left, as a node does; return how many runs."""
    return sum(iter(lambda: forget_done_runs(world.engine, before, [ROUND]), 0))


def test_old_done_runs_lose_their_steps_and_those_without_trace_go(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(500, "4444")]))
    world.bodies[ROUND] = lambda _work, _input: {}
    with world.store.write() as work:
        work.runs.enqueue("round:north:old", ROUND, {})
    world.drain()
    with world.store.write() as work:
        work.runs.enqueue("round:north:waits", ROUND, {})
    steps, runs = rows(world, "run_step"), rows(world, "run")
    assert (steps > 0, runs) == (True, 3)

    assert forgotten(world, "2026-11-21") == 0
    assert forgotten(world, "2026-11-23") == 2

    assert rows(world, "run_step") == 0
    with world.store.read() as work:
        assert work.runs.get("ingest:north:1:1") is not None  # entries name it
        assert work.runs.get("round:north:waits") is not None


def test_a_look_sees_only_what_is_left_to_be_done_and_locks_nobody_out(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(500, "4444")]))
    assert (forgotten(world, "2026-11-23"), forgotten(world, "2026-11-23")) == (1, 0)

    said: list[str] = []
    event.listen(world.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement))
    assert forgotten(world, "2026-11-23") == 0
    assert [statement for statement in said if not statement.lstrip().startswith(("BEGIN", "SELECT", "SET"))] == []


@on_sqlite
def test_what_is_old_is_found_without_a_look_at_every_run(world: World) -> None:
    with world.engine.begin() as connection:
        for statement, index in (
            (forgetting._OLD_RUNS, "run_to_sweep"),
            (forgetting._OLD_LEFT_OUT, "firing_left_out"),
        ):
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"), {"before": "2026", "batch": 1}).all()
            assert plan[0].detail.startswith("SEARCH")
            assert f"USING INDEX {index}" in plan[0].detail


def test_a_firing_ahead_of_its_time_keeps_its_run_until_the_clock_has_passed_it(world: World) -> None:
    world.bodies[ROUND] = lambda _work, _input: {}
    with world.store.write() as work:
        work.runs.enqueue("round:north:x", ROUND, {})
        work.schedules.add_firing("round:north:x", "hourly", "2026-12-01T00:00:00.000+00:00", fired_by="clock")
        work.schedules.add_firing("round:north:y", "hourly", "2026-12-01T01:00:00.000+00:00", fired_by="clock")
    world.drain()

    assert forgotten(world, "2026-11-23") == 0
    assert forgotten(world, "2026-12-02") == 1
    assert (rows(world, "run"), rows(world, "firing")) == (0, 1)


def test_many_rows_are_forgotten_batch_by_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    world.bodies[ROUND] = lambda work, _input: work.step("one", lambda _work, _given: {}, {})
    with world.store.write() as work:
        for number in range(5):
            work.runs.enqueue(f"round:north:{number}", ROUND, {})
    world.drain()

    assert forgotten(world, "2026-11-23") == 5
    assert (rows(world, "run"), rows(world, "run_step")) == (0, 0)


@pytest.mark.parametrize("place", ["moved_to", "arriving_from"])
def test_nothing_is_forgotten_of_a_tenant_that_is_elsewhere(world: World, place: str) -> None:
    world.receive(payment_file("bgmax", [pay(500, "4444")]))
    with world.engine.begin() as connection:
        connection.execute(text(f"UPDATE tenant SET {place} = 'another database'"))

    assert forgotten(world, "2026-11-23") == 0
