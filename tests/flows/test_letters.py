"""A letter goes while it holds: one whose receivables were paid meanwhile is withdrawn, before every attempt."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.contracts import Promise
from hub.errors import DataError, OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.model.delivery import Reach, Reachable, Receipt, ReceiptKind, RouteStep
from hub.model.delivery_commands import Balance, DeliverDocument
from hub.model.documents import Document
from hub.services.delivery import deliver_documents, withdraw_letters
from hub.services.delivery.planning import Planner
from hub.services.delivery.withdrawing import CHANGED, LATE, SETTLED
from tests.flows.delivery_world import DeliveryWorld, ReportingChannel, StubChannel, document
from tests.flows.imported_ledger import Ledger
from tests.flows.test_delivery_anew import found

WRONG = (TransientError("503"), RejectedError("the recipient has left"))
TAIL = {"lines": [], "kind": "reminder", "company": "1"}


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def mail() -> ReportingChannel:
    return ReportingChannel(RouteStep.LETTER)


@pytest.fixture
def books(engine: Engine) -> Ledger:
    books = Ledger(engine)
    books.rows({"number": "1001"}, {"number": "1002", "amount": "500,00"})
    return books


@pytest.fixture
def north(engine: Engine, books: Ledger, kivra: StubChannel) -> Iterator[DeliveryWorld]:
    north = DeliveryWorld(engine, kivra)
    yield north
    assert found(north) & {"DOCUMENT_LEFT", "DOCUMENT_DIFFERS", "DOCUMENT_SENT_TWICE", "MESSAGE_DIFFERS"} == set()


def letter(number: str = "R1", *about: str, **changes: Any) -> dict[str, Any]:
    claims = [{"number": one, "open": "100.00"} for one in about or ("1001",)]
    return document(number, **{**TAIL, "claims": claims, "reference": "", **changes})


def command(books: Ledger, number: str = "R1", *about: str, **changes: Any) -> DeliverDocument:
    numbers = about or ("1001",)
    owed = [Balance(receivable_id=r.receivable_id, open_ore=r.open_ore) for r in map(books.one, numbers)]
    written = Document.model_validate(letter(number, *numbers, **changes))
    return DeliverDocument(key=f"dun:1:{number}", user="dunning", document=written, balances=tuple(owed))


def hand_over(north: DeliveryWorld, *commands: DeliverDocument) -> list[Any]:
    with north.store.write() as work:
        return deliver_documents(work, north.tenant, commands)


def paid(books: Ledger, number: str = "1001", amount_ore: int = 0) -> None:
    one = books.one(number)
    books.pay(one, amount_ore or one.open_ore, "2026-11-22")


def paid_after(channel: StubChannel, books: Ledger, number: str) -> None:
    """Pay for a receivable while the first letter is being sent."""
    if not channel.numbers:
        paid(books, number)


def told(north: DeliveryWorld, *kinds: str) -> list[tuple[str, str]]:
    """Return (event, key of the command) of what is told of letters, in its order."""
    with north.store.read() as work:
        events = [event for event in work.events.after(0) if event.kind.startswith("document_")]
    return [(one.kind, one.data["command_key"]) for one in events if one.kind != "document_accepted"]


class TestHandingOver:
    def test_many_letters_go_once_each_by_the_keys_of_their_commands(self, north, books, kivra):
        commands = [command(books, "R1"), command(books, "R2", "1002")]
        first, again = hand_over(north, *commands), hand_over(north, *commands)
        north.work()

        assert [(one.document_no, one.is_new) for one in first] == [(1, True), (2, True)]
        assert [(one.document_no, one.is_new) for one in again] == [(1, False), (2, False)]
        assert sorted(kivra.numbers) == ["R1", "R2"]
        assert sorted(told(north)) == [
            ("document_delivered", "dun:1:R1"),
            ("document_delivered", "dun:1:R2"),
            ("document_sent", "dun:1:R1"),
            ("document_sent", "dun:1:R2"),
        ]

    def test_one_that_cannot_be_right_says_why_and_holds_no_other(self, north, books, kivra):
        wrong, right = hand_over(north, command(books, "R1", due_date="2026-01-01"), command(books, "R2"))
        north.work()

        assert (wrong.document_no, wrong.is_new, "due before it is issued" in wrong.problem) == (None, False, True)
        assert (right.problem, kivra.numbers) == ("", ["R2"])
        mended, _ = hand_over(north, command(books, "R1"), command(books, "R2"))
        assert mended.is_new

    def test_a_key_of_another_letter_is_refused(self, north, books):
        hand_over(north, command(books, "R1"))

        with pytest.raises(DataError, match="was used for another command"):
            hand_over(north, command(books, "R1", "1002"))

    def test_a_single_command_answers_as_the_chunk_does(self, north, books, kivra):
        asked = command(books).model_dump(mode="json", by_alias=True)
        answers = [north.tell(**asked) for _ in range(2)]

        assert answers == [{"document_no": 1, "document_key": "1::reminder:R1:1:0"}] * 2
        assert (kivra.numbers, hand_over(north, command(books))[0].is_new) == (["R1"], False)


class TestWithdrawing:
    def test_a_letter_is_withdrawn_whose_receivable_was_paid_before_its_way_was_found(self, north, books, kivra):
        hand_over(north, command(books))
        paid(books)
        north.work()

        assert (north.one("R1").state, north.one("R1").reason) == ("withdrawn", "what it asks for is settled")
        assert (kivra.numbers, kivra.asked, told(north)) == ([], [], [("document_withdrawn", "dun:1:R1")])
        assert (north.tasks(), north.rendered) == ([], [])

    @pytest.mark.parametrize(
        ("befalls", "why"),
        [
            (lambda north, books: paid(books), SETTLED),
            (lambda north, books: paid(books, amount_ore=1), CHANGED),
            (lambda north, books: north.clock.advance(timedelta(days=1)), LATE),
        ],
        ids=["settled", "changed", "late"],
    )
    def test_the_plan_of_a_letter_says_why_the_run_withdraws_it_and_asks_nobody(
        self, north, books, kivra, befalls, why
    ):
        leaving = command(books).model_copy(update={"leaves_by": date(2026, 11, 23)})
        number, other = (one.document_no for one in hand_over(north, leaving, command(books, "R2", "1002")))
        planner = Planner(north.store, north.tenant, north.channels, north, north.clock)
        assert planner.plan(number).next.channel == "kivra"
        asked = len(kivra.asked)
        befalls(north, books)
        route = planner.plan(number)
        assert (route.next, route.settled, len(kivra.asked)) == (None, why, asked)
        assert planner.plan(other).next.channel == "kivra"
        north.work()

        assert (north.one("R1").state, north.one("R1").reason, kivra.numbers) == ("withdrawn", route.settled, ["R2"])

    @pytest.mark.parametrize("amount_ore", [1, 99_999, 100_001])
    def test_a_part_payment_and_an_overpayment_withdraw_it_too(self, north, books, kivra, amount_ore):
        hand_over(north, command(books))
        paid(books, amount_ore=amount_ore)
        north.work()

        assert (north.one("R1").state, kivra.numbers) == ("withdrawn", [])
        assert north.one("R1").reason == "what is owed has changed since it was made"

    def test_a_letter_about_several_is_withdrawn_when_one_of_them_changes(self, north, books, kivra):
        hand_over(north, command(books, "R1", "1001", "1002"), command(books, "R2", "1001"))
        paid(books, "1002")
        north.work()

        assert [(north.one(number).state, kivra.numbers) for number in ("R1", "R2")] == [
            ("withdrawn", ["R2"]),
            ("delivered", ["R2"]),
        ]

    def test_it_is_compared_again_before_the_second_attempt(self, north, books, kivra):
        kivra.goes_wrong.append(TransientError("503"))
        hand_over(north, command(books))
        north.work()
        assert north.one("R1").state == "sending"

        paid(books)
        north.later(hours=1)

        assert (north.one("R1").state, kivra.numbers) == ("withdrawn", [])
        assert told(north) == [("document_withdrawn", "dun:1:R1")]
        assert north.sql("SELECT state FROM attempt") == [("cancelled",)]
        north.later(days=4)
        assert (north.one("R1").state, kivra.numbers, north.tasks()) == ("withdrawn", [], [])

    def test_others_in_its_message_go_by_another(self, north, books, kivra):
        kivra.at_once = 2
        kivra.goes_wrong.append(TransientError("503"))
        hand_over(north, command(books, "R1"), command(books, "R2", "1002"))
        north.work()

        paid(books)
        north.later(hours=1)

        assert (north.one("R1").state, north.one("R2").state, kivra.numbers) == ("withdrawn", "delivered", ["R2"])

    def test_those_that_are_begun_together_are_compared_together(self, engine, books, kivra):
        north = DeliveryWorld(engine, kivra)
        kivra.promise = Promise.IDEMPOTENT
        books.rows(*[{"number": f"{3000 + at}"} for at in range(6)])
        hand_over(north, *[command(books, f"R{3000 + at}", f"{3000 + at}") for at in range(6)])
        sends, kivra.send = kivra.send, lambda message: (paid_after(kivra, books, "3005"), sends(message))[1]
        north.work()

        assert kivra.numbers == [f"R{3000 + at}" for at in range(5)]
        assert north.one("R3005").state == "withdrawn"

    def test_it_is_withdrawn_before_the_channel_that_comes_after_a_refusal(self, engine, books, kivra, mail):
        north = DeliveryWorld(engine, kivra, mail)
        mail.goes_wrong.append(TransientError("503"))
        kivra.goes_wrong.append(RejectedError("the recipient has left"))
        hand_over(north, command(books))
        north.work()

        paid(books)
        north.later(hours=1)

        assert (north.one("R1").state, kivra.numbers, mail.numbers) == ("withdrawn", [], [])

    def test_a_payment_after_it_has_gone_changes_nothing(self, engine, books, mail):
        north = DeliveryWorld(engine, mail)
        hand_over(north, command(books))
        north.work()
        paid(books)
        north.later(minutes=1)

        assert (north.one("R1").state, told(north)) == ("sent", [("document_sent", "dun:1:R1")])

    def test_one_that_may_have_arrived_is_not_said_to_be_withdrawn(self, north, books, kivra):
        kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        hand_over(north, command(books))
        north.work()
        paid(books)
        north.later(hours=1)

        assert (north.one("R1").state, [kind for kind, _ in told(north)]) == ("unknown", ["document_unknown"])
        north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")
        assert (north.one("R1").state, kivra.numbers) == ("withdrawn", [])

    def test_a_letter_without_balances_goes_whatever_is_paid(self, north, books, kivra):
        hand_over(north, command(books).model_copy(update={"balances": ()}))
        paid(books)
        north.work()

        assert kivra.numbers == ["R1"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_goes_wrong_no_letter_goes_for_what_is_owed_no_more_and_each_ends_once(engine, books, seed):
    chance = random.Random(seed)
    first, last = ReportingChannel(RouteStep.KIVRA), StubChannel(RouteStep.LETTER)
    first.at_once = chance.choice([1, 3])
    north = DeliveryWorld(engine, first, last)
    numbers = [f"{2000 + at}" for at in range(8)]
    books.rows(*[{"number": number} for number in numbers])
    hand_over(north, *[command(books, f"R{number}", number) for number in numbers])
    owed, gone = set(numbers), set()
    for _ in range(8):
        for channel in (first, last):
            channel.goes_wrong.extend(chance.choices(WRONG, k=chance.randrange(3)))
        if owed and chance.random() < 0.7:
            number = chance.choice(sorted(owed))
            gone |= {one.removeprefix("R") for one in (*first.numbers, *last.numbers)}
            paid(books, number)
            owed.discard(number)
        before = len(first.numbers), len(last.numbers)
        north.later(hours=2)
        went = [one.removeprefix("R") for one in (*first.numbers[before[0] :], *last.numbers[before[1] :])]
        assert set(went) <= owed, "it went after it was paid"
    north.later(days=4)

    for number in numbers:
        ends = [kind for kind, key in told(north) if key == f"dun:1:R{number}"]
        assert ends.count("document_withdrawn") + ends.count("document_undeliverable") <= 1
        is_gone = north.one(f"R{number}").state in ("withdrawn", "undeliverable")
        assert is_gone == ({"document_withdrawn", "document_undeliverable"} & {*ends} != set())
        assert is_gone or ends.count("document_sent") == 1
    assert found(north) & {"DOCUMENT_LEFT", "DOCUMENT_DIFFERS", "DOCUMENT_SENT_TWICE"} == set()


class TestUndoing:
    def test_letters_that_have_not_gone_are_withdrawn_by_their_keys_and_what_has_gone_stands(self, north, books, kivra):
        hand_over(north, command(books, "R1"))
        north.work()
        kivra.goes_wrong.append(TransientError("503"))
        hand_over(north, command(books, "R2"))
        north.work()
        hand_over(north, command(books, "R3"), command(books, "R4"))
        with north.store.write() as work:
            keys = [f"dun:1:R{number}" for number in (1, 2, 3)]
            assert withdraw_letters(work, keys) == set()
        north.later(hours=1)

        assert [north.one(f"R{number}").state for number in (1, 2, 3, 4)] == [
            "delivered",
            "withdrawn",
            "withdrawn",
            "delivered",
        ]
        assert (kivra.numbers, north.one("R2").reason) == (["R1", "R4"], "whoever asked for it has taken it back")

    def test_one_that_may_have_arrived_is_withdrawn_when_it_turns_out_that_it_has_not(self, north, books, kivra):
        kivra.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
        hand_over(north, command(books))
        north.work()
        with north.store.write() as work:
            assert withdraw_letters(work, ["dun:1:R1"]) == {"dun:1:R1"}
        north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")

        assert (north.one("R1").state, kivra.numbers) == ("withdrawn", [])


class TestCopies:
    def sent(self, north: DeliveryWorld, number: str = "R1") -> list[Document]:
        """Return a letter and its copies as they are sent."""
        with north.store.read() as work:
            rows = sorted(work.documents.numbered([number]))
        contents = north.store.contents.read_all([row.sha256 for row in rows])
        return [Document.model_validate_json(contents[row.sha256]) for row in rows]

    def test_a_copy_has_the_date_of_its_original_or_a_new_one_from_which_its_days_count(self, north, books, kivra):
        hand_over(north, command(books))
        north.work()
        asked = {"document_no": 1, "issue_date": "2026-12-01", "officer": "Vera Lund", "says_copy": False}
        answers = [north.tell("copy_document", key="c1", document_no=1), north.tell("copy_document", key="c2", **asked)]

        assert answers == [{"document_no": 2, "copy_no": 1}, {"document_no": 3, "copy_no": 2}]
        original, same, anew = self.sent(north)
        assert [(d.issue_date, d.due_date, d.copy_no, d.says_copy) for d in (original, same, anew)] == [
            ("2026-11-23", "2026-12-23", 0, True),
            ("2026-11-23", "2026-12-23", 1, True),
            ("2026-12-01", "2026-12-31", 2, False),
        ]
        assert (anew.our_reference, anew.reference, anew.claims) == ("Vera Lund", original.reference, original.claims)
        assert kivra.numbers == ["R1"] * 3

    def test_a_copy_is_sent_whatever_was_paid_and_whoever_asked_for_the_letter_hears_nothing(self, north, books, kivra):
        hand_over(north, command(books))
        north.work()
        paid(books)
        north.tell("copy_document", key="c1", document_no=1)

        assert kivra.numbers == ["R1", "R1"]
        assert [event.get("command_key") for event in north.events("document_sent")] == ["dun:1:R1", None]

    def test_the_same_command_copies_once(self, north, books, kivra):
        hand_over(north, command(books))
        north.work()
        answers = [north.tell("copy_document", key="c1", document_no=1) for _ in range(2)]

        assert (answers[0] == answers[1], kivra.numbers) == (True, ["R1", "R1"])

    def test_what_was_withdrawn_is_not_copied(self, north, books):
        hand_over(north, command(books))
        paid(books)
        north.work()

        with pytest.raises(RuleViolation, match="is withdrawn"):
            north.tell("copy_document", document_no=1)

    def test_letters_are_found_by_the_receivables_they_are_about(self, north, books):
        hand_over(north, command(books, "R1"), command(books, "R2", "1001", "1002"), command(books, "R3", "1002"))
        with north.store.read() as work:
            found = [[row.number for row in work.letters.about(["1"], [number])] for number in ("1001", "1002", "9")]
            assert work.letters.about(["2"], ["1001"]) == []

        assert found == [["R2", "R1"], ["R3", "R2"], []]


def test_the_reference_of_a_letter_means_the_newest_versions_of_what_it_was_about(north, books):
    hand_over(north, command(books, "R1", "1001", "1002"))
    books.rows({"number": "1001", "version": 2, "amount": "900,00"})
    newest = sorted([books.one("1001").receivable_id, books.one("1002").receivable_id])
    with north.store.write() as work:
        account_no = next(iter(work.accounts.numbers().values()))
        candidates = work.matching.candidates([("reference", "9000000019", account_no, "1")])

    assert sorted(one.receivable_id for one in candidates if one.open_ore) == newest
    assert {(one.how, one.open_ore) for one in candidates} == {("letter", 900_00), ("letter", 500_00)}


class TestUndeliverable:
    def test_a_letter_that_no_channel_reaches_ends_and_a_person_is_told(self, north, books, kivra):
        kivra.reaches = Reach(Reachable.NO, "not a customer there")
        hand_over(north, command(books))
        north.work()

        assert (north.one("R1").state, told(north)) == ("undeliverable", [("document_undeliverable", "dun:1:R1")])
        (task,) = north.tasks()
        assert "reminder R1 (document 1) could not be delivered: no channel" in task
        north.tell("see_report", task_no=1)
        assert north.tasks() == []

    def test_one_that_came_back_goes_by_the_next_channel_and_is_undeliverable_when_there_is_none(
        self, engine, books, kivra, mail
    ):
        north = DeliveryWorld(engine, mail)
        hand_over(north, command(books))
        north.work()
        mail.reports.append(Receipt(ReceiptKind.RETURNED, north.delivery_id("letter", "R1"), reason="moved"))
        north.follow()

        assert north.one("R1").state == "undeliverable"
        assert [kind for kind, _ in told(north)] == ["document_sent", "document_returned", "document_undeliverable"]

    def test_it_is_not_sent_anew(self, north, books, kivra):
        kivra.goes_wrong.append(RejectedError("the recipient has left"))
        hand_over(north, command(books))
        north.work()

        with pytest.raises(RuleViolation, match="only a held one"):
            north.tell("send_document", document_no=1)
        assert (north.one("R1").state, kivra.numbers) == ("undeliverable", [])

    def test_one_that_a_person_closes_before_it_has_gone_is_undeliverable(self, north, books, kivra):
        kivra.reaches = TransientError("503")
        hand_over(north, command(books))
        north.work()
        answer = north.tell("close_document", document_no=1, remark="moved abroad")

        assert answer == {"document_no": 1, "state": "undeliverable"}
        assert (told(north), north.tasks()) == ([("document_undeliverable", "dun:1:R1")], [])

    def test_one_of_which_nothing_is_heard_was_sent_and_a_person_finds_out(self, engine, books, mail):
        north = DeliveryWorld(engine, mail)
        hand_over(north, command(books))
        north.work()
        north.later(hours=2)
        north.follow()
        north.later(minutes=1)

        assert (north.one("R1").state, [kind for kind, _ in told(north)]) == (
            "held",
            ["document_sent", "document_held"],
        )
        assert north.tell("close_document", document_no=1)["state"] == "closed"

    def test_a_document_that_the_core_ledger_hands_over_is_held_as_before(self, north, kivra):
        kivra.reaches = Reach(Reachable.NO, "not a customer there")
        north.deliver(document())

        assert (north.one().state, [kind for kind, _ in north.sql("SELECT kind, 1 FROM task")]) == (
            "held",
            ["held_document"],
        )
