"""A process dies at every point around a call, by enumeration: nothing is sent twice, and nothing is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attempt_world import AttemptWorld, Killer, check, in_haste
from sqlalchemy import Engine

from hub.contracts import Promise
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.services.attempts import sending

MOST_MOMENTS = 200
AROUND_EVERY_CALL = {
    "before a commit",
    "after a commit",
    "before a call",
    "during a call: reset_before_reading",
    "during a call: reset_after_accept",
    "after a call",
}


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Counterparty]:
    with Counterparty(tmp_path / "accepted.jsonl") as server:
        yield server


def lives(engine: Engine, counterparty: Counterparty, promise: Promise) -> Iterator[tuple[AttemptWorld, Killer]]:
    """Yield worlds that sent two messages to the end, the answer to the second lost, each after one more death."""
    in_haste(engine)
    for at in range(1, MOST_MOMENTS):
        world = AttemptWorld(engine, counterparty, name=f"t{at}")
        world.plan(promise, 2)
        killer = Killer(at)
        world.arm(killer)
        world.channels[promise].loses_answer_of = "letter 1"
        world.work_to_the_end()
        if not killer.has_struck:
            return
        yield world, killer
    raise AssertionError("the messages never get through")


@pytest.mark.parametrize("promise", list(Promise))
def test_a_death_at_any_moment_sends_nothing_twice_and_forgets_nothing(
    engine: Engine, counterparty: Counterparty, promise: Promise
) -> None:
    died: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for world, killer in lives(engine, counterparty, promise):
        check(world)
        died[killer.passed[-1]] += 1
        ends.update(world.states())

    assert set(died) >= AROUND_EVERY_CALL, "a moment at which nobody died"
    if promise is Promise.QUERYABLE:
        assert {"before a question", "after a question"} <= set(died)
    assert ("unknown" in ends) is (promise is Promise.NEITHER)


def test_the_check_fails_when_the_row_is_written_only_after_the_call(
    engine: Engine, counterparty: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_nothing_before(turn: Any, attempt: Any) -> Any:
        turn.write_down()
        return attempt._replace(promise=turn._channel.promise, changed_at=turn._now())

    monkeypatch.setattr(sending._Turn, "_begin", write_nothing_before)
    caught = set()
    for world, killer in lives(engine, counterparty, Promise.NEITHER):
        with suppress(AssertionError):
            check(world)
            continue
        caught.add(killer.passed[-1])

    assert {"during a call: reset_after_accept", "after a call", "before a commit"} <= caught


def test_a_lost_answer_alone_is_made_good(engine: Engine, counterparty: Counterparty) -> None:
    world = AttemptWorld(engine, counterparty)
    for promise, fault in ((Promise.IDEMPOTENT, Fault.TIME_OUT_AFTER_ACCEPT), (Promise.QUERYABLE, Fault.ERROR)):
        counterparty.faults.order(promise, fault)
        world.plan(promise, prefix=promise, batch=promise)

    world.work_to_the_end()

    check(world)
    assert world.states() == ["delivered", "delivered"]
    assert [len(world.accepted(attempt)) for attempt in world.attempts()] == [2, 1]
