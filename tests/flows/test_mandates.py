"""Mandates: registered on paper, asked for in the internet bank, advised, changed, ended, and proved."""

from __future__ import annotations

import pytest
from mandate_world import DONE, ENDED, NEW, PAYEE, PAYER, MandateWorld
from sqlalchemy import Engine

from hub.errors import ConfigurationError, DataError, IdentifierError, RuleViolation
from hub.model.direct_debits import (
    AdviceOutcome,
    Content,
    InternetBankMandate,
    MandateAdvice,
    RegisteredMandate,
    SchemeCode,
)
from hub.model.payment_file import PayeeAccount
from hub.services.mandates.filing import let_go_again
from hub.services.mandates.proving import adopt
from tests.unit.testing.sound_scheme import answer_file

WHO = {"payer_account": "91501234567", "payer_identity": "191212121212"}
EXISTS = SchemeCode("10", "exists_already", "", "exists already or under question")
NO_ACCOUNT = SchemeCode("03", "account_type_not_allowed", "", "account type not allowed")


@pytest.fixture
def world(engine: Engine) -> MandateWorld:
    return MandateWorld(engine)


def wish(payer_number: str = PAYER, reminder: int = 0) -> InternetBankMandate:
    return InternetBankMandate(0, PAYEE, payer_number, "91501234567", "191212121212", reminder, "", "Tolvan Tolvansson")


def registered(payer_number: str = PAYER, *, under_question: bool = False, account: str = "91501234567"):
    return RegisteredMandate(0, PAYEE, payer_number, account, "191212121212", under_question)


def state(world: MandateWorld) -> list[str]:
    return [one.state for one in world.mandates()]


def test_a_mandate_on_paper_is_asked_for_and_is_active_when_the_advice_says_so(world):
    world.mandate(is_registered=False)
    assert state(world) == ["asked"]
    world.run()
    kind, fields = world.last_sent()[0]
    assert (kind, fields["kind"], fields["payer_number"], fields["payer_account"], fields["payer_identity"]) == (
        "MandateOrder",
        "new",
        PAYER,
        "91501234567",
        "191212121212",
    )

    world.advise()
    assert state(world) == ["active"]
    assert world.events("mandate") == ["mandate_asked", "mandate_active"]


def test_what_an_order_holds_of_the_payer_is_nowhere_but_in_the_mandate_and_the_file(world):
    world.mandate(is_registered=False)
    world.run()
    assert "91501234567" not in str(world.sql("SELECT body FROM scheme_order"))
    assert "1212" not in str(world.sql("SELECT data FROM event")) + str(world.sql("SELECT what FROM direct_debit_step"))


@pytest.mark.parametrize("payer_number", ["47119", "047118", "12345678901234567", "4711A"])
def test_a_wrong_payer_number_is_refused(world, payer_number):
    with pytest.raises(DataError):
        world.mandate(payer_number=payer_number)


def test_a_debtor_number_that_no_payer_number_can_be_made_of_is_refused(world):
    with pytest.raises(IdentifierError, match="digits"):
        world.mandate("A-4711")


def test_a_payer_number_has_one_mandate_at_a_payee_account(world):
    world.mandate()
    with pytest.raises(DataError, match="has this payer number and is active"):
        world.mandate()


def test_a_mandate_that_has_ended_may_be_registered_anew_under_its_number(world):
    number = world.mandate()
    world.advise(outcome=AdviceOutcome.ENDED, information=ENDED)
    assert state(world) == ["cancelled"]
    assert world.mandate(is_registered=False) == number
    assert state(world) == ["asked"]


def test_a_company_that_does_not_collect_has_no_mandates(world):
    world.set(scheme="")
    with pytest.raises(ConfigurationError, match="does not collect by direct debit"):
        world.mandate()


def test_a_refused_mandate_says_why(world):
    world.mandate(is_registered=False)
    world.run()
    world.advise(outcome=AdviceOutcome.REFUSED, comment=NO_ACCOUNT)
    assert [(one.state, one.reason) for one in world.mandates()] == [("refused", "new; account type not allowed")]


def test_a_mandate_under_question_waits_for_the_banks_answer(world):
    world.mandate(is_registered=False)
    world.run()
    world.advise(outcome=AdviceOutcome.REFUSED, comment=EXISTS)
    assert state(world) == ["questioned"]
    world.advise()
    assert state(world) == ["active"]


def test_the_end_of_a_mandate_is_asked_for_and_advised(world):
    number = world.mandate()
    world.tell("cancel_mandate", mandate_no=number)
    world.run()
    assert state(world) == ["cancelling"]
    assert world.last_sent()[0][1]["kind"] == "cancel"
    world.advise(outcome=AdviceOutcome.ENDED)
    assert state(world) == ["cancelled"]
    with pytest.raises(RuleViolation):
        world.tell("cancel_mandate", mandate_no=number)


def test_a_mandate_that_was_never_asked_for_ends_without_a_word(world):
    number = world.mandate(is_registered=False)
    world.tell("cancel_mandate", mandate_no=number)
    assert state(world) == ["cancelled"]
    assert world.run()["orders"] == 0


def test_another_payer_number_comes_as_two_advices(world):
    world.invoices("1008")
    number = world.mandate()
    world.tell("change_payer_number", mandate_no=number, payer_number="47126")
    world.until("2026-11-24")
    world.run()
    assert state(world) == ["changing"]
    assert world.last_sent()[0][1]["new_payer_number"] == "47126"
    assert world.requests() == []  # nothing is collected meanwhile

    changed = SchemeCode("05", "payer_number_changed", "", "payer number changed")
    world.answer(
        Content.MANDATE_ADVICE,
        MandateAdvice(0, PAYEE, PAYER, AdviceOutcome.ENDED, changed, ENDED, "2026-11-25"),
        MandateAdvice(0, PAYEE, "47126", AdviceOutcome.CREATED, changed, DONE, "2026-11-25"),
    )
    assert [(one.state, one.payer_number, one.new_payer_number) for one in world.mandates()] == [
        ("active", "47126", "")
    ]
    world.run()
    assert world.request().payer_number == "47126"


def test_a_file_that_ends_the_number_that_a_mandate_has_left_already_is_for_nobody(world):
    world.invoices("1008")
    world.tell("change_payer_number", mandate_no=world.mandate(), payer_number="47126")
    world.run()
    changed = SchemeCode("05", "payer_number_changed", "", "payer number changed")
    world.advise("47126", information=changed)
    world.advise(outcome=AdviceOutcome.ENDED, information=changed, comment=ENDED)
    assert [(one.state, one.payer_number) for one in world.mandates()] == [("active", "47126")]
    assert "mandate_advice" not in world.tasks()


def test_a_mandate_that_is_changing_ends_under_the_number_that_it_has(world):
    world.invoices("1008")
    number = world.mandate()
    world.tell("change_payer_number", mandate_no=number, payer_number="47126")
    world.tell("cancel_mandate", mandate_no=number)  # the change has not gone, and does not go
    world.run()
    assert [(fields["kind"], fields["payer_number"]) for _, fields in world.last_sent()] == [("cancel", PAYER)]
    world.advise(outcome=AdviceOutcome.ENDED, comment=ENDED)
    assert state(world) == ["cancelled"]

    world.mandate()
    world.tell("change_payer_number", mandate_no=number, payer_number="47126")
    world.run()
    with pytest.raises(RuleViolation, match="when the advice about its new payer number has been received"):
        world.tell("cancel_mandate", mandate_no=number)
    world.advise("47126", information=SchemeCode("05", "payer_number_changed", "", "payer number changed"))
    world.tell("cancel_mandate", mandate_no=number)
    world.run()
    assert [(fields["kind"], fields["payer_number"]) for _, fields in world.last_sent()] == [("cancel", "47126")]


def test_a_payer_number_is_not_changed_while_money_is_drawn_by_it(world):
    world.invoices("1008")
    number = world.mandate()
    world.until("2026-11-24")
    world.run()
    with pytest.raises(RuleViolation, match="wait until it has been answered"):
        world.tell("change_payer_number", mandate_no=number, payer_number="47126")


def test_a_known_debtor_who_asks_in_the_internet_bank_is_approved(world):
    world.invoices("1008")
    world.answer(Content.INTERNET_BANK_MANDATES, wish())
    (mandate,) = world.mandates()
    assert (mandate.state, mandate.via, mandate.link) == ("asked", "internet_bank", "4711")
    world.run()
    assert world.last_sent()[0][1]["kind"] == "approve"
    assert world.last_sent()[0][1]["payer_account"] == ""
    world.advise()
    world.until("2026-11-24")
    world.run()
    assert world.states() == ["ordered"]


@pytest.mark.parametrize(("payer_number", "why"), [("47119", "check digit"), ("47126", "nobody who owes")])
def test_an_unknown_or_wrong_payer_number_is_rejected(world, payer_number, why):
    world.invoices("1008")
    world.answer(Content.INTERNET_BANK_MANDATES, wish(payer_number))
    assert world.mandates() == []
    world.run()
    assert world.last_sent()[0][1] | {} == {
        "kind": "reject",
        "payer_number": payer_number,
        "payer_account": "",
        "payer_identity": "",
        "new_payer_number": "",
        "new_payee": None,
    }
    with world.store.read() as work:
        assert [why in one.data["reason"] for one in work.events.after(0) if one.kind == "mandate_rejected"] == [True]


def test_a_wish_for_a_mandate_that_is_there_is_rejected(world):
    world.invoices("1008")
    world.mandate()
    world.answer(Content.INTERNET_BANK_MANDATES, wish())
    world.run()
    assert world.last_sent()[0][1]["kind"] == "reject"
    assert state(world) == ["active"]


def test_a_wish_that_may_mean_two_debtors_is_for_a_person(world):
    world.invoices("1008")
    other = {"number": "1016", "debtor_number": "4711", "company": "1", "routine": "01"}
    world.rows(other, tenant=world.tenant, source_system="elsewhere")
    assert world.sql("SELECT count(DISTINCT source_system) FROM receivable") == [(2,)]
    world.answer(Content.INTERNET_BANK_MANDATES, wish())
    assert state(world) == ["wished"]
    assert "several debtors" in world.tasks()["mandate_wished"]

    number = world.mandates()[0].mandate_no
    world.tell("answer_mandate", mandate_no=number, approve=True, debtor_number="4711", source_system="sundry")
    world.run()
    assert state(world) == ["asked"]
    assert world.last_sent()[0][1]["kind"] == "approve"
    assert "mandate_wished" not in world.tasks()


def test_settings_may_leave_wishes_to_a_person_who_rejects_one(world):
    world.set(approves_internet_bank=False)
    world.invoices("1008")
    world.answer(Content.INTERNET_BANK_MANDATES, wish())
    number = world.mandates()[0].mandate_no
    world.tell("answer_mandate", mandate_no=number, approve=False, remark="unknown")
    world.run()
    assert state(world) == ["refused"]
    assert world.last_sent()[0][1]["kind"] == "reject"


def test_a_reminder_of_a_wish_is_answered_once_more(world):
    world.invoices("1008")
    world.answer(Content.INTERNET_BANK_MANDATES, wish())
    world.run()
    world.answer(Content.INTERNET_BANK_MANDATES, wish(reminder=1))
    world.run()
    assert [fields["kind"] for _, fields in world.last_sent()] == ["approve"]
    assert state(world) == ["asked"]


def test_an_advice_of_a_mandate_that_we_do_not_have_makes_it_known_with_its_debtor(world):
    world.invoices("1008")
    world.advise(**WHO)
    (mandate,) = world.mandates()
    assert (mandate.state, mandate.via, mandate.link, mandate.payer_account) == (
        "active",
        "register",
        "4711",
        "91501234567",
    )


def test_an_advice_that_refuses_what_nobody_asked_for_is_for_a_person(world):
    world.advise(outcome=AdviceOutcome.ENDED)
    assert world.mandates() == []
    assert "means no mandate of ours" in world.tasks()["mandate_advice"]
    with world.store.read() as work:
        (task,) = work.commands.open_tasks()
    assert PAYER not in task["subject"] + task["text"]  # it may be a personal number
    world.tell("see_direct_debit", task_no=task["task_no"])
    assert world.tasks() == {}
    with pytest.raises(DataError, match="no open task"):
        world.tell("see_direct_debit", task_no=task["task_no"])


def test_a_file_about_anothers_payee_account_goes_to_quarantine(world):
    advice = MandateAdvice(0, PAYEE, PAYER, AdviceOutcome.CREATED, NEW, DONE, "")
    content = answer_file(Content.MANDATE_ADVICE, advice, payee=PayeeAccount("bankgiro", "51805514"))
    answer = world.receive(content)
    assert answer["outcome"] == "quarantined"
    assert answer["exchange"].problem["code"] == "FOREIGN_PAYEE"
    assert world.mandates() == []


def test_a_row_about_anothers_payee_account_changes_nothing_and_is_told(world):
    foreign = MandateAdvice(0, PayeeAccount("bankgiro", "51805514"), PAYER, AdviceOutcome.CREATED, NEW, DONE, "")
    world.answer(Content.MANDATE_ADVICE, foreign)
    assert world.mandates() == []
    assert "has 1 row about payee accounts" in world.tasks()["direct_debit_rows"]


def test_a_cut_file_changes_nothing(world):
    advice = MandateAdvice(0, PAYEE, PAYER, AdviceOutcome.CREATED, NEW, DONE, "")
    content = answer_file(Content.MANDATE_ADVICE, advice)
    answer = world.receive(content[: content.rindex(b"[")])
    assert (answer["outcome"], answer["exchange"].problem["code"]) == ("quarantined", "CUT")
    assert world.mandates() == []


# The register


def test_a_register_that_agrees_gives_no_task(world):
    world.mandate()
    world.answer(Content.MANDATE_REGISTER, registered())
    assert differences(world) == []
    assert "mandate_register" not in world.tasks()


def test_every_difference_from_the_register_is_listed(world):
    world.mandate("4711")  # there too
    world.mandate("4712")  # not there
    world.mandate("4713", is_registered=False)  # active there
    world.mandate("4714")  # under question there
    number = world.mandate("4715")  # ended here
    world.tell("cancel_mandate", mandate_no=number)
    world.advise("47159", AdviceOutcome.ENDED)
    world.mandate("4716")  # by another account there
    world.answer(
        Content.MANDATE_REGISTER,
        registered("47118"),
        registered("47134"),
        registered("47142", under_question=True),
        registered("47159"),
        registered("47167", account="60001234567"),
        registered("47175"),  # unknown here
    )
    assert differences(world) == [
        ("47159", "ended_here", "cancelled", "active"),
        ("47126", "missing_there", "active", ""),
        ("47134", "not_active_here", "asked", "active"),
        ("47167", "other_account", "active", "active"),
        ("47142", "under_question", "active", "questioned"),
        ("47175", "unknown_here", "", "active"),
    ]
    assert "1 ended here, 1 missing there" in world.tasks()["mandate_register"]

    counted = adopt(world.store, world.tenant, "1", user="anna")
    assert counted == {
        "ended_here": 1,
        "missing_there": 1,
        "not_active_here": 1,
        "other_account": 1,
        "under_question": 1,
        "unknown_here": 1,
    }
    assert differences(world) == []
    assert "mandate_register" not in world.tasks()
    assert adopt(world.store, world.tenant, "1", user="anna") == {}


def test_the_mandates_of_a_company_that_is_taken_over_come_by_its_register_with_their_debtors(world):
    world.invoices("1008")
    world.answer(Content.MANDATE_REGISTER, registered())
    adopt(world.store, world.tenant, "1", user="anna")
    world.until("2026-11-24")
    world.run()
    assert world.states() == ["ordered"]


def test_the_next_register_takes_the_place_of_the_one_before(world):
    world.mandate()
    world.answer(Content.MANDATE_REGISTER)
    assert differences(world) == []  # a register without rows says of no payee account
    world.answer(Content.MANDATE_REGISTER, registered("47126"))
    world.answer(Content.MANDATE_REGISTER, registered())
    assert differences(world) == []
    assert world.sql("SELECT count(*) FROM registered_mandate") == [(1,)]


def differences(world: MandateWorld):
    with world.store.read() as work:
        found = work.mandate_registers.differences()
    return [(one.payer_number, one.what, one.ours, one.theirs) for one in found]


def test_a_file_of_mandate_orders_that_was_answered_does_not_go_again(world):
    world.mandate(is_registered=False)
    world.run()
    [(exchange_no,)] = world.sql("SELECT exchange_no FROM exchange WHERE kind = 'direct_debit_file'")
    world.advise()
    with world.store.write() as work, pytest.raises(RuleViolation, match="mandate 1 of it has been answered"):
        let_go_again(work, exchange_no, reason="closed", user="anna")


def test_what_was_told_of_a_mandate_before_a_file_does_not_hold_its_orders(world):
    world.mandate(is_registered=False)
    world.run()
    world.advise()
    world.tell("cancel_mandate", mandate_no=1)
    world.run()
    [(exchange_no,)] = world.sql("SELECT max(exchange_no) FROM exchange WHERE kind = 'direct_debit_file'")
    with world.store.write() as work:
        assert let_go_again(work, exchange_no, reason="closed", user="anna")["orders"] == 1
