"""What is told of messages that have ended, what cancelling a run does to them, and that no other bytes go out."""

from __future__ import annotations

import io
import zlib

import pytest
from attempt_world import AttemptWorld, Died, Killer, ScriptedChannel
from sqlalchemy import text

from hub.contracts import Promise
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.model.attempts import Delivered, Message
from hub.rules.attempts import MOST_FAILURES
from hub.services.runs import retry
from hub.services.verifying import verify
from hub.store.database import WRITES
from hub.store.verifying import SqlVerifying
from hub.transports.https import HttpParty
from hub_demonstration_channels.channels import DemonstrationChannel

IDEMPOTENT, QUERYABLE, NEITHER = Promise
RUN = "send:north:1:1"
BOTH_DIFFER = "ATTEMPT_DIFFERS MESSAGE_DIFFERS"


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


def found(world: AttemptWorld) -> set[str]:
    """The codes of what a proof finds."""
    proof = verify(SqlVerifying(world.engine, world.store.tenant), world.store.contents, world.tenant)
    return {finding.code for finding in proof.findings}


def told(world: AttemptWorld) -> list[tuple[str, str]]:
    with world.store.read() as work:
        events = [event for event in work.events.after(0) if "attempt_no" in event.data]
    return [(event.kind, event.data["message"]) for event in events if event.kind != "attempt_planned"]


# What the feed tells


def test_the_feed_tells_what_became_of_every_message(world):
    world.channels[NEITHER] = ScriptedChannel(
        NEITHER, Delivered("B-1"), RejectedError("no such box"), OutcomeUnknownError("lost"), TransientError("down")
    )
    world.plan(NEITHER, 4)
    world.work_to_the_end()

    ends = ["delivered", "rejected", "unknown", "given_up"]
    assert told(world) == [(f"attempt_{end}", f"letter:{number}") for number, end in enumerate(ends)]
    with world.store.read() as work:
        first, second = work.events.after(4)[:2]
    assert first.data["external_id"] == "B-1"
    assert second.data["problem"] == "no such box"


def test_a_wrong_address_rejects_no_batch_and_asks_a_person(world):
    """It answers 404 to all: the whole batch would be gone, and that of every further channel."""
    moved = HttpParty(f"{world.counterparty.address}/moved", timeout_s=1)
    world.channels[NEITHER] = DemonstrationChannel(NEITHER, moved)
    world.plan(NEITHER, 20)
    world.work()

    assert world.states() == ["planned"] * 20
    with world.store.read() as work:
        (task,) = work.commands.open_tasks()
    assert "look at the address in the settings" in task["text"]


# Cancelling


def test_what_was_not_sent_is_cancelled_and_may_go_on_to_another_channel(world):
    world.plan(NEITHER, 2)
    world.cancel(RUN)

    assert (world.states(), world.tasks()) == (["cancelled"] * 2, {})
    world.plan(IDEMPOTENT, 2, batch="2")
    world.work()
    assert world.states() == ["cancelled"] * 2 + ["delivered"] * 2
    assert [kind for kind, _ in told(world)] == ["attempt_cancelled"] * 2 + ["attempt_delivered"] * 2


@pytest.mark.parametrize("promise", list(Promise))
def test_what_may_have_arrived_is_unknown_when_its_run_is_cancelled(world, promise):
    class DiesDuringTheCall(Killer):
        def strikes(self, moment: str) -> bool:
            return moment == "during a call: reset_after_accept"

    world.plan(promise)
    world.arm(DiesDuringTheCall())
    with pytest.raises(Died):
        world.work()
    world.arm(Killer())
    world.cancel(RUN)
    world.work_to_the_end()

    assert (world.states(), world.tasks()) == (["unknown"], {"1": "unknown_attempt"})
    with pytest.raises(RuleViolation, match="certainly not delivered"):
        world.plan(IDEMPOTENT if promise is NEITHER else NEITHER, batch="2")
    world.decide(1, "delivered")
    assert found(world) == set()


def test_a_call_that_is_under_way_when_its_run_is_cancelled_is_never_called_cancelled(world):
    channel = ScriptedChannel(NEITHER, Delivered("B-1"))
    world.channels[NEITHER] = channel
    send, seen = channel.send, []

    def cancelled_meanwhile(message: Message) -> Delivered:
        world.cancel(RUN)
        seen.append(world.states())
        return send(message)

    channel.send = cancelled_meanwhile
    world.plan(NEITHER, 2)
    world.work()

    assert seen == [["unknown", "cancelled"]]
    assert (world.states(), world.tasks()) == (["delivered", "cancelled"], {})


@pytest.mark.parametrize("failures", [1, MOST_FAILURES])
@pytest.mark.parametrize("promise", list(Promise))
def test_of_a_call_that_certainly_sent_nothing_nobody_is_asked_when_its_run_is_cancelled(world, promise, failures):
    class CancelledInTheLastCall(ScriptedChannel):
        settled_after_s = 10

        def send(self, message: Message) -> Delivered:
            if len(self.sent) == failures - 1:
                world.cancel(RUN)
            return super().send(message)

    world.channels[promise] = channel = CancelledInTheLastCall(promise, TransientError("down"))
    world.plan(promise)
    world.work_to_the_end()

    assert len(channel.sent) == failures
    assert (world.states(), world.tasks(), world.attempt().may_have_arrived) == (["cancelled"], {}, 0)
    assert found(world) == set()


@pytest.mark.parametrize(
    ("answer", "state", "tasks"),
    [
        (RejectedError("no"), "rejected", {}),
        (TransientError("down"), "given_up", {"1": "given_up_attempt"}),
        (OutcomeUnknownError("lost"), "unknown", {"1": "unknown_attempt"}),
    ],
)
def test_what_a_slow_process_hears_at_last_is_kept_where_it_is_certain(world, answer, state, tasks):
    """Another process goes on with the run while it calls, and leaves the message to a person."""

    class Slow(ScriptedChannel):
        def send(self, message: Message) -> Delivered:
            world.work()
            assert world.states() == ["unknown"]
            return super().send(message)

    world.channels[NEITHER] = channel = Slow(NEITHER, answer)
    world.plan(NEITHER)
    world.work_to_the_end()

    assert (len(channel.sent), world.states(), world.tasks()) == (1, [state], tasks)
    assert found(world) == set()


def test_a_run_that_failed_can_be_cancelled_too(world):
    world.channels[NEITHER] = ScriptedChannel(NEITHER, ConfigurationError("no secret"))
    world.plan(NEITHER)
    world.work()
    world.cancel(RUN)

    assert (world.states(), world.tasks()) == (["cancelled"], {})


def test_a_cancelled_run_goes_on_with_what_no_other_channel_has_taken(world):
    world.plan(NEITHER, 2)
    world.cancel(RUN)
    world.plan(IDEMPOTENT, 1, batch="2")
    with world.store.write() as work:
        retry(work, RUN)
    world.work_to_the_end()

    assert world.states() == ["cancelled", "delivered", "delivered"]
    with world.store.read() as work:
        planned = [event.data["attempt_no"] for event in work.events.after(0) if event.kind == "attempt_planned"]
    assert planned == [1, 2, 3, 2]
    assert found(world) == set()


# The bytes


def test_other_bytes_than_those_that_were_planned_never_go_out(world):
    world.plan(NEITHER)
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE content_part SET data = :data"), {"data": zlib.compress(b"other")})
    assert found(world) == {"BYTES_DIFFER"}

    world.work()

    assert (world.states(), world.accepted(world.attempt())) == (["planned"], [])
    assert set(world.tasks().values()) == {"failed_run"}


def test_bytes_that_came_in_and_go_out_are_looked_at_once(world):
    world.plan(NEITHER)
    kept = world.store.contents.keep(io.BytesIO(b"letter 0"))
    with world.store.write() as work:
        work.exchanges.open(kind="payment_file", name="a", sha256=kept.sha256, size=kept.size)
    assert found(world) == set()


# The proof


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE attempt SET state = 'delivered' WHERE tenant = :t AND attempt_no = 2", BOTH_DIFFER),
        ("UPDATE attempt SET state = 'cancelled' WHERE tenant = :t AND attempt_no = 2", BOTH_DIFFER),
        ("UPDATE attempt SET state = 'planned' WHERE tenant = :t AND attempt_no = 1", f"{BOTH_DIFFER} ATTEMPT_LEFT"),
        (
            "UPDATE exchange SET sha256 = (SELECT max(sha256) FROM exchange b WHERE b.exchange_no = 2) "
            "WHERE tenant = :t AND exchange_no = 1",
            "ATTEMPT_DIFFERS MESSAGE_BYTES_MISSING",
        ),
        (
            "UPDATE attempt SET exchange_no = 3 - exchange_no, channel = 'post' || attempt_no WHERE tenant = :t",
            BOTH_DIFFER,
        ),
        ("UPDATE attempt SET exchange_no = 9 WHERE tenant = :t AND attempt_no = 2", BOTH_DIFFER),
        ("UPDATE exchange SET state = 'delivered' WHERE tenant = :t AND exchange_no = 1", "MESSAGE_DIFFERS"),
        ("UPDATE exchange SET direction = 'in' WHERE tenant = :t AND exchange_no = 1", "MESSAGE_DIFFERS"),
        ("UPDATE exchange SET idempotency_key = NULL WHERE tenant = :t AND exchange_no = 1", "MESSAGE_DIFFERS"),
        ("UPDATE exchange SET size = 7 WHERE tenant = :t AND exchange_no = 1", "MESSAGE_BYTES_MISSING"),
        ("DELETE FROM exchange WHERE tenant = :t AND exchange_no = 2", f"{BOTH_DIFFER} EXCHANGE_NUMBER_GAP"),
        ("UPDATE event SET attempt_no = NULL WHERE tenant = :t AND attempt_no = 2", "ATTEMPT_DIFFERS"),
        ("UPDATE event SET kind = 'attempt_delivered' WHERE tenant = :t", "ATTEMPT_DIFFERS"),
        ("UPDATE event SET attempt_no = 2 WHERE tenant = :t", "ATTEMPT_DIFFERS"),
        ("DELETE FROM attempt WHERE tenant = :t AND attempt_no = 2", f"ATTEMPT_NUMBER_GAP {BOTH_DIFFER}"),
        ("DELETE FROM attempt WHERE tenant = :t AND attempt_no = 1", f"ATTEMPT_NUMBER_GAP {BOTH_DIFFER}"),
        ("UPDATE run SET state = 'cancelled' WHERE tenant = :t AND run_no = 2", "ATTEMPT_LEFT"),
        ("UPDATE attempt SET run_no = 99 WHERE tenant = :t AND run_no = 2", "ATTEMPT_LEFT"),
        ("UPDATE task SET state = 'done' WHERE tenant = :t", "ATTEMPT_WITHOUT_TASK"),
        ("DELETE FROM content_part WHERE tenant = :t", "MESSAGE_BYTES_MISSING"),
        ("DELETE FROM content WHERE tenant = :t", "MESSAGE_BYTES_MISSING"),
    ],
)
def test_a_message_that_is_forgotten_dropped_or_exchanged_is_found(world, statement, codes):
    world.channels[NEITHER] = ScriptedChannel(NEITHER, OutcomeUnknownError("lost"))
    world.plan(NEITHER)
    world.work()
    world.plan(NEITHER, batch="2", prefix="other")
    assert found(world) == set()

    with world.engine.connect().execution_options(**{WRITES: True}) as connection:
        assert connection.execute(text(statement), {"t": world.store.tenant}).rowcount
        results = SqlVerifying(world.engine, world.store.tenant).check(connection, None)
        connection.rollback()
    assert {result.code for result in results if result.found} == set(codes.split())
