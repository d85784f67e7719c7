"""What was only needed while it was fresh is forgotten; what the books name stays."""

from __future__ import annotations

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import text

import hub.store.forgetting as forgetting
from hub.services.rounds import RUN_KIND as ROUND
from hub.store.forgetting import forget_done_runs


def rows(world: World, table: str) -> int:
    return world.number(f"SELECT count(*) FROM {table} WHERE tenant = :t")


def forgotten(world: World, before: str) -> int:
    """Forget in batches until there is nothing left, as a node does; return how many rows."""
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
    assert forgotten(world, "2026-11-23") == steps + 1

    assert rows(world, "run_step") == 0
    with world.store.read() as work:
        assert work.runs.get("ingest:north:1:1") is not None  # entries name it
        assert work.runs.get("round:north:waits") is not None


def test_many_rows_are_forgotten_batch_by_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    world.bodies[ROUND] = lambda work, _input: work.step("one", lambda _work, _given: {}, {})
    with world.store.write() as work:
        for number in range(5):
            work.runs.enqueue(f"round:north:{number}", ROUND, {})
    world.drain()

    assert forgotten(world, "2026-11-23") == 10
    assert (rows(world, "run"), rows(world, "run_step")) == (0, 0)


@pytest.mark.parametrize("place", ["moved_to", "arriving_from"])
def test_nothing_is_forgotten_of_a_tenant_that_is_elsewhere(world: World, place: str) -> None:
    world.receive(payment_file("bgmax", [pay(500, "4444")]))
    with world.engine.begin() as connection:
        connection.execute(text(f"UPDATE tenant SET {place} = 'another database'"))

    assert forgotten(world, "2026-11-23") == 0
