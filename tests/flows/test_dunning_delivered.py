"""Dunning and delivery together: paid between plan and letter, and finally undeliverable; the fee is taken back."""

from __future__ import annotations

from datetime import date

import pytest
from dunning_world import POLICY, DunningWorld, dunning_tenant
from imported_ledger import codes
from sqlalchemy import Engine

from hub.errors import DataError, OutcomeUnknownError, TransientError
from hub.model.commands import EndHold, SetHold, Target
from hub.model.delivery import Reach, Reachable, RouteStep
from hub.model.documents import Document
from hub.model.dunning import DunningStep
from hub.model.tenant import Tenant
from hub.rules.dunning.step_terms import last_day_to_leave
from hub.services.delivery import deliver_documents, withdraw_letters
from hub.services.dunning.following import follow_letters
from hub.services.dunning.handing_over import DeliveredLetters, nothing_counted
from hub.services.dunning.letters import steps_before
from hub.services.dunning.undoing import Undone, undo_chunk
from hub.services.payees import register_payees
from tests.flows.delivery_world import DeliveryWorld, StubChannel

TARGET = Target(company="1", number="1001")
ADDRESS = {"address_line_1": "Storgatan 1", "address_line_2": "111 22 Stockholm", "refers_to": "Vatten"}


class Together:
    """A tenant that duns and delivers."""

    def __init__(
        self, engine: Engine, *, tenant: Tenant | None = None, hold_codes: object = {}, **policy: object
    ) -> None:
        usual = dunning_tenant({**POLICY, **policy}, hold_codes=hold_codes)
        self.books = DunningWorld(engine, tenant or usual)
        self.channel = StubChannel(RouteStep.KIVRA)
        self.north = DeliveryWorld(engine, self.channel)
        self.north.tenant = self.books.tenant
        self.north.clock = self.books.clock
        self.north.store = self.books.store
        with self.books.store.write() as work:
            register_payees(work, self.books.tenant)
        self.books.letters = DeliveredLetters(
            lambda work, commands: deliver_documents(work, self.books.tenant, commands),
            withdraw_letters,
            steps_before,
            nothing_counted,
        )
        self.books.invoices("1001", "1002", **ADDRESS)

    def follow(self) -> None:
        with self.books.store.write() as work:
            follow_letters(work, self.books.tenant)

    def sent(self) -> list[Document]:
        rows = self.north.sql("SELECT sha256 FROM document ORDER BY document_no")
        contents = self.north.store.contents.read_all([row[0] for row in rows])
        return [Document.model_validate_json(contents[row[0]]) for row in rows]


@pytest.fixture
def together(engine: Engine) -> Together:
    return Together(engine)


def test_a_letter_goes_with_the_fee_in_it_and_its_step_knows_when(together):
    together.books.run()
    together.north.work()
    together.follow()

    first, _ = together.sent()
    assert (first.claims[0].open_ore, first.claims[0].fee_ore, first.to_pay_ore) == (1000_00, 60_00, 1060_00)
    assert [step.sent_at is not None for step in together.books.steps()] == [True]
    assert together.books.open() == (1000_00, 60_00, 0)


def test_a_debtor_who_pays_between_run_and_letter_gets_none_and_its_fee_is_taken_back(together):
    together.channel.goes_wrong.extend([TransientError("503"), TransientError("503")])
    together.books.run()
    together.north.work()
    one = together.books.one("1001")
    together.books.pay(one, 1000_00, "2026-11-02")
    together.north.later(hours=1)
    together.follow()

    assert [number for number in together.channel.numbers if number.endswith("-1")] == []
    assert len(together.channel.numbers) == 1
    assert (together.books.one("1001").open_ore, together.books.open("1002")) == (0, (1000_00, 60_00, 0))
    assert together.books.steps("1001")[0].undone_at is not None


def test_a_letter_that_nothing_delivers_is_taken_back_and_its_step_is_open_again(together):
    together.channel.reaches = Reach(Reachable.NO, "not a customer there")
    together.books.run()
    together.north.work()
    together.follow()
    assert together.books.open() == (1000_00, 0, 0)

    together.channel.reaches = Reach(Reachable.YES)
    for task_no in (1, 2):
        together.north.tell("see_report", f"seen {task_no}", task_no=task_no)
    together.books.pass_days(2)
    together.books.run()
    together.north.work()
    together.follow()
    assert together.books.open() == (1000_00, 60_00, 0)
    assert len(together.channel.numbers) == 2


def test_a_debtor_whom_nothing_reaches_is_charged_once_until_a_person_has_seen_to_it(together):
    together.channel.reaches = Reach(Reachable.NO, "not a customer there")
    together.books.invoices("1003")  # has no address
    for _ in range(3):
        plan_no = together.books.run()
        together.north.work()
        together.follow()
        together.books.pass_days(1)

    assert [len(together.books.steps(number)) for number in ("1001", "1002", "1003")] == [1, 1, 1]
    assert together.books.said(plan_no) == [("reminder_1", "leave", "undeliverable")] * 3
    assert len(together.north.tasks()) == 3


def test_a_letter_for_all_of_a_debtor_is_one_with_a_reference_of_its_own(engine):
    together = Together(engine, method="by_debtor")
    together.books.invoices("1003", "1004", **ADDRESS, debtor_identity="191212121212")
    together.books.run(debtor="191212121212")
    (letter,) = together.sent()

    assert [claim.number for claim in letter.claims] == ["1003", "1004"]
    assert letter.reference == "9000000019"


def test_a_letter_that_a_run_takes_back_does_not_go(together):
    together.books.run()
    with together.books.store.write() as work:
        together.books.letters.withdraw(work, together.books.tenant, [together.books.steps()[0].letter])
    together.north.work()

    assert len(together.channel.numbers) == 1


DEMANDED_AT_ONCE = {
    "reminder_1": {"is_used": False},
    "demand": {"after_days": 5, "counted_from": "due_date", "fee": "180,00", "debits_fee": True},
    "residual_demand": {"is_used": False},
}


@pytest.mark.parametrize(
    ("days", "sent"),
    [pytest.param(0, 2, id="the day before it is late"), pytest.param(1, 0, id="the day after")],
)
def test_a_demand_that_would_leave_too_late_for_its_last_day_is_withdrawn_and_its_fee_taken_back(engine, days, sent):
    together = Together(engine, **DEMANDED_AT_ONCE)
    together.channel.goes_wrong.extend([TransientError("503"), TransientError("503")])
    together.books.run()
    together.north.work()
    (step,) = together.books.steps()
    last_day = last_day_to_leave(DunningStep.DEMAND, date.fromisoformat(step.answer_by))
    together.books.pass_days((last_day - together.books.clock.today()).days + days)
    together.north.work()
    together.follow()

    assert len(together.channel.numbers) == sent
    assert together.books.open() == (1000_00, 180_00 if sent else 0, 0)
    assert [step.undone_at is None for step in together.books.steps()] == [bool(sent)]


def test_a_step_whose_letter_may_have_arrived_is_not_undone_and_no_second_letter_goes(together):
    together.channel.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    plan_no = together.books.run()
    together.north.work()
    (first,) = together.north.sql("SELECT command_key FROM document WHERE state = 'unknown'")
    undone = undo(together, plan_no)

    assert (undone.steps, [(one.step.letter, one.why) for one in undone.left_out]) == (
        1,
        [(*first, "letter_under_way")],
    )
    together.books.run()
    together.north.work()
    assert len(together.north.sql("SELECT 1 FROM document")) == 3  # the other's alone is made anew
    together.north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")
    together.follow()
    assert together.north.sql("SELECT state FROM document WHERE document_no = 1") == [("withdrawn",)]


def undo(together: Together, plan_no: int) -> Undone:
    books = together.books
    with books.store.write() as work:
        return undo_chunk(work, books.tenant, plan_no, user="anna", letters=books.letters)


HOLDS = {"3": {"text": "Deferral", "stops": ["demand"]}, "9": {"text": "Dispute", "stops": ["reminder_1"]}}


@pytest.mark.parametrize(("code", "fee_ore"), [("3", 60_00), ("9", 0), ("unknown", 0)])
def test_a_hold_that_is_set_while_a_letter_waits_stops_it_where_it_stops_its_step(engine, code, fee_ore):
    together = Together(engine, hold_codes=HOLDS)
    together.channel.goes_wrong.extend([TransientError("503"), TransientError("503")])
    together.books.run()
    together.north.work()
    together.books.tell(SetHold(key="h1", user="a", receivable=TARGET, code=code, source="a"))
    together.north.later(hours=1)
    together.follow()

    assert len(together.channel.numbers) == (2 if fee_ore else 1)
    assert (together.books.open(), together.books.open("1002")) == ((1000_00, fee_ore, 0), (1000_00, 60_00, 0))
    assert [step.undone_at is None for step in together.books.steps()] == [bool(fee_ore)]


def test_a_hold_that_ended_while_a_letter_waits_stops_nothing(together):
    together.channel.goes_wrong.extend([TransientError("503"), TransientError("503")])
    together.books.run()
    together.north.work()
    together.books.tell(SetHold(key="h1", user="a", receivable=TARGET, code="9", source="a"))
    together.books.tell(EndHold(key="h2", user="a", receivable=TARGET, code="9"))
    together.north.later(hours=1)

    assert len(together.channel.numbers) == 2


def test_a_debtor_is_written_to_in_the_language_of_the_receivable_else_the_companys(together):
    together.books.invoices("1003", **ADDRESS, language="English")

    together.books.run()
    together.north.work()

    swedish, _, english = together.sent()
    assert (swedish.language, english.language) == ("sv", "en")
    assert "Vi har inte sett någon betalning" in swedish.notes[0]
    assert "We have not seen any payment" in english.notes[0]


def test_a_language_that_letters_are_not_written_in_is_refused(together):
    row = {"number": "1003", "invoice_date": "2026-09-28", "due_date": "2026-10-26", "routine": "01", "language": "fi"}

    assert codes(together.books.rows(row, tenant=together.books.tenant)) == [(1, "language", "LANGUAGE_UNKNOWN")]


def test_a_person_has_seen_to_all_undeliverable_letters_of_a_run_at_once(together):
    together.channel.reaches = Reach(Reachable.NO, "not a customer there")
    plan_no = together.books.run()
    together.north.work()
    together.follow()
    assert len(together.north.tasks()) == 2

    assert together.north.tell("see_reports", "another", letters="dun:99:") == {"seen": 0, "not_open": 0}
    assert together.north.tell("see_reports", "seen", letters=f"dun:{plan_no}:") == {"seen": 2, "not_open": 0}

    assert together.north.tasks() == []
    assert together.north.tell("see_reports", "by number", task_nos=[1, 2]) == {"seen": 0, "not_open": 2}
    with pytest.raises(DataError, match="say which"):
        together.north.tell("see_reports", "of nothing")
