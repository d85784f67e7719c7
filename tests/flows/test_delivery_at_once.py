"""Rounds, reports and the finding of ways change documents at the same time, and never wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from bank_world import BankWorld
from sqlalchemy import Engine, event, text

from hub.errors import RejectedError, TransientError
from hub.model.delivery import AnswerKind, BuyerAnswer, Receipt, ReceiptKind, RouteStep
from hub.services import rounds
from hub.services.attempts import CLAIM, hold_messages
from hub.services.attempts.resting import hold_rest
from hub.services.delivery import apply_receipts
from hub.store.delivery.documents import SqlDocuments
from tests.flows.delivery_world import DeliveryWorld, ReportingChannel, document
from tests.flows.test_webhook_reports import Post

LOOK_S = 0.01


@pytest.fixture(autouse=True)
def _several_writers(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("one writer at a time")


@pytest.fixture
def network() -> ReportingChannel:
    return ReportingChannel(RouteStep.OPERATOR)


@pytest.fixture
def letter() -> ReportingChannel:
    return ReportingChannel(RouteStep.LETTER)


@pytest.fixture
def north(engine: Engine, network: ReportingChannel, letter: ReportingChannel) -> DeliveryWorld:
    """A world where document 1 went on from the network to the letter, and 2 is at the network."""
    north = DeliveryWorld(engine, network, letter)
    network.goes_wrong.append(RejectedError("no"))
    north.deliver(document("1"), document("2"))
    assert [north.one(number).channel for number in "12"] == ["letter", "operator"]
    return north


@pytest.fixture
def refused(engine: Engine) -> list[str]:
    """What the database refused."""
    said: list[str] = []

    def note(context: object) -> None:
        said.append(str(context.original_exception))  # type: ignore[attr-defined]

    event.listen(engine, "handle_error", note)
    return said


def in_a_thread(do: Callable[[], None], monkeypatch: pytest.MonkeyPatch, wait_s: float) -> list[threading.Thread]:
    """Let something be done at the moment when a round has read which letters are silent."""
    silent, begun = SqlDocuments.silent, list[threading.Thread]()

    def read_meanwhile(self, channel, *given):
        found = silent(self, channel, *given)
        if channel == "letter" and found and not begun:
            begun.append(threading.Thread(target=do))
            begun[0].start()
            begun[0].join(wait_s)
        return found

    monkeypatch.setattr(SqlDocuments, "silent", read_meanwhile)
    return begun


def test_a_round_and_reports_do_not_wait_for_each_other(north, network, refused, monkeypatch):
    receipts = [Receipt(ReceiptKind.DELIVERED, north.delivery_id("operator", number)) for number in "12"]

    def report() -> None:
        with north.store.write() as work:
            apply_receipts(work, "north", network, receipts)

    north.clock.advance(timedelta(hours=2))
    with north.store.write() as work:
        for name in north.channels:
            work.recipients.keep_cursor(name, "0")
        rounds.enqueue_round(work, "north", "silent")
    begun = in_a_thread(report, monkeypatch, 10)
    north.work()
    begun[0].join()

    assert refused == []
    assert (north.one("1").state, north.one("2").state) == ("held", "delivered")
    assert len(north.events("attempt_arrived_late")) == 1


def test_who_changes_documents_has_claimed_that_first(engine, north, network, letter):
    claimed: set[object] = set()
    unclaimed: list[str] = []

    def note(connection, _cursor, statement, parameters, *_more) -> None:
        if "pg_advisory_xact_lock" in statement and CLAIM in str(parameters):
            claimed.add(connection)
        if statement.startswith("UPDATE document ") and connection not in claimed:
            unclaimed.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", lambda connection: claimed.discard(connection))
    event.listen(engine, "rollback", lambda connection: claimed.discard(connection))
    network.reaches = TransientError("503")
    north.deliver(document("3"))  # waits
    network.carries = letter.carries = frozenset()
    north.deliver(document("4"))  # is held
    north.later(hours=2)
    north.follow()
    north.later(hours=1)  # the others are silent
    states = [north.one(number).state for number in "1234"]

    assert (unclaimed, states) == ([], ["held", "held", "held", "held"])


class Turn(threading.Thread):
    """A turn of a channel that writes what it heard: rows of messages, that of the channel, then the task of a person.

    When it has the messages, or without any the channel, it lets somebody else begin, and goes on when that waits.
    """

    def __init__(self, world: DeliveryWorld | BankWorld, channel: str, *exchanges: int | None) -> None:
        super().__init__()
        self._world = world
        self._channel = channel
        self._exchanges = [number for number in exchanges if number is not None]
        self.holds = threading.Event()
        self.may_go_on = threading.Event()

    def run(self) -> None:
        with self._world.store.write() as work:
            if self._exchanges:
                hold_messages(work, self._exchanges)
            else:
                hold_rest(work, self._channel)
            self.holds.set()
            while not self.may_go_on.is_set() and not self._somebody_waits():
                threading.Event().wait(LOOK_S)
            hold_rest(work, self._channel)
            work.commands.open_task("unknown_attempt", "0:1", "a message may have arrived")

    def _somebody_waits(self) -> bool:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with self._world.engine.connect() as connection:
            return bool(connection.execute(text(asked)).scalar_one())


@contextmanager
def beside(turn: Turn) -> Iterator[None]:
    """Do something while a turn is about to write."""
    turn.start()
    assert turn.holds.wait(10)
    try:
        yield
    finally:
        turn.may_go_on.set()
        turn.join()


def test_a_late_proof_and_a_turn_do_not_wait_for_each_other(north, network, refused):
    proof = Receipt(ReceiptKind.DELIVERED, north.delivery_id("operator", "1"))

    with beside(Turn(north, "operator")), north.store.write() as work:
        apply_receipts(work, "north", network, [proof])

    assert refused == []
    assert [kind for (kind,) in north.sql("SELECT kind FROM task ORDER BY kind")] == ["late_attempt", "unknown_attempt"]


def test_reports_with_answers_and_a_turn_do_not_wait_for_each_other(north, network, refused):
    north.deliver(document("3"))
    network.reports = [Receipt(ReceiptKind.STOPPED, north.delivery_id("operator", "2"), reason="no such account")]
    network.answers = [BuyerAnswer(AnswerKind.ACCEPTED, north.delivery_id("operator", "3"))]

    with beside(Turn(north, "operator", north.one("3").exchange_no)):
        north.follow()

    assert refused == []
    assert [north.one(number).state for number in "23"] == ["held", "delivered"]


def test_notices_read_together_and_a_turn_do_not_wait_for_each_other(engine, refused):
    post = Post(engine)
    post.world.deliver(document("1"), document("2"))
    for number, kind in (("1", "stopped"), ("2", "delivered")):
        post.notify({"kind": kind, "delivery_id": post.world.delivery_id("kivra", number)}, notice_id=number)

    with beside(Turn(post.world, "kivra", post.world.one("2").exchange_no)):
        post.read()

    assert refused == []
    assert [post.world.one(number).state for number in "12"] == ["held", "delivered"]
