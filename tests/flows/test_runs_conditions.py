"""A run is given another turn only in the state that it was judged by, whoever acts in between."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from one_database import on_postgresql
from payment_world import World
from sqlalchemy import event

from hub.errors import LedgerError
from hub.services.ports import JsonObject, Work
from hub.services.rounds import RUN_KIND as ROUND
from hub.services.rounds import enqueue_round
from hub.services.runs import cancel
from hub.store.runs import turns_at_work

RUN = "round:north:x"


def enqueue(world: World) -> dict[int, int]:
    """Queue a run; return the turns that a node sees that looks for lost ones."""
    world.bodies[ROUND] = lambda _work, _input: {}
    with world.store.write() as work:
        work.runs.enqueue(RUN, ROUND, {})
    return turns_at_work(world.engine)["north"]


def be_cancelled(world: World) -> None:
    with world.store.write() as work:
        cancel(work, RUN)


def get_a_turn_by_another_node(world: World) -> None:
    with world.store.write() as work:
        assert work.runs.queue_lost({1: 1}, set()) == 1


Act = Callable[[World], object]
MEANWHILE: list[tuple[Act, str]] = [
    (be_cancelled, "cancelled"),
    (World.drain, "done"),
    (get_a_turn_by_another_node, "queued"),
]


@pytest.mark.parametrize(("meanwhile", "state"), MEANWHILE)
def test_a_lost_run_that_has_moved_on_since_is_not_revived(world: World, meanwhile: Act, state: str) -> None:
    seen = enqueue(world)
    meanwhile(world)

    assert queue_lost(world, seen) == (0, state)


@on_postgresql  # on SQLite nobody else writes meanwhile
@pytest.mark.parametrize(("meanwhile", "state"), MEANWHILE)
def test_a_lost_run_that_moves_on_just_before_it_is_queued_again_is_not_revived(
    world: World, meanwhile: Act, state: str
) -> None:
    seen = enqueue(world)
    acts = [meanwhile]

    def act_before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE run") and acts:
            acts.pop()(world)

    event.listen(world.engine, "before_cursor_execute", act_before)
    assert queue_lost(world, seen) == (0, state)
    assert acts == []


def queue_lost(world: World, seen: dict[int, int]) -> tuple[int, str]:
    """Return how many runs were queued again, and the state of ours."""
    with world.store.write() as work:
        queued = work.runs.queue_lost(seen, set())
        found = work.runs.get(RUN)
    assert found is not None
    return queued, found.state


def test_a_lost_run_is_queued_again_unless_the_engine_knows_its_turn(world: World) -> None:
    seen = enqueue(world)
    with world.store.write() as work:
        assert work.runs.queue_lost(seen, {(1, 1)}) == 0
        assert work.runs.queue_lost(seen, {(1, 0)}) == 1
    assert turns_at_work(world.engine) == {"north": {1: 2}}


def test_a_run_that_has_ended_cannot_be_put_off(world: World) -> None:
    enqueue(world)
    world.drain()
    with world.store.write() as work, pytest.raises(LedgerError, match="no unfinished run number 1"):
        work.runs.queue_again(1, reason="late")


@on_postgresql  # on SQLite nobody begins one meanwhile
def test_a_queued_round_does_not_begin_before_who_counts_on_it_has_written(world: World) -> None:
    seen: list[str] = []

    def look(run: Work, _input: JsonObject) -> JsonObject:
        with run.write() as work:
            seen.extend(event.kind for event in work.events.after(0))
        return {}

    enqueue(world)
    world.bodies[ROUND] = look
    carrying = Thread(target=world.drain)
    with world.store.write() as work:
        work.events.record("something_happened")
        enqueue_round(work, "north", "behind")
        carrying.start()
        carrying.join(timeout=0.5)  # one that is not held has been carried out by then
    carrying.join()

    assert seen == ["something_happened"]
    with world.store.read() as work:
        assert [run.run_id for run in work.runs.latest(limit=9)] == [RUN]
