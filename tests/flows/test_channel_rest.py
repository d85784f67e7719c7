"""An other side that is down is left in peace, and costs few of the messages that nobody can ask about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from attempt_world import AttemptWorld, ScriptedChannel, in_haste
from sqlalchemy import Engine

from hub.contracts import Promise
from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.loopback.counterparty import Counterparty
from hub.model.attempts import Delivered
from hub.model.runs import Run
from hub.services.runs import retry

IDEMPOTENT, _, NEITHER = Promise
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[AttemptWorld]:
    with Counterparty(tmp_path / "accepted.jsonl") as counterparty:
        yield AttemptWorld(in_haste(engine), counterparty)


def scripted(world: AttemptWorld, promise: Promise, *answers: object) -> ScriptedChannel:
    channel = world.channels[promise] = ScriptedChannel(promise, *answers)
    return channel


def first_run(world: AttemptWorld) -> Run:
    with world.store.read() as work:
        run = work.runs.get("send:north:1:1")
    assert run is not None
    return run


def test_an_outage_of_an_hour_costs_a_handful_of_unknown_messages(world):
    scripted(world, NEITHER, OutcomeUnknownError("500"))
    world.plan(NEITHER, 40)
    for _ in range(30):
        world.work()
        world.clock.advance(2 * MINUTE)

    assert world.states().count("unknown") == 7
    scripted(world, NEITHER, Delivered())
    world.work_to_the_end()
    assert world.states().count("delivered") == 33


def test_the_rest_holds_for_every_run_of_the_channel_and_for_no_other(world):
    """Batches of one message: no run of them sees two failures."""
    scripted(world, NEITHER, OutcomeUnknownError("500"))
    for batch in range(6):
        world.plan(NEITHER, batch=str(batch), prefix=f"letter {batch}")
    world.plan(IDEMPOTENT, batch="other", prefix="other")

    for _ in range(3):
        world.work()

    assert world.states() == ["unknown"] * 3 + ["planned"] * 3 + ["delivered"]


def test_who_looks_sees_until_when_and_why(world):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 10)
    world.work()

    assert first_run(world).problem == (
        "10 of 10 messages wait: the channel scripted is left in peace until 2026-11-22 09:00:30 UTC, "
        "after 3 failures in a row: down"
    )
    with world.store.read() as work:
        assert [rest.failures for rest in work.attempts.rests()] == [3]


def test_a_call_that_succeeds_ends_it(world):
    scripted(world, IDEMPOTENT, *[TransientError("down")] * 4, Delivered())
    world.plan(IDEMPOTENT, 10)
    world.work()
    world.clock.advance(MINUTE)
    world.work()
    assert "4 failures" in first_run(world).problem
    world.clock.advance(2 * MINUTE)
    world.work()

    assert "delivered" in world.states()
    with world.store.read() as work:
        assert work.attempts.rests() == []


def test_a_person_who_has_it_tried_again_does_not_wait_for_its_end(world):
    channel = scripted(world, IDEMPOTENT, *[TransientError("down")] * 3, Delivered())
    world.plan(IDEMPOTENT, 5)
    world.work()
    world.work()
    assert len(channel.sent) == 3

    with world.store.write() as work:
        retry(work, "send:north:1:1")
    world.work()

    assert world.states() == ["delivered"] * 5


def test_a_wrong_setting_is_no_failure_of_the_other_side(world):
    scripted(world, NEITHER, ConfigurationError("no secret"))
    world.plan(NEITHER, 5)
    for _ in range(4):
        world.work()
        with world.store.write() as work:
            retry(work, "send:north:1:1")

    with world.store.read() as work:
        assert work.attempts.rests() == []
