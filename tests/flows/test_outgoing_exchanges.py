"""Every message that goes out is an exchange: kept in one log with what came in, and standing where its attempts do."""

from __future__ import annotations

import io
from itertools import combinations_with_replacement

import pytest
from attempt_world import PLUGIN, AttemptWorld, ScriptedChannel, scripted
from sqlalchemy import text
from test_races import Meanwhile

from hub.contracts import Promise
from hub.errors import DataError, OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.model.attempts import AttemptState, Delivered, Finding, Message, PlannedMessage, Probed
from hub.model.exchanges import Direction, Exchange, ExchangeState
from hub.rules.outgoing import state_of_message
from hub.services.attempts import content_of
from hub.services.attempts.late import keep_proof
from hub.services.attempts.signed_receipts import keep_signed_receipt
from hub.services.payments.receiving import receive
from hub.services.payments.undoing import accept_correction, reject_correction, undo_file
from hub.services.rounds import RUN_KIND as ROUND
from hub.services.runs import retry
from hub.store.attempts import SqlAttempts
from hub.store.database import WRITES
from hub.store.forgetting import forget_done_runs
from hub.store.verifying_attempts import CHECKS

IDEMPOTENT, QUERYABLE, NEITHER = Promise
RUN = "send:north:1:1"


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


def exchanges(world: AttemptWorld) -> list[Exchange]:
    with world.store.read() as work:
        return [*work.exchanges.latest()][::-1]


def states(world: AttemptWorld) -> list[str]:
    assert world.found() == []
    return [exchange.state for exchange in exchanges(world)]


# Planning


def test_a_planned_message_is_an_exchange_with_its_kind_its_bytes_and_its_name(world):
    kept = world.store.contents.keep(io.BytesIO(b"an invoice"))
    world.plan_messages(NEITHER, [PlannedMessage("invoice:7", kept.sha256, kept.size, "invoice")])

    (exchange,) = exchanges(world)
    assert (exchange.number, exchange.direction, exchange.state) == (1, Direction.OUT, ExchangeState.SENDING)
    assert (exchange.kind, exchange.plugin, exchange.name) == ("invoice", PLUGIN, "invoice:7")
    assert (exchange.sha256, exchange.size, exchange.idempotency_key) == (kept.sha256, kept.size, "invoice:7")
    attempt = world.attempt()
    assert (attempt.exchange_no, attempt.message, attempt.sha256) == (1, "invoice:7", kept.sha256)
    with world.store.read() as work:
        (event,) = work.events.after(0)
    assert (event.kind, event.data["exchange_no"], event.data["sha256"]) == ("attempt_planned", 1, kept.sha256)


def test_files_and_messages_are_numbered_in_one_series(world):
    world.plan(NEITHER, 2)
    receive(world.store, io.BytesIO(b"a file"), name="file")
    world.plan(NEITHER, batch="2", prefix="other")

    ways = [(exchange.number, exchange.direction) for exchange in exchanges(world)]
    assert ways == [(1, "out"), (2, "out"), (3, "in"), (4, "out")]
    with world.store.read() as work:
        assert [exchange.number for exchange in work.exchanges.latest(direction="in")] == [3]


def test_the_same_message_again_is_the_same_exchange_and_other_bytes_are_refused_on_every_channel(world):
    world.plan(NEITHER)
    assert world.plan(NEITHER) == 0
    world.cancel(RUN)
    for promise in (NEITHER, IDEMPOTENT):
        with pytest.raises(DataError, match="other bytes"):
            world.plan_messages(promise, [PlannedMessage("letter:0", "0" * 64, 1)], batch="2")

    assert [exchange.number for exchange in exchanges(world)] == [1]


def test_a_name_is_one_exchange_in_the_database_too(world):
    world.plan(NEITHER, 2)
    with pytest.raises(Exception, match=r"(?i)unique"), world.engine.begin() as connection:
        connection.execute(text("UPDATE exchange SET idempotency_key = 'letter:0'"))


def test_what_comes_in_is_never_taken_for_what_went_out(world):
    """A message may be of the same kind and bytes as a file: nothing of it is a duplicate, and nothing is reopened."""
    kept = world.store.contents.keep(io.BytesIO(b"a file"))
    world.plan_messages(NEITHER, [PlannedMessage("file:1", kept.sha256, kept.size, "payment_file")])
    with world.store.write() as work:
        work.exchanges.change(1, content_key="same")
        assert work.exchanges.with_content(sha256=kept.sha256) == []
        assert work.exchanges.with_content(content_key="same") == []
    exchange, _ = receive(world.store, io.BytesIO(b"a file"), name="file")

    assert (exchange.number, exchange.direction) == (2, Direction.IN)


# Where it stands


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Delivered("B-1"), "delivered"),
        (RejectedError("no such box"), "undelivered"),
        (OutcomeUnknownError("lost"), "unknown"),
        (TransientError("later"), "sending"),
    ],
)
def test_an_exchange_stands_where_its_attempt_does(world, answer, state):
    scripted(world, NEITHER, answer)
    world.plan(NEITHER)
    assert states(world) == ["sending"]
    world.work()

    assert states(world) == [state]


# What the other side has signed for it


def receipts(world: AttemptWorld) -> list[tuple[str, str, str, bytes]]:
    with world.store.read() as work:
        found = [*work.exchanges.latest(kind="receipt")][::-1]
    return [(one.name, one.state, one.reason, _bytes(world, one.sha256)) for one in found]


def _bytes(world: AttemptWorld, sha256: str) -> bytes:
    with world.store.contents.open(sha256) as stream:
        return stream.read()


def test_a_signed_receipt_is_kept_as_it_came_beside_its_message(world):
    scripted(world, NEITHER, Delivered("B-1", b"<signed/>"), Delivered("B-2"), Delivered("B-3", b"<another/>"))
    world.plan(NEITHER, 3)
    world.work()

    assert receipts(world) == [
        ("letter:0", "read", "signed by the other side for exchange 1", b"<signed/>"),
        ("letter:2", "read", "signed by the other side for exchange 3", b"<another/>"),
    ]
    assert [one.plugin for one in exchanges(world)] == [PLUGIN] * 5
    assert world.found() == []


def test_an_answer_is_kept_unread_beside_its_message(world):
    scripted(world, NEITHER, Delivered("B-1", answer=b'{"case": 7}'), Delivered("B-2"))
    world.plan(NEITHER, 2)
    world.work()

    with world.store.read() as work:
        (kept,) = work.exchanges.latest(kind="answer")
    assert (kept.name, kept.state, _bytes(world, kept.sha256)) == ("letter:0", "received", b'{"case": 7}')
    assert kept.idempotency_key.startswith("answer:")
    assert world.found() == []


class AskedByContent(ScriptedChannel):
    """Its other side keeps no key of ours; it is asked by what the message says."""

    settled_after_s = 10

    def __init__(self, *answers: object) -> None:
        super().__init__(QUERYABLE, *answers)
        self.asked: list[Message] = []

    def probe(self, key: str) -> Probed:
        raise AssertionError("asked by a key that the other side has never seen")

    def probe_message(self, message: Message) -> Probed:
        self.asked.append(message)
        return Probed(Finding.DELIVERED, "B-7", b'{"case": 7}')


def test_a_channel_may_be_asked_by_what_the_message_says(world):
    channel = world.channels[QUERYABLE] = AskedByContent(OutcomeUnknownError("lost"))
    world.plan(QUERYABLE)
    world.work_to_the_end()

    with world.store.read() as work:
        (kept,) = work.exchanges.latest(kind="answer")
    assert (world.states(), world.attempt().external_id) == (["delivered"], "B-7")
    assert channel.asked == channel.sent
    assert [(message.content, message.name) for message in channel.asked] == [(b"letter 0", "letter:0")]
    assert _bytes(world, kept.sha256) == b'{"case": 7}'
    assert world.found() == []


def test_what_is_signed_when_it_is_sent_again_is_kept_once(world):
    scripted(world, IDEMPOTENT, OutcomeUnknownError("lost"), Delivered("B-1", b"<signed/>"))
    world.plan(IDEMPOTENT)
    world.work_to_the_end()
    with world.store.write() as work:
        keep_signed_receipt(work, world.attempt(), b"<signed anew/>")

    assert [content for *_, content in receipts(world)] == [b"<signed/>"]


def test_channels_tried_one_after_the_other_are_attempts_of_one_exchange(world):
    scripted(world, NEITHER, RejectedError("no such box"))
    world.plan(NEITHER, 2)
    world.work()
    assert states(world) == ["undelivered"] * 2

    world.plan(IDEMPOTENT, 3, batch="2")
    assert states(world) == ["sending"] * 3
    world.work()

    assert states(world) == ["delivered"] * 3
    with world.store.read() as work:
        tried = [[(a.attempt_no, a.state) for a in work.attempts.of_exchange(number)] for number in (1, 3)]
    assert tried == [[(1, "rejected"), (3, "delivered")], [(5, "delivered")]]


def test_an_exchange_names_the_plugin_that_has_it_now(world):
    world.plan(NEITHER, 2)
    world.cancel(RUN)
    (first, _) = exchanges(world)
    with world.store.write() as work:
        work.exchanges.hand_on([first.number], "letters")

    assert [exchange.plugin for exchange in exchanges(world)] == ["letters", PLUGIN]
    world.plan(IDEMPOTENT, 1, batch="2")
    assert [exchange.plugin for exchange in exchanges(world)] == [PLUGIN, PLUGIN]


def test_a_cancelled_run_leaves_its_messages_undelivered_and_they_are_sent_when_it_goes_on(world):
    world.plan(NEITHER, 2)
    world.cancel(RUN)
    assert states(world) == ["undelivered"] * 2

    with world.store.write() as work:
        retry(work, RUN)
    assert states(world) == ["sending"] * 2
    world.work()
    assert states(world) == ["delivered"] * 2


@pytest.mark.parametrize(
    ("verdict", "state"), [("delivered", "delivered"), ("not_delivered", "undelivered"), ("send_again", "sending")]
)
def test_what_a_person_decides_is_where_the_exchange_stands(world, verdict, state):
    scripted(world, NEITHER, OutcomeUnknownError("lost"))
    world.plan(NEITHER)
    world.work()
    assert states(world) == ["unknown"]
    world.decide(1, verdict)

    assert states(world) == [state]


def test_proof_that_comes_late_delivers_the_exchange_whatever_was_decided(world):
    channel = scripted(world, NEITHER, Delivered("B-1"))
    send = channel.send

    def cancelled_and_let_go_meanwhile(message):
        world.cancel(RUN)
        world.decide(1, "not_delivered")
        world.plan_messages(IDEMPOTENT, [PlannedMessage("letter:0", world.attempt().sha256, 8)], batch="2")
        return send(message)

    channel.send = cancelled_and_let_go_meanwhile
    world.plan(NEITHER)
    world.work()

    assert states(world) == ["delivered"]
    assert world.states() == ["delivered", "planned"]


def test_two_channels_that_end_at_once_leave_the_exchange_where_both_say(world, monkeypatch):
    """One reads the attempts while the other's is not committed: each waits until the other has told."""
    scripted(world, NEITHER, RejectedError("no such box"))
    world.plan(NEITHER)
    world.work()
    world.plan(IDEMPOTENT, batch="2")
    arrived = world.attempts()[0]._replace(state=AttemptState.DELIVERED, external_id="B-1")

    def hear_late() -> None:
        with world.store.write() as work:
            keep_proof(work, arrived)

    late = Meanwhile(monkeypatch, SqlAttempts, "states_of", hear_late)
    world.cancel("send:north:2:1")

    assert late.error() is None
    assert (states(world), world.states()) == (["delivered"], ["delivered", "cancelled"])


# The rule, and the proof that says it a second time


def test_what_arrived_by_one_channel_has_arrived_and_what_may_have_is_not_undelivered():
    said = {
        ("delivered", "unknown"): "delivered",
        ("delivered", "planned"): "delivered",
        ("rejected", "unknown"): "unknown",
        ("started", "unknown"): "unknown",
        ("rejected", "in_doubt"): "sending",
        ("cancelled", "given_up"): "undelivered",
    }
    assert {attempts: state_of_message(attempts) for attempts in said} == said


def test_verify_says_of_all_attempts_what_the_rule_says(world):
    pairs = list(combinations_with_replacement(AttemptState, 2))
    world.plan(NEITHER, len(pairs))
    world.cancel(RUN)
    world.plan(IDEMPOTENT, len(pairs), batch="2")
    differs = next(check.statement for check in CHECKS if check.code == "MESSAGE_DIFFERS")
    with world.engine.connect().execution_options(**{WRITES: True}) as connection:
        for number, pair in enumerate(pairs, 1):
            for channel, state in zip((NEITHER, IDEMPOTENT), pair, strict=True):
                connection.execute(
                    text("UPDATE attempt SET state = :s WHERE exchange_no = :x AND channel = :c"),
                    {"s": state, "x": number, "c": world.channels[channel].name},
                )
            connection.execute(
                text("UPDATE exchange SET state = :s WHERE exchange_no = :x"),
                {"s": state_of_message(pair), "x": number},
            )
        assert connection.execute(text(differs), {"t": world.store.tenant}).all() == []
        connection.rollback()


# What is done to files is not done to messages


@pytest.mark.parametrize("deed", ["undo", "accept", "reject"])
def test_a_message_is_not_undone_accepted_or_rejected_as_a_file(world, deed):
    world.plan(NEITHER)
    deeds = {
        "undo": lambda work: undo_file(work, world.tenant, 1, "why"),
        "accept": lambda work: accept_correction(work, world.tenant, 1),
        "reject": lambda work: reject_correction(work, world.tenant, 1, "why"),
    }
    with world.store.write() as work, pytest.raises(RuleViolation, match=r"exchange 1 goes out.*hub attempts decide"):
        deeds[deed](work)
    assert states(world) == ["sending"]


# What else is done with the whole tenant


def test_what_is_forgotten_of_a_run_leaves_its_messages_and_their_bytes(world):
    world.plan(NEITHER, 2)
    world.work_to_the_end()
    assert sum(iter(lambda: forget_done_runs(world.engine, "2027-01-01", [ROUND]), 0)) == 1
    world.store.contents.sweep_orphans()

    assert states(world) == ["delivered"] * 2
    assert [content_of(world.store, attempt) for attempt in world.attempts()] == [b"letter 0", b"letter 1"]
