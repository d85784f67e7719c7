"""A document goes one way at a time: accepted once, rendered once, on the next channel only when it did not arrive."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.errors import DataError, DocumentError, OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.model.attempts import Finding, Probed
from hub.model.delivery import Reach, Reachable, Receipt, ReceiptKind, RouteStep, Silence, Unfit
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.services.attempts.turn import CALL_WITHIN_S
from hub.services.delivery import accept_documents
from hub.services.delivery.reading import read_documents
from hub.services.runs import cancel, retry
from hub.store.unit_of_work import SqlStore
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.flows.delivery_world import (
    AskableReportingChannel,
    DeliveryWorld,
    ReportingChannel,
    StubChannel,
    document,
)

NO = Reach(Reachable.NO, "not a customer there")

ACCOUNTS = {"2": "bankgiro:991-2346", "3": "bankgiro:9912346", "4": "bankgiro:5050-1055", "5": "foo"}
DEBT = {"number": "040000301", "open": "100.00"}
MISSING_IN_LETTER = "reference: the bank refuses payments without one: give it, or one for each claim or instalment"


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER, price_ore=900)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel, letter: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra, letter)


def test_a_document_goes_by_the_first_channel_that_reaches_its_debtor(north, kivra, letter):
    (accepted,) = north.deliver(document())

    assert accepted.is_new
    assert (north.one().state, north.one().channel, north.one().price_ore) == ("delivered", "kivra", 300)
    assert (kivra.numbers, letter.numbers) == (["1001"], [])
    assert north.tasks() == []


def test_the_same_document_again_changes_nothing(north, kivra):
    first, second = (north.deliver(document())[0] for _ in range(2))

    assert (second.document_no, second.is_new, second.problem) == (first.document_no, False, "")
    assert (kivra.numbers, north.rendered) == (["1001"], ["1001"])


def test_other_content_under_the_same_key_is_refused(north, kivra):
    north.deliver(document())

    (refused,) = north.deliver(document(lines=[{"text": "Water", "amount": "200.00"}]))

    assert "raise its version" in refused.problem
    assert kivra.numbers == ["1001"]


def test_one_bad_document_holds_no_other(north, kivra):
    accepted = north.deliver(document("1"), {"number": "2"}, document("3", lines=[]), document("4"))

    assert [bool(one.problem) for one in accepted] == [False, True, True, False]
    assert "issue_date" in accepted[1].problem
    assert sorted(kivra.numbers) == ["1", "4"]


def test_the_next_channel_takes_what_one_does_not_reach(north, kivra, letter):
    kivra.reaches = NO

    north.deliver(document())

    assert (letter.numbers, north.one().channel) == (["1001"], "letter")
    assert north.steps()["kivra"] == ("skipped", "not a customer there")


def test_the_next_channel_takes_what_one_refuses(north, kivra, letter):
    kivra.goes_wrong.append(RejectedError("the recipient has left"))

    north.deliver(document())

    assert (kivra.numbers, letter.numbers) == ([], ["1001"])
    assert north.steps() == {
        "kivra": ("refused", "the recipient has left"),
        "letter": ("delivered", "it reaches the debtor"),
    }


def test_the_next_channel_takes_what_one_cannot_carry(north, kivra, letter):
    kivra.unfit["1001"] = Unfit("", "the document is larger than 1 MB")

    north.deliver(document("1000"), document(), document("1002"))

    assert (sorted(kivra.numbers), letter.numbers) == (["1000", "1002"], ["1001"])
    assert north.rendered == ["1000", "1001", "1002"]


def test_what_may_have_arrived_goes_no_further(north, kivra, letter):
    kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))

    north.deliver(document())

    assert (north.one().state, letter.numbers) == ("unknown", [])
    assert "only a person can find out" in north.tasks()[0]


def test_a_person_who_says_it_did_not_arrive_lets_it_go_on(north, kivra, letter):
    kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    north.deliver(document())

    north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")

    assert (north.one().state, north.one().channel, letter.numbers) == ("delivered", "letter", ["1001"])
    assert north.tasks() == []


def test_a_person_who_says_it_did_arrive_ends_it(north, kivra, letter):
    kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    north.deliver(document())

    north.tell("decide_attempt", attempt_no=1, verdict="delivered")

    assert (north.one().state, north.one().channel, letter.numbers) == ("delivered", "kivra", [])


def test_a_document_that_is_wrong_goes_by_no_channel(north, kivra, letter):
    kivra.goes_wrong.append(DocumentError("the reference is refused"))

    north.deliver(document())

    assert (north.one().state, north.one().price_ore, letter.numbers) == ("held", 0, [])  # refused: not charged
    (asked,) = north.tasks()
    assert "version 2, which closes this one (hub deliver)" in asked  # sent anew it would be as wrong as before
    assert "hub documents send" not in asked
    assert "hub documents close 1" in asked

    north.deliver(document(version=2))

    assert north.sql("SELECT state FROM document ORDER BY document_no") == [("closed",), ("delivered",)]
    assert north.tasks() == []


def test_what_no_channel_takes_waits_for_a_person_with_the_reasons(north, kivra, letter):
    kivra.reaches, letter.unfit["1001"] = NO, Unfit("", "line 2 of the address is blank")

    north.deliver(document())

    assert north.one().state == "held"
    assert "letter: line 2 of the address is blank; kivra: not a customer there" in north.one().reason
    (asked,) = north.tasks()
    assert "where the document is wrong, hand it over mended as version 2" in asked
    assert "where a setting or the register is, mend that, then: hub documents send 1" in asked


def test_what_no_channel_was_given_is_mended_in_the_register_or_a_setting(north, kivra, letter):
    kivra.reaches = letter.reaches = NO

    north.deliver(document())

    assert "; mend it, then: hub documents send 1; or say" in north.tasks()[0]


def test_what_cannot_be_printed_waits_for_a_person(north, kivra):
    north.unprintable.add("1001")

    north.deliver(document(), document("1002"))

    assert (north.one().state, north.one().reason) == ("held", "a line is longer than a page")
    assert "version 2" in north.tasks()[0]
    assert "hub documents send" not in north.tasks()[0]
    assert kivra.numbers == ["1002"]


def test_a_person_has_a_held_document_sent_anew(north, kivra, letter):
    kivra.reaches, letter.unfit["1001"] = NO, Unfit("", "line 2 of the address is blank")
    north.deliver(document())
    letter.unfit.clear()

    north.tell("send_document", document_no=1)

    assert (north.one().state, letter.numbers, north.tasks()) == ("delivered", ["1001"], [])


def test_a_person_has_it_sent_by_a_channel_that_refused_it_before(north, kivra, letter):
    kivra.goes_wrong.append(DocumentError("the reference is refused"))
    north.deliver(document())

    north.tell("send_document", document_no=1, channel="kivra")

    assert (north.one().state, kivra.numbers, letter.numbers) == ("delivered", ["1001"], [])
    assert north.one().price_ore == 300  # once


def test_what_a_person_has_seen_to_is_closed(north, kivra, letter):
    kivra.goes_wrong.append(DocumentError("the reference is refused"))
    north.deliver(document())

    north.tell("close_document", document_no=1, remark="sent by hand")

    assert (north.one().state, north.one().reason, north.tasks()) == ("closed", "anna: sent by hand", [])
    with pytest.raises(RuleViolation, match="only a held"):
        north.tell("send_document", key="k2", document_no=1)


def test_a_command_about_no_document_says_so(north):
    with pytest.raises(DataError, match="there is no document 7"):
        north.tell("close_document", document_no=7)


def test_an_answer_about_reach_is_kept_for_a_day(north, kivra):
    north.deliver(document("1"), document("2"))
    north.deliver(document("3"))
    north.later(hours=25)
    north.deliver(document("4"))

    assert kivra.asked == [["191212121212"], ["191212121212"]]


def test_a_debtor_who_joins_later_is_found_by_the_next_invoice(north, kivra, letter):
    kivra.reaches = NO
    north.deliver(document("1"))
    kivra.reaches = Reach(Reachable.YES)
    north.later(hours=25)

    north.deliver(document("2"))

    assert (letter.numbers, kivra.numbers) == (["1"], ["2"])


@pytest.mark.parametrize("kind", ["credit_note", "cancellation_notice"])
def test_what_is_not_paid_may_name_the_account_and_a_wrong_one_stops_nothing_else(north, kivra, kind):
    about = {"kind": kind, "credits_number": "1"}
    named = [document(number, **about, reference="", payee_account=account) for number, account in ACCOUNTS.items()]

    accepted = north.deliver(document("1"), *named, document("9"))

    assert [one.problem.partition(":")[0] for one in accepted] == ["", "", "", "payee_account", "payee_account", ""]
    assert sorted(kivra.numbers) == ["1", "2", "3", "9"]


def test_one_run_waits_for_a_channel_however_often_documents_are_handed_over(north, kivra, letter):
    kivra.reaches = TransientError("503: later")
    for number in ("1", "2", "3"):
        north.deliver(document(number))
    assert north.sql("SELECT state, count(*) FROM run WHERE kind = 'deliver' GROUP BY state ORDER BY state") == [
        ("done", 2),
        ("queued", 1),
    ]

    kivra.reaches = Reach(Reachable.YES)
    north.later(minutes=16)

    assert (sorted(kivra.numbers), letter.numbers) == (["1", "2", "3"], [])


def test_a_channel_that_cannot_say_is_waited_for_and_then_passed_by(north, kivra, letter):
    kivra.reaches = TransientError("503: later")

    north.deliver(document())
    waits = north.one()
    north.later(hours=1)
    kivra.reaches = Reach(Reachable.YES)
    north.deliver(document("1002"))
    kivra.reaches = TransientError("503: later")
    north.later(hours=25)

    assert (waits.state, waits.reason) == ("accepted", "waits for kivra: 503: later")
    assert sorted(kivra.numbers + letter.numbers) == ["1001", "1002"]


def test_many_documents_go_in_one_message_where_the_channel_takes_them_so(north, kivra, letter):
    kivra.reaches, letter.at_once = NO, 3

    north.deliver(*(document(str(number)) for number in range(1, 8)))

    assert len(letter.taken) == 3
    assert sorted(letter.numbers) == [str(number) for number in range(1, 8)]
    assert {row[0] for row in north.sql("SELECT state FROM document")} == {"delivered"}


def test_the_feed_tells_what_became_of_a_document_and_names_nobody(north, kivra):
    north.deliver(document())

    told = [north.events(kind) for kind in ("document_accepted", "document_sent", "document_delivered")]
    assert [len(events) for events in told] == [1, 1, 1]
    assert told[1][0]["channel"] == "kivra"
    assert "Testsson" not in str(told)


EMAILED = {**document()["debtor"], "email": "test@example.se", "email_consent": True}


class TestReports:
    """Channels whose other side says later what became of a document."""

    @pytest.fixture
    def post(self) -> ReportingChannel:
        return ReportingChannel(RouteStep.EMAIL)

    @pytest.fixture
    def north(self, engine: Engine, post: ReportingChannel, letter: StubChannel) -> DeliveryWorld:
        return DeliveryWorld(engine, post, letter)

    def send(self, north: DeliveryWorld) -> str:
        debtor = {**document()["debtor"], "email": "test@example.se", "email_consent": True}
        north.deliver(document(debtor=debtor))
        return north.delivery_id("email")

    def test_what_was_taken_is_sent_and_arrives_by_its_report(self, north, post):
        delivery_id = self.send(north)
        sent = north.one()
        post.reports.append(Receipt(ReceiptKind.DELIVERED, delivery_id))
        north.follow()

        assert (sent.state, north.one().state) == ("sent", "delivered")

    def test_what_comes_back_goes_by_the_next_channel(self, north, post, letter):
        post.reports.append(Receipt(ReceiptKind.RETURNED, self.send(north), reason="5.1.1 no such mailbox"))
        north.follow()

        assert (north.one().channel, letter.numbers) == ("letter", ["1001"])
        assert north.steps()["email"] == ("returned", "5.1.1 no such mailbox")
        assert len(north.events("document_returned")) == 1

    def test_the_same_report_again_changes_nothing(self, north, post, letter):
        report = Receipt(ReceiptKind.RETURNED, self.send(north), reason="5.1.1 no such mailbox")
        post.reports += [report, report]
        north.follow()
        post.reports.append(report)
        north.follow()

        assert letter.numbers == ["1001"]

    def test_an_address_that_does_not_work_is_not_used_for_the_next_document(self, north, post, letter):
        returned = Receipt(ReceiptKind.RETURNED, self.send(north), reason="5.1.1", is_bad_address=True)
        post.reports.append(returned)
        north.follow()
        debtor = {**document()["debtor"], "email": "TEST@example.se", "email_consent": True}
        north.deliver(document("1002", debtor=debtor), document("1003", debtor={**debtor, "email": "new@example.se"}))

        assert letter.numbers == ["1001", "1002"]
        assert "came back" in north.steps("1002")["email"][1]
        assert post.numbers == ["1001", "1003"]

    def test_an_address_that_a_person_has_tried_again_is_used_again(self, north, post, letter):
        post.reports.append(Receipt(ReceiptKind.RETURNED, self.send(north), reason="5.2.2", is_bad_address=True))
        letter.unfit = {number: Unfit("", "no address") for number in ("1001", "1002")}
        north.follow()
        debtor = {**document()["debtor"], "email": "test@example.se", "email_consent": True}
        north.deliver(document("1002", debtor=debtor))
        before = (north.one("1002").state, north.steps("1002")["email"][0])
        north.tell("send_document", document_no=2, channel="email")
        north.deliver(document("1003", debtor=debtor))

        assert before == ("held", "skipped")
        assert post.numbers == ["1001", "1002", "1003"]

    def test_a_report_by_what_the_other_side_calls_it_is_found(self, north, post):
        self.send(north)
        post.reports.append(Receipt(ReceiptKind.DELIVERED, external_id="email-1"))
        north.follow()

        assert north.one().state == "delivered"

    @pytest.mark.parametrize("kind", [ReceiptKind.DELIVERED, ReceiptKind.UNDER_WAY])
    def test_a_report_settles_what_was_in_doubt(self, north, post, letter, kind):
        post.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        delivery_id = self.send(north)
        unknown = north.one()
        post.reports += [Receipt(kind, delivery_id), Receipt(ReceiptKind.DELIVERED, delivery_id)]
        north.follow()

        assert (unknown.state, north.one().state, letter.numbers) == ("unknown", "delivered", [])
        assert north.tasks() == []
        assert north.sql("SELECT state FROM attempt") == [("delivered",)]
        assert [event["message"] for event in north.events("attempt_delivered")] == [f"email:{delivery_id}"]

    def test_a_return_of_what_was_in_doubt_goes_by_the_next_channel(self, north, post, letter):
        post.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        post.reports.append(Receipt(ReceiptKind.RETURNED, self.send(north), reason="5.1.1 no such mailbox"))
        north.follow()

        assert (north.one().channel, letter.numbers, north.tasks()) == ("letter", ["1001"], [])

    @pytest.mark.parametrize("delivery_id", ["", "1", "1-0", "x-y", "9" * 30 + "-1", "2-abcdef"])
    def test_a_report_of_something_else_changes_nothing(self, north, post, delivery_id):
        self.send(north)
        post.reports.append(Receipt(ReceiptKind.RETURNED, delivery_id, external_id="no such"))
        north.follow()

        assert north.one().state == "sent"

    def test_a_document_that_was_stopped_waits_for_a_person(self, north, post, letter):
        post.reports.append(Receipt(ReceiptKind.STOPPED, self.send(north), reason="sender not approved"))
        north.follow()

        assert (north.one().state, letter.numbers) == ("held", [])

    def test_silence_asks_a_person_where_it_means_nothing(self, north):
        self.send(north)
        north.later(hours=2)
        north.follow()

        assert (north.one().state, north.one().reason[:29]) == ("held", "email: no report came in time")

    def test_what_nothing_was_heard_of_is_sent_again_when_a_person_says_so(self, north, post):
        first = self.send(north)
        north.later(hours=2)
        north.follow()
        north.tell("send_document", document_no=1)
        post.reports.append(Receipt(ReceiptKind.DELIVERED, first))  # late, of what is no longer waited for
        north.follow()

        assert (post.numbers, north.one().state) == (["1001", "1001"], "sent")
        assert north.delivery_id("email") != first

    def test_silence_means_delivered_where_only_what_comes_back_is_reported(self, north, post):
        post.silence = Silence.DELIVERED
        self.send(north)
        north.later(minutes=59)
        north.follow()
        before = north.one().state
        north.later(minutes=2)
        north.follow()

        assert (before, north.one().state) == ("sent", "delivered")

    def test_silence_says_nothing_where_nobody_has_asked_and_a_person_is_told_so(self, north, post):
        post.silence = Silence.DELIVERED
        self.send(north)
        north.follow()
        north.later(hours=2)
        (told,) = north.tasks()
        before = north.one().state
        north.follow()

        assert "it has not told since 2026-11-23 09:00 UTC what became of them: either nobody has asked it, or" in told
        assert (before, north.one().state) == ("sent", "delivered")
        assert north.tasks() == []

    def test_silence_says_nothing_where_a_channel_was_asked_and_did_not_answer(self, north, post):
        post.silence = Silence.DELIVERED
        self.send(north)
        north.later(hours=2)
        answer, post.follow = post.follow, self.not_now
        north.follow()
        north.later(minutes=1)

        (told,) = north.tasks()
        assert north.one().state == "sent"
        assert "it has not told yet what became of them: either nobody has asked it, or it was asked" in told

        post.follow = answer
        north.follow()
        assert (north.one().state, north.tasks()) == ("delivered", [])

    @staticmethod
    def not_now(_cursor):
        raise TransientError("the line is busy")

    def test_what_a_channel_took_that_is_turned_off_waits_for_it(self, north, post):
        post.silence = Silence.DELIVERED
        del north.channels["email"]
        north.channels["email"] = post
        accept_documents(north.store, north.tenant, read_documents([document(debtor=EMAILED)]))
        north.work(without={"email"})
        before = north.one().state
        north.later(minutes=1)

        assert (before, north.one().state) == ("sending", "sent")

    def test_a_late_bounce_of_what_counted_as_delivered_still_goes_on(self, north, post, letter):
        post.silence = Silence.DELIVERED
        delivery_id = self.send(north)
        north.later(hours=2)
        post.reports.append(Receipt(ReceiptKind.RETURNED, delivery_id, reason="5.1.1"))
        north.follow()

        assert (north.one().channel, letter.numbers) == ("letter", ["1001"])

    def test_a_report_that_cannot_be_read_asks_a_person_once(self, north, post):
        post.reports.append(Receipt(ReceiptKind.DELIVERED, self.send(north)))
        post.problems.append("line 3 of ack-1.csv has no status")
        north.follow()
        post.reports.append(Receipt(ReceiptKind.DELIVERED, "9-none"))
        north.follow()

        assert [task for task in north.tasks() if "line 3" in task] == [
            "a report to the channel email cannot be read: line 3 of ack-1.csv has no status; "
            "when you have looked at it: hub documents seen with the number of this task"
        ]

    def test_reports_of_another_tenant_are_not_ours(self, north, post, engine):
        delivery_id = self.send(north)
        other = DeliveryWorld(engine, post)
        other.store = SqlStore(engine, "south", other.clock)
        with other.store.read() as work:
            assert work.documents.steps([int(delivery_id.partition("-")[0])]) == []


def test_a_report_that_comes_before_it_is_known_whose_it_is_waits(engine: Engine):
    network = AskableReportingChannel(RouteStep.OPERATOR)
    network.settled_after_s = -CALL_WITHIN_S  # the steady clock is the machine's here, and is not waited for
    north = DeliveryWorld(engine, network)
    network.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    north.deliver(document())
    network.reports += [Receipt(ReceiptKind.DELIVERED, external_id=name) for name in ("x-1", "another program's")]
    north.follow()
    network.found.append(Probed(Finding.DELIVERED, "x-1"))
    north.later(hours=1)
    sent = north.one()
    north.follow()

    assert (sent.state, north.one().state) == ("sent", "delivered")
    assert north.sql("SELECT count(*) FROM channel_cursor WHERE cursor <> ''") == [(1,)]


def test_a_cancelled_run_leaves_its_documents_to_a_person_and_takes_them_back(north, kivra, letter):
    kivra.goes_wrong.append(TransientError("503: later"))
    north.deliver(document())
    run_id = north.sql("SELECT run_id FROM run WHERE kind = 'send'")[0][0]
    with north.store.write() as work:
        cancel(work, run_id)
    north.later(minutes=1)
    held = north.one()
    with north.store.write() as work:
        retry(work, run_id)
    north.later(minutes=1)

    assert (held.state, letter.numbers) == ("held", [])
    assert (north.one().state, kivra.numbers, north.tasks()) == ("delivered", ["1001"], [])


def test_what_a_person_closes_while_its_message_is_made_is_not_sent(north, kivra):
    prepare, closed = kivra.prepare, []

    def close_meanwhile(batch):
        if not closed:
            closed.append(True)
            with north.store.write() as work:
                was = north.one()
                work.documents.change(was._replace(state="closed"), was=was)
        return prepare(batch)

    kivra.prepare = close_meanwhile
    north.deliver(document(), document("1002"))
    north.later(minutes=1)

    assert (north.one().state, kivra.numbers) == ("closed", ["1002"])


def test_the_price_is_of_every_channel_that_took_it(engine, letter):
    letter.price_ore = 900
    mail, kivra = ReportingChannel(RouteStep.EMAIL, price_ore=5), StubChannel(RouteStep.KIVRA, price_ore=300)
    north = DeliveryWorld(engine, kivra, mail, letter)
    kivra.goes_wrong.append(RejectedError("the recipient has left"))
    debtor = {**document()["debtor"], "email": "test@example.se", "email_consent": True}
    north.deliver(document(debtor=debtor))
    before = north.one().price_ore
    mail.reports.append(Receipt(ReceiptKind.RETURNED, north.delivery_id("email"), reason="5.1.1"))
    north.follow()

    assert (before, north.one().price_ore) == (5, 905)


class TestReferences:
    """The reference that the payer is to write."""

    @pytest.fixture
    def north(self, engine, kivra):
        return DeliveryWorld(engine, kivra)

    def complete(self, north, level, **changes):
        elements = [{"kind": "invoice_number", "width": 9}]
        rule = {"control": {"level": level}, "elements": elements}
        north.tenant = Tenant.model_validate(tenant_settings(company_settings(references={"giro": rule})))
        (accepted,) = north.deliver({**document("040000301"), **changes})
        if accepted.problem:
            return accepted.problem
        sha256 = north.one("040000301").sha256 if "number" not in changes else north.one(changes["number"]).sha256
        return Document.model_validate_json(north.store.contents.read_all([sha256])[sha256]).reference

    def test_is_made_by_the_companys_rule_where_none_is_given(self, north):
        assert self.complete(north, "length_digit", reference="") == "04000030116"

    def test_that_cannot_be_made_is_asked_for_where_the_bank_refuses_payments_without_one(self, north):
        problem = self.complete(north, "check_digit", reference="", number="F-2026-ABC")

        assert problem == (
            "reference: the bank refuses payments without one: give it, or a number that one can be made of"
        )

    def test_that_the_bank_would_take_without_one_stays_blank(self, north):
        assert self.complete(north, "soft", reference="", number="F-2026-ABC") == ""

    def test_of_a_direct_debit_is_never_made(self, north):
        assert self.complete(north, "length_digit", reference="", kind="direct_debit_invoice") == ""

    @pytest.mark.parametrize("kind", ["reminder", "demand", "residual_demand", "warning"])
    def test_of_a_letter_that_the_bank_would_refuse_are_refused_each_with_its_place(self, north, kind):
        wrong = {**DEBT, "reference": "0400003019"}
        claims = [{**DEBT, "reference": "04000-03018"}, wrong, DEBT, {**DEBT, "reference": "A 17"}]
        letter = {"kind": kind, "lines": [], "claims": claims}

        assert self.complete(north, "check_digit", **letter, reference="0400003019") == (
            "reference: the last digit is not the check digit of the others; "
            "claims[2].reference: the last digit is not the check digit of the others; "
            "claims[4].reference: an OCR reference has digits only"
        )
        assert self.complete(north, "check_digit", **{**letter, "claims": claims[:1] * 2}, reference="") == ""

    @pytest.mark.parametrize("kind", ["reminder", "demand", "residual_demand", "warning"])
    @pytest.mark.parametrize("references", [("",), ("0400003018", "")])
    def test_of_a_letter_that_cannot_be_paid_as_a_whole_is_asked_for(self, north, kind, references):
        claims = [{**DEBT, "reference": reference} for reference in references]
        letter = {"kind": kind, "lines": [], "claims": claims, "reference": ""}

        assert self.complete(north, "check_digit", **letter) == MISSING_IN_LETTER
        assert self.complete(north, "soft", **letter) == ""

    def test_of_instalments_that_the_bank_would_refuse_are_refused_each_with_its_place(self, north):
        parts = [
            {"due_date": f"2027-0{month}-28", "amount": "50", "reference": reference}
            for month, reference in enumerate(("0400003018", "0400003019", ""), 1)
        ]
        plan = {"kind": "instalment_plan", "lines": [], "instalments": parts}

        assert self.complete(north, "check_digit", **plan, reference="") == (
            f"{MISSING_IN_LETTER}; instalments[2].reference: the last digit is not the check digit of the others"
        )
        assert self.complete(north, "length_digit", **plan, reference="0400003018") == "; ".join(
            f"{place}: {why}"
            for place, why in {
                "reference": "the last digit but one does not state the length",
                "instalments[1].reference": "the last digit but one does not state the length",
                "instalments[2].reference": "the last digit is not the check digit of the others",
            }.items()
        )
        assert self.complete(north, "soft", **plan, reference="A-118") == "A118"

    def test_of_a_statement_of_account_are_told_as_they_are_since_nobody_pays_by_it(self, north):
        told = {"kind": "statement_of_account", "lines": [], "claims": [{**DEBT, "reference": "A 17"}]}

        assert self.complete(north, "check_digit", **told, reference="", due_date=None) == ""


def test_a_run_that_finds_ways_is_not_cancelled_since_its_documents_would_wait_for_ever(north, kivra):
    kivra.reaches = TransientError("503: later")
    north.deliver(document())
    (run_id,) = north.sql("SELECT run_id FROM run WHERE kind = 'deliver'")[0]

    with north.store.write() as work, pytest.raises(RuleViolation, match="hub documents close"):
        cancel(work, run_id)


def test_a_document_that_no_run_looks_after_any_more_is_found_by_the_round(north, kivra):
    accept_documents(north.store, north.tenant, read_documents([document()]))
    with north.store.write() as work:
        work.runs.cancel(work.runs.first_unfinished("deliver").run_no, "lost")
    north.later(minutes=1)

    assert kivra.numbers == ["1001"]
