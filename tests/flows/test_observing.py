"""Observers hear every event in order and at least once; a failure is kept, and tried again from the same event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from payment_world import World
from sqlalchemy import Engine

from hub.errors import DataError, TransientError
from hub.model.events import Event
from hub.runtime.carrying import Carrier
from hub.services.observing import deliver_events
from hub.services.rounds import RUN_KIND, RoundRun, enqueue_round
from hub.store.observers import SqlObserverCursors


class Listener:
    """Remembers what it heard; fails while it is told to."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.fails = False

    def __call__(self, events: Sequence[Event]) -> None:
        if self.fails:
            raise ValueError("secret 19121212-1212")
        self.heard += [event.number for event in events]


def test_observer_hears_each_event_once_and_in_order(engine: Engine) -> None:
    world, listener = World(engine), Listener()
    cursors = SqlObserverCursors(engine, world.store.tenant)
    world.owe("1001", 100_00)
    deliver_events(world.store, cursors, {"one": listener})
    world.owe("1002", 100_00)
    deliver_events(world.store, cursors, {"one": listener})
    with world.store.read() as work:
        assert listener.heard == [event.number for event in work.events.after(0)]


def test_failure_is_kept_without_its_text_and_tried_again(engine: Engine) -> None:
    world, broken, other = World(engine), Listener(), Listener()
    cursors = SqlObserverCursors(engine, world.store.tenant)
    world.owe("1001", 100_00)
    broken.fails = True
    failed = deliver_events(world.store, cursors, {"broken": broken, "other": other})
    assert [(cursor.observer, cursor.event_no, cursor.attempts) for cursor in failed] == [("broken", 0, 1)]
    assert "ValueError" in failed[0].problem
    assert "19121212" not in failed[0].problem
    assert other.heard, "one observer's failure stopped another"
    deliver_events(world.store, cursors, {"broken": broken, "other": other})
    assert cursors.get("broken").attempts == 2
    broken.fails = False
    assert deliver_events(world.store, cursors, {"broken": broken, "other": other}) == []
    assert broken.heard == other.heard
    assert cursors.get("broken") == ("broken", broken.heard[-1], 0, "")


def test_a_round_waits_for_an_observer_that_fails_and_one_such_round_is_enough(engine: Engine) -> None:
    world, broken, other = World(engine), Listener(), Listener()
    cursors = SqlObserverCursors(engine, world.store.tenant)
    observers = {"broken": broken, "other": other}
    world.bodies[RUN_KIND] = RoundRun(
        world.store, world.tenant, lambda: deliver_events(world.store, cursors, observers), {}
    )
    world.owe("1001", 100_00)
    broken.fails = True
    for occasion in ("first", "second"):
        with world.store.write() as work:
            enqueue_round(work, "north", occasion)
        world.drain()

    with world.store.read() as work:
        (waiting,) = work.runs.unfinished()
    assert waiting.problem == f"observers failed: broken ({cursors.get('broken').problem})"
    assert other.heard
    broken.fails = False
    world.drain()

    assert broken.heard == other.heard
    with world.store.read() as work:
        assert work.runs.unfinished() == []


@pytest.mark.parametrize("error", [TransientError("later"), DataError("wrong")])
@pytest.mark.parametrize("records", [True, False])
def test_what_a_run_has_recorded_before_it_waits_or_fails_is_told(
    engine: Engine, error: Exception, records: bool
) -> None:
    def body(run: Any, _input: Any) -> Any:
        with run.write() as work:
            if records:
                work.events.record("something_happened")
        raise error

    world, behind = World(engine), []
    with world.store.write() as work:
        work.events.record("before_it")
        work.runs.enqueue("send:north:1:1", "send", {})

    Carrier(world.store, {"send": body}, behind=lambda _work, run: behind.append(run.run_id)).carry_out(
        "send:north:1:1"
    )

    assert behind == (["send:north:1:1"] if records else [])
