"""What was only needed while it was fresh is forgotten; what the books name stays."""

from __future__ import annotations

from payment_world import World, pay, payment_file

from hub.services.rounds import RUN_KIND as ROUND
from hub.store.forgetting import forget_done_runs


def rows(world: World, table: str) -> int:
    return world.number(f"SELECT count(*) FROM {table} WHERE tenant = :t")


def test_old_done_runs_lose_their_steps_and_those_without_trace_go(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(500, "4444")]))
    world.bodies[ROUND] = lambda _work, _input: {}
    with world.store.write() as work:
        work.runs.enqueue("round:north:old", ROUND, {}, "")
    world.drain()
    with world.store.write() as work:
        work.runs.enqueue("round:north:waits", ROUND, {}, "")
    steps, runs = rows(world, "run_step"), rows(world, "run")
    assert (steps > 0, runs) == (True, 3)

    assert forget_done_runs(world.engine, "2026-11-21", [ROUND]) == 0
    assert forget_done_runs(world.engine, "2026-11-23", [ROUND]) == steps + 1

    assert rows(world, "run_step") == 0
    with world.store.read() as work:
        assert work.runs.get("ingest:north:1:1") is not None  # entries name it
        assert work.runs.get("round:north:waits") is not None
