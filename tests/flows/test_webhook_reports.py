"""What kept notices report of documents is written by the run that reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from delivery_world import DeliveryWorld, ReportingChannel, StubChannel, document
from sqlalchemy import Engine

from hub.contracts import PaymentNotice
from hub.errors import ConfigurationError, FormatError, LedgerError, OutcomeUnknownError
from hub.model.delivery import Receipt, ReceiptKind, RouteStep
from hub.runtime.carrying import Carried, Carrier, Ending
from hub.services.webhooks import RUN_KIND, Notice, OfPlugin, WebhookRun, interpreting, keep_notice, read_again


class Receiver:
    """Reads what a test writes: a list of reports and payments."""

    name = "stub"
    is_broken = False
    is_shut = False

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        return headers["id"]

    def interpret(self, body: bytes) -> Sequence[Receipt | PaymentNotice]:
        if self.is_broken:
            raise ZeroDivisionError("Test Testsson")
        if self.is_shut:
            raise ConfigurationError("its secret is not there", where="plugins.stub.secret")
        try:
            said = json.loads(body)
        except ValueError:
            raise FormatError("it is no JSON", code="NOTICE_UNREADABLE") from None
        return [
            PaymentNotice(**one) if "state" in one else Receipt(**{**one, "kind": ReceiptKind(one["kind"])})
            for one in said
        ]


class Post:
    """A tenant with a channel whose other side posts notices."""

    def __init__(self, engine: Engine) -> None:
        self.channel = ReportingChannel(RouteStep.KIVRA)
        self.letter = StubChannel(RouteStep.LETTER)
        self.world = DeliveryWorld(engine, self.channel, self.letter)
        self.receiver = Receiver()
        receivers = {"stub": OfPlugin(self.receiver, [self.channel])}
        self.world.more_bodies[RUN_KIND] = WebhookRun(self.world.store, self.world.tenant, receivers)

    def notify(self, *said: dict[str, object], notice_id: str = "n1", body: bytes = b"") -> bool:
        notice = Notice("stub", "stub", notice_id, body or json.dumps(said).encode())
        return keep_notice(self.world.store, notice)

    def read(self) -> list[Carried]:
        """Carry out the runs that read notices."""
        carrier = Carrier(self.world.store, self.world.more_bodies)
        with self.world.store.read() as work:
            queued = [run.run_id for run in work.runs.unfinished() if run.kind == RUN_KIND]
        return [carrier.carry_out(run_id) for run_id in queued]

    def notices(self) -> dict[str, str]:
        """Return where each notice stands, by its id."""
        found = self.world.sql(
            "SELECT idempotency_key, state FROM exchange WHERE kind = 'webhook' ORDER BY exchange_no"
        )
        return {str(key).partition(":")[2]: str(state) for key, state in found}


@pytest.fixture
def post(engine: Engine) -> Post:
    return Post(engine)


def test_a_report_of_delivery_by_the_other_sides_name_delivers_the_document(post: Post) -> None:
    post.world.deliver(document())
    assert post.world.one().state == "sent"

    post.notify({"kind": "delivered", "external_id": "kivra-1"})
    post.read()

    assert post.world.one().state == "delivered"
    assert post.notices() == {"n1": "read"}
    assert len(post.world.events("document_delivered")) == 1


def test_a_report_that_it_came_back_lets_the_next_channel_take_it(post: Post) -> None:
    post.world.deliver(document())

    post.notify({"kind": "returned", "delivery_id": post.world.delivery_id("kivra"), "reason": "moved"})
    post.read()
    post.world.work()

    assert post.letter.numbers == ["1001"]
    assert post.world.steps()["kivra"] == ("returned", "moved")


def test_a_report_before_we_know_the_message_waits_until_we_do(post: Post) -> None:
    post.notify({"kind": "delivered", "external_id": "kivra-1"})
    (early,) = post.read()

    assert early.ending is Ending.WAITS
    assert post.notices() == {"n1": "received"}
    post.world.deliver(document())
    post.read()
    assert post.notices() == {"n1": "read"}
    assert post.world.one().state == "delivered"


def test_a_report_waits_as_long_as_a_message_is_in_doubt_that_it_may_be_about(post: Post) -> None:
    post.channel.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    post.world.deliver(document())
    post.notify({"kind": "returned", "external_id": "x-1"})
    post.world.clock.advance(timedelta(days=5))
    post.read()
    waiting = post.notices()
    post.world.tell("decide_attempt", attempt_no=1, verdict="delivered", external_id="x-1")
    post.read()
    post.world.work()

    assert (waiting, post.notices()) == ({"n1": "received"}, {"n1": "read"})
    assert (post.world.one().channel, post.letter.numbers) == ("letter", ["1001"])


def test_a_report_of_no_message_of_ours_is_closed_in_the_end(post: Post) -> None:
    post.notify({"kind": "delivered", "external_id": "another's"})
    post.read()
    post.world.clock.advance(timedelta(seconds=interpreting.PATIENCE_S))
    (done,) = post.read()

    assert done.ending is Ending.DONE
    assert post.notices() == {"n1": "read"}


def test_runs_that_wait_for_messages_do_not_pile_up(post: Post) -> None:
    for number in range(4):
        post.notify({"kind": "delivered", "external_id": f"unknown-{number}"}, notice_id=f"n{number}")
        post.read()
    with post.world.store.read() as work:
        assert len([run for run in work.runs.unfinished() if run.kind == RUN_KIND]) == 1


def test_a_payment_is_announced_with_the_document_that_it_is_of(post: Post) -> None:
    post.world.deliver(document())
    said = {"state": "settled", "external_id": "kivra-1", "amount_ore": 12500, "currency": "SEK", "reference": "10017"}

    post.notify(said)
    post.read()

    (told,) = post.world.events("payment_announced")
    assert told == {
        "state": "settled",
        "receiver": "stub",
        "exchange_no": told["exchange_no"],
        "external_id": "kivra-1",
        "reference": "10017",
        "amount_ore": 12500,
        "currency": "SEK",
        "channel": "kivra",
        "document_no": post.world.one().document_no,
        "company": post.world.one().company,
        "number": "1001",
        "version": post.world.one().version,
    }
    assert post.world.one().state == "sent"  # it is information


def test_a_notice_is_told_once_however_often_its_run_is_carried_out(post: Post) -> None:
    post.notify({"state": "settled", "external_id": "c", "amount_ore": 1, "currency": "SEK"})
    (run_id,) = [str(row[0]) for row in post.world.sql("SELECT run_id FROM run WHERE kind = 'webhook'")]
    post.read()
    with post.world.store.write() as work:
        work.runs.change(work.runs.get(run_id).run_no, state="queued")  # type: ignore[union-attr]
    post.read()

    assert len(post.world.events("payment_announced")) == 1


@pytest.mark.parametrize("cause", ["off", "setting"])
def test_what_a_setting_keeps_from_being_read_waits_and_is_read_by_itself(post: Post, cause: str) -> None:
    post.world.deliver(document())
    paid = {"state": "settled", "external_id": "kivra-1", "amount_ore": 12500, "currency": "SEK"}
    post.notify({"kind": "delivered", "external_id": "kivra-1"}, paid)
    reading = post.world.more_bodies[RUN_KIND]
    if cause == "off":
        post.world.more_bodies[RUN_KIND] = WebhookRun(post.world.store, post.world.tenant, {})
    post.receiver.is_shut = True
    (carried,) = post.read()
    waiting = (carried.ending, post.notices(), post.world.one().state)
    (task,) = post.world.tasks()
    post.world.more_bodies[RUN_KIND] = reading
    post.receiver.is_shut = False
    post.read()

    assert waiting == (Ending.WAITS, {"n1": "received"}, "sent")
    assert "notices to stub wait" in task
    assert (post.notices(), post.world.one().state, post.world.tasks()) == ({"n1": "read"}, "delivered", [])
    assert (post.world.events("webhook_quarantined"), len(post.world.events("payment_announced"))) == ([], 1)


def test_a_receiver_that_is_off_holds_no_other(post: Post) -> None:
    post.world.deliver(document())
    keep_notice(post.world.store, Notice("gone", "gone", "n0", b"[]"))
    post.notify({"kind": "delivered", "external_id": "kivra-1"})
    post.read()

    assert (post.notices(), post.world.one().state) == ({"n0": "received", "n1": "read"}, "delivered")


def test_a_defect_of_a_receiver_puts_its_notice_aside_without_its_words(post: Post) -> None:
    post.receiver.is_broken = True
    post.notify()
    (carried,) = post.read()

    assert carried.ending is Ending.DONE
    assert post.notices() == {"n1": "quarantined"}
    (task,) = post.world.tasks()
    assert "ZeroDivisionError" in task
    assert "Testsson" not in task
    post.receiver.is_broken = False
    with post.world.store.write() as work:
        read_again(work, "north", work.exchanges.oldest(kind="webhook", state="quarantined")[0])
    post.read()
    assert post.notices() == {"n1": "read"}
    assert post.world.tasks() == []


def test_a_notice_that_cannot_be_written_stops_no_other(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.world.deliver(document())
    really = interpreting.apply_receipts

    def applied(*given: object) -> int:
        if "poison" in str(given):
            raise LedgerError("a defect")
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(interpreting, "apply_receipts", applied)
    post.notify({"kind": "delivered", "external_id": "kivra-1"}, notice_id="good")
    post.notify({"kind": "delivered", "external_id": "poison"}, notice_id="bad")
    post.read()

    assert post.notices() == {"good": "read", "bad": "quarantined"}
    assert post.world.one().state == "delivered"
    assert len(post.world.events("document_delivered")) == 1


def test_an_id_that_no_index_takes_is_known_by_its_hash(post: Post) -> None:
    assert post.notify(notice_id="x" * 5000)
    assert not post.notify(notice_id="x" * 5000)
    assert post.notify(notice_id="\0")
    assert not post.notify(notice_id="\0")
