"""One thing that is wrong holds no other: a large message, one channel's setting, a report of a stranger."""

from __future__ import annotations

import io
from collections import deque
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from hub.banking_calendar import FixedClock
from hub.contracts import Promise
from hub.errors import ConfigurationError, DocumentError, LedgerError, OutcomeUnknownError, TransientError
from hub.model.attempts import Finding, Probed
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import Followed, Reach, Reachable, Receipt, ReceiptKind, RouteStep
from hub.services.attempts.turn import CALL_WITHIN_S
from hub.services.delivery import accept_documents
from hub.services.delivery.kept import UNREADABLE
from hub.services.delivery.planning import Planner
from hub.services.delivery.reading import read_documents
from hub.services.runs import retry
from hub.store import contents
from hub.store.delivery import recipients
from hub.store.unit_of_work import SqlStore
from tests.flows.delivery_world import (
    NOW,
    AskableReportingChannel,
    DeliveryWorld,
    ReportingChannel,
    StubChannel,
    document,
)

LARGE = 1_500_000  # bytes: more than one part


def test_a_large_message_goes_out_with_the_others(engine, monkeypatch):
    monkeypatch.setattr(contents, "LARGEST_AT_ONCE", 1_000_000)
    letter = StubChannel(RouteStep.LETTER)
    north = DeliveryWorld(engine, letter)
    prepare = letter.prepare

    def with_large_ones(batch):
        done = prepare(batch)
        filled = [one._replace(content=one.content.ljust(LARGE) if b"big" in one.content else one.content)
                  for one in done.prepared]  # fmt: skip
        return done._replace(prepared=filled)

    letter.prepare = with_large_ones
    north.deliver(document("1"), document("big"), document("2"))

    assert sorted(letter.numbers) == ["1", "2", "big"]
    assert sorted(map(len, letter.taken))[-1] == LARGE


def test_contents_of_any_size_are_kept_in_their_order(engine, monkeypatch):
    monkeypatch.setattr(contents, "LARGEST_AT_ONCE", 1_000_000)
    store = SqlStore(engine, "north", FixedClock(NOW))
    given = [b"small", bytes(LARGE), b"other", b"small"]

    kept = store.contents.keep_all(given)
    read = store.contents.read_all({one.sha256 for one in kept})

    assert [(one.size, read[one.sha256]) for one in kept] == [(len(one), one) for one in given]
    assert kept[1] == store.contents.keep(io.BytesIO(given[1]))


def test_documents_whose_bytes_cannot_be_read_wait_for_a_person_and_hold_no_other(engine):
    kivra = StubChannel(RouteStep.KIVRA)
    north = DeliveryWorld(engine, kivra)
    kivra.goes_wrong.append(DocumentError("the reference is refused"))
    north.deliver(document("printed"))
    accept_documents(north.store, north.tenant, read_documents(map(document, ("lost", "damaged", "misfit", "good"))))
    rows = {name: north.one(name) for name in ("printed", "lost", "damaged", "misfit")}
    of_it = "WHERE upload IN (SELECT upload FROM content WHERE sha256 = :sha256)"
    misfit = north.store.contents.keep(io.BytesIO(b"{}")).sha256
    with engine.begin() as connection:
        for sha256 in (rows["printed"].pdf_sha256, rows["lost"].sha256):
            connection.execute(text(f"DELETE FROM content_part {of_it}"), {"sha256": sha256})
        damage = text(f"UPDATE content_part SET data = :data {of_it}")
        connection.execute(damage, {"data": b"no zlib", "sha256": rows["damaged"].sha256})
        connection.execute(text("UPDATE document SET sha256 = :s WHERE number = 'misfit'"), {"s": misfit})

    north.tell("send_document", document_no=rows["printed"].document_no)

    assert kivra.numbers == ["good"]
    assert north.sql("SELECT state FROM run WHERE state <> 'done'") == []
    for name, row in rows.items():
        assert (north.one(name).state, north.one(name).reason) == ("held", UNREADABLE), name
        asked = (
            f"(document {row.document_no}) is held: {UNREADABLE}; mend it, then: hub documents send {row.document_no}"
        )
        assert asked in " ".join(north.tasks()), name
    with pytest.raises(LedgerError, match=f"^document {rows['lost'].document_no}: {UNREADABLE}$"):
        Planner(north.store, north.tenant, north.channels, north, north.clock).plan(rows["lost"].document_no)
    for name, told in (("misfit", UNREADABLE), ("damaged", "missing or damaged; restore them from a backup")):
        with pytest.raises(LedgerError, match=told):
            north.tell("copy_document", f"copy {name}", document_no=rows[name].document_no)

    with engine.begin() as connection:  # as restored
        connection.execute(
            text("UPDATE document SET sha256 = :s WHERE number = 'misfit'"), {"s": rows["misfit"].sha256}
        )
    north.tell("send_document", "k2", document_no=rows["misfit"].document_no)

    assert kivra.numbers == ["good", "misfit"]


def test_a_channel_that_says_when_to_ask_again_is_not_asked_before_and_gets_its_messages(engine):
    """It says so when it is asked about the second document; the message of the first is tried after 30 s."""
    kivra = StubChannel(RouteStep.KIVRA)
    north = DeliveryWorld(engine, kivra)
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document("1"))
    kivra.reaches = TransientError("429", retry_after_s=1800)
    company = {**document()["debtor"], "name": "Bolaget AB", "identity": "5560004615"}
    north.deliver(document("2", debtor=company))
    kivra.reaches = Reach(Reachable.YES)
    north.later(minutes=29)

    assert (len(kivra.asked), kivra.numbers) == (2, ["1"])
    assert north.one("2").reason == (
        "waits for kivra: the channel kivra (whom it reaches) is left in peace until 2026-11-23 09:30:00 UTC, "
        "as it has asked for: 429"
    )
    north.later(minutes=31)
    assert sorted(kivra.numbers) == ["1", "2"]


def test_a_person_has_documents_and_reports_asked_about_at_once(engine):
    """One channel lost its answer, the next one asks to be left in peace: a retry waits for neither's time."""
    kivra, letter = StubChannel(RouteStep.KIVRA), ReportingChannel(RouteStep.LETTER)
    north = DeliveryWorld(engine, kivra, letter)
    kivra.reaches = TransientError("the answer was lost")
    letter.reaches = busy = TransientError("429", retry_after_s=21600)
    said_by_follow = deque([busy])

    def follow(cursor: str) -> Followed:
        if said_by_follow:
            raise said_by_follow.popleft()
        return Followed([], cursor)

    letter.follow = follow
    north.deliver(document("1"))
    kivra.reaches = Reach(Reachable.NO)
    retry_now(north, "deliver")
    north.follow()
    assert north.one("1").reason == "waits for letter: 429"
    assert north.sql("SELECT kind FROM run WHERE state = 'queued'") == [("deliver",), ("follow",)]

    retry_now(north, "follow")
    assert north.sql("SELECT kind FROM run WHERE state = 'queued'") == [("deliver",)]
    retry_now(north, "deliver")
    letter.reaches = Reach(Reachable.YES)
    retry_now(north, "deliver")

    assert (letter.numbers, north.one("1").state, len(letter.asked)) == (["1"], "sent", 3)


def retry_now(north: DeliveryWorld, kind: str) -> None:
    [(run_id,)] = north.sql(f"SELECT run_id FROM run WHERE kind = '{kind}' AND state = 'queued'")
    with north.store.write() as work:
        retry(work, run_id)
    north.work()


def test_whom_a_channel_reaches_is_not_asked_in_its_rest_however_many_messages_failed(engine):
    kivra = StubChannel(RouteStep.KIVRA)
    kivra.promise = Promise.IDEMPOTENT
    north = DeliveryWorld(engine, kivra)
    kivra.goes_wrong.extend([TransientError("503")] * 3 + [TransientError("429", retry_after_s=1800)])
    north.deliver(*map(document, "1234"))
    north.later(seconds=31)
    company = {**document()["debtor"], "name": "Bolaget AB", "identity": "5560004615"}
    north.deliver(document("5", debtor=company))

    assert len(kivra.asked) == 1
    assert "until 2026-11-23 09:30:31 UTC, as it has asked for: 429" in north.one("5").reason
    north.later(minutes=31)
    assert (len(kivra.asked), sorted(kivra.numbers)) == (2, ["1", "2", "3", "4", "5"])


@pytest.mark.parametrize("documents", [1, 12])
def test_a_dead_channel_that_says_when_to_come_again_gives_its_documents_to_the_next_one(engine, documents):
    kivra, letter = StubChannel(RouteStep.KIVRA), StubChannel(RouteStep.LETTER)
    kivra.promise = Promise.IDEMPOTENT
    kivra.goes_wrong.extend([TransientError("503", retry_after_s=21600)] * 1000)
    north = DeliveryWorld(engine, kivra, letter)
    north.deliver(*(document(str(number)) for number in range(documents)))
    for _ in range(6):
        assert letter.taken == []
        north.later(hours=6)

    assert (kivra.taken, len(letter.numbers)) == ([], documents)


def test_a_question_that_was_told_when_to_come_again_is_no_failure_of_weeks(engine):
    kivra = StubChannel(RouteStep.KIVRA)
    kivra.promise = Promise.IDEMPOTENT
    north = DeliveryWorld(engine, kivra)
    kivra.reaches = TransientError("429", retry_after_s=30)
    north.deliver(document("1"))
    kivra.reaches = Reach(Reachable.NO, "no")
    north.later(hours=1)
    north.clock.advance(timedelta(days=20))
    kivra.reaches = Reach(Reachable.YES)
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document("2", due_date="2027-01-30", issue_date="2026-12-13"))

    assert (north.events("channel_rests"), [task for task in north.tasks() if "has taken nothing" in task]) == ([], [])


def test_reports_wait_for_the_rest_of_messages_and_no_message_for_that_of_reports(engine):
    """It asks for an hour when it is asked for reports, and then when it is sent a message."""
    network = ReportingChannel(RouteStep.OPERATOR)
    network.promise = Promise.IDEMPOTENT
    north = DeliveryWorld(engine, network)
    said_by_follow = deque([TransientError("429", retry_after_s=3600)])
    asked: list[datetime] = []

    def follow(cursor: str) -> Followed:
        asked.append(north.clock.now())
        if said_by_follow:
            raise said_by_follow.popleft()
        return Followed([], cursor)

    network.follow = follow
    for _ in range(3):
        north.follow()
        north.clock.advance(timedelta(minutes=5))
    north.deliver(document("1"))
    assert (len(asked), network.numbers) == (1, ["1"])
    north.later(minutes=46)
    assert len(asked) == 4

    calls = len(asked)
    network.goes_wrong.append(TransientError("429", retry_after_s=3600))
    north.deliver(document("2"))
    north.follow()
    assert len(asked) == calls
    north.later(minutes=61)
    assert (len(asked), network.numbers) == (calls + 1, ["1", "2"])


def test_a_channel_in_its_rest_lets_no_other_wait_for_its_reports(engine):
    """The run goes on at once for the one that says nothing of when."""
    network, post = ReportingChannel(RouteStep.OPERATOR), ReportingChannel(RouteStep.LETTER)
    north = DeliveryWorld(engine, network, post)
    network.goes_wrong.append(TransientError("429", retry_after_s=3600))
    north.deliver(document("1"))

    def follow(cursor: str) -> Followed:
        raise TransientError("503")

    post.follow = follow
    north.follow()

    assert north.sql("SELECT problem FROM run WHERE kind = 'follow'") == [("503",)]


class TestASetting:
    """A channel that a wrong setting keeps from answering whom it reaches."""

    WRONG = ConfigurationError("Kivra does not let us in", where="plugins.kivra.client_secret")

    @pytest.fixture
    def kivra(self) -> StubChannel:
        kivra = StubChannel(RouteStep.KIVRA)
        kivra.reaches = self.WRONG
        return kivra

    @pytest.fixture
    def mail(self) -> StubChannel:
        return StubChannel(RouteStep.EMAIL)

    @pytest.fixture
    def north(self, engine: Engine, kivra: StubChannel, mail: StubChannel) -> DeliveryWorld:
        return DeliveryWorld(engine, kivra, mail, StubChannel(RouteStep.LETTER), delivery={"wait_for_reach_h": 24})

    def deliver_two(self, north: DeliveryWorld) -> None:
        """The first debtor is asked about at Kivra, the second wants a letter."""
        with north.store.write() as work:
            work.recipients.keep([KnownRecipient("5560004615", wish="letter")])
        company = {**document()["debtor"], "name": "Bolaget AB", "identity": "5560004615"}
        north.deliver(document("1"), document("2", debtor=company))

    def test_holds_no_document_that_goes_another_way(self, north):
        self.deliver_two(north)

        assert (north.one("1").state, north.one("2").channel) == ("accepted", "letter")
        assert "Kivra does not let us in" in north.one("1").reason

    def test_is_passed_by_when_it_has_been_waited_for(self, north):
        self.deliver_two(north)
        north.later(hours=25)

        assert north.one("1").channel == "letter"
        assert north.steps("1")["kivra"][0] == "skipped"

    def test_asks_a_person_until_it_is_mended(self, north, kivra):
        self.deliver_two(north)
        asked = north.tasks()
        kivra.reaches = TransientError("503: later")
        north.later(hours=1)
        still = north.tasks()
        kivra.reaches = Reach(Reachable.YES)
        north.later(hours=1)

        assert len(asked) == 1
        assert "the channel kivra cannot answer: plugins.kivra.client_secret: Kivra does not let us in" in asked[0]
        assert still == asked
        assert (north.tasks(), kivra.numbers) == ([], ["1"])


class TestStrangersReports:
    """Reports of messages that are not known, beside one whose outcome is in doubt."""

    @pytest.fixture
    def network(self) -> AskableReportingChannel:
        network = AskableReportingChannel(RouteStep.OPERATOR)
        network.settled_after_s = -CALL_WITHIN_S  # the steady clock is the machine's here, and is not waited for
        return network

    @pytest.fixture
    def north(self, engine: Engine, network: AskableReportingChannel) -> DeliveryWorld:
        """A world with one document that was taken and one that may have been."""
        north = DeliveryWorld(engine, network, StubChannel(RouteStep.LETTER))
        north.deliver(document("1"))
        network.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        north.deliver(document("2"))
        return north

    def test_hold_no_other_report(self, north, network):
        pages = {
            "": Followed([Receipt(ReceiptKind.DELIVERED, external_id="another program's")], "1", has_more=True),
            "1": Followed([Receipt(ReceiptKind.RETURNED, north.delivery_id("operator", "1"), reason="no")], "2"),
        }
        network.follow = lambda cursor: pages.get(cursor, Followed([], cursor))
        north.follow()

        assert north.one("1").channel == "letter"
        assert north.sql("SELECT cursor FROM channel_cursor") == [("2",)]

    def test_wait_until_it_is_known_whose_they_are(self, north, network):
        network.reports += [Receipt(ReceiptKind.DELIVERED, external_id=name) for name in ("x-2", "another program's")]
        north.follow()
        north.follow()
        before = (north.one("2").state, north.sql("SELECT count(*) FROM early_report"))
        network.found.append(Probed(Finding.DELIVERED, "x-2"))
        north.later(hours=1)
        north.follow()

        assert before == ("sending", [(2,)])
        assert north.one("2").state == "delivered"
        assert north.sql("SELECT count(*) FROM early_report") == [(0,)]

    @pytest.mark.parametrize("days", [0, 5])
    def test_count_when_a_person_has_found_out_that_the_message_is_theirs(self, engine, days):
        mail = ReportingChannel(RouteStep.OPERATOR)
        north = DeliveryWorld(engine, mail, StubChannel(RouteStep.LETTER))
        mail.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        north.deliver(document("2"))
        mail.reports.append(Receipt(ReceiptKind.RETURNED, external_id="x-2", reason="no such buyer"))
        north.follow()
        north.clock.advance(timedelta(days=days))
        north.follow()
        before = north.one("2").state
        north.tell("decide_attempt", attempt_no=1, verdict="delivered", external_id="x-2")
        north.later(hours=2)
        north.follow()

        assert (before, north.one("2").channel) == ("unknown", "letter")
        assert north.outcomes("operator", "2") == ["returned"]

    def test_go_after_a_month_and_are_never_many(self, north, network, monkeypatch):
        monkeypatch.setattr(recipients, "MOST_EARLY", 3)
        network.reports += [Receipt(ReceiptKind.DELIVERED, external_id=f"other-{number}") for number in range(9)]
        north.follow()
        kept = north.sql("SELECT external_id FROM early_report ORDER BY report_no")
        north.clock.advance(timedelta(days=31))
        north.follow()

        assert kept == [("other-6",), ("other-7",), ("other-8",)]
        assert north.sql("SELECT count(*) FROM early_report") == [(0,)]


def test_a_page_of_reports_is_looked_up_as_a_set(engine):
    mail = ReportingChannel(RouteStep.OPERATOR)
    north = DeliveryWorld(engine, mail)
    north.deliver(*(document(str(number)) for number in range(20)))
    mail.reports += [Receipt(ReceiptKind.UNDER_WAY, north.delivery_id("operator", str(n))) for n in range(20)]
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    north.follow()

    assert len([one for one in said if "FROM document" in one]) <= 10
