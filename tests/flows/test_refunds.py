"""Refunds: asked for, approved, ordered once, and true when a statement says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from payment_world import IBAN, pay, payment_file
from refund_world import PAYER, RefundWorld
from sqlalchemy import Engine

from hub.errors import DataError, RuleViolation
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.model.payment_file import Key, OtherEntry, OtherKind, Payer, Reversal
from plugins.autopay.tests.order_files import answer, assert_valid, ordered, part, payment


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[tuple[Counterparty, Path]]:
    log = tmp_path / "accepted.jsonl"
    with Counterparty(log) as counterparty:
        yield counterparty, log


@pytest.fixture
def world(engine: Engine, bank: tuple[Counterparty, Path]) -> Iterator[RefundWorld]:
    made = RefundWorld(engine, *bank)
    yield made
    assert made.found() == []


def balances(world):
    """Suspense, refund clearing, bank."""
    return [world.account_balance(account) for account in ("2990", "2890", "1930")]


# Asking and approving


def test_a_refund_is_asked_for_approved_ordered_and_booked(world):
    [payment_id] = world.suspended(125_00)
    number = world.ask(payment_id, text="Överbetalning")

    assert (world.refund(number).state, balances(world)) == ("asked", [-125_00, 0, 0])
    assert world.approve(number) == {"approved": 1, "ready": [number]}
    assert world.order() == {"refunds": 1, "files": 1, "waiting": 0}
    assert balances(world) == [0, -125_00, 0]
    assert world.file_states() == ["delivered"]
    world.booked(world.debit(125_00, "RH1R1"))

    one = world.refund(number)
    assert (one.state, one.booked_on, balances(world)) == ("booked", "2026-11-24", [0, 0, -125_00])
    assert ordered(world.files()[0]) == {"RH1R1": 125_00}
    assert_valid(world.files()[0])
    assert (one.payee_account, one.payee_name, one.payee_town) == ("iban:SE3550000000054910000003", PAYER.name, "Umeå")


def test_nobody_approves_a_refund_that_they_have_asked_for(world):
    [payment_id] = world.suspended(100_00)
    number = world.ask(payment_id, user="anna")

    with pytest.raises(RuleViolation, match="another person approves"):
        world.approve(number, user="anna")
    assert world.refund(number).state == "asked"


def test_a_person_is_one_however_the_name_is_written(engine, bank):
    world = RefundWorld(engine, *bank, approvals=2)
    number = world.ask(*world.suspended(100_00))
    world.approve(number, user="bertil")
    for user in ("Anna", "Bertil ", "BERTIL"):
        with pytest.raises(RuleViolation, match="another person"):
            world.approve(number, user=user)
    assert world.approve(number, user="cecilia")["ready"] == [number]


def test_amounts_above_a_limit_need_two_persons(engine, bank):
    world = RefundWorld(engine, *bank, two_above="1000.00")
    small, large = world.suspended(1_000_00, 1_000_01)
    numbers = [world.ask(small), world.ask(large)]

    assert world.approve(*numbers, user="bertil")["ready"] == [numbers[0]]
    with pytest.raises(RuleViolation, match="has approved"):
        world.approve(numbers[1], user="bertil")
    assert world.order()["refunds"] == 1
    assert world.approve(numbers[1], user="cecilia")["ready"] == [numbers[1]]
    assert world.order()["refunds"] == 1
    assert world.found() == []


def test_one_that_may_not_be_approved_lets_none_be(world):
    first, second = (world.ask(payment_id) for payment_id in world.suspended(100_00, 200_00))
    world.approve(second)

    with pytest.raises(RuleViolation, match="waits for no approval"):
        world.approve(first, second)
    assert world.states() == ["asked", "approved"]


def test_a_company_may_need_no_approval(engine, bank):
    world = RefundWorld(engine, *bank, approvals=0)
    [payment_id] = world.suspended(100_00)

    assert world.tell("request_refund", payment_id=payment_id)["state"] == "approved"


def test_what_is_asked_for_is_set_aside(world):
    [payment_id] = world.suspended(100_00)
    world.ask(payment_id, amount_ore=60_00)

    with pytest.raises(RuleViolation, match=r"40,00 is left"):
        world.ask(payment_id, amount_ore=40_01)
    assert world.ask(payment_id) == 2
    assert world.refund(2).amount_ore == 40_00
    with pytest.raises(RuleViolation, match=r"0,00 is left"):
        world.ask(payment_id)


def test_the_same_command_again_asks_for_nothing_more(world):
    [payment_id] = world.suspended(100_00)
    answers = [world.tell("request_refund", key="one", payment_id=payment_id) for _ in range(2)]

    assert answers[0] == answers[1]
    assert world.states() == ["asked"]


def test_a_withdrawn_refund_is_never_ordered_and_its_money_is_free(world):
    [payment_id] = world.suspended(100_00)
    number = world.ask(payment_id)
    world.approve(number)
    world.tell("withdraw_refund", refund_no=number, reason="fel person")

    assert world.order() == {"refunds": 0, "files": 0, "waiting": 0}
    assert world.ask(payment_id) == 2
    with pytest.raises(RuleViolation, match="only one that has not been ordered"):
        world.tell("withdraw_refund", refund_no=number, reason="igen")


@pytest.mark.parametrize(
    ("payer", "family"),
    [
        (None, "camt.054"),
        (Payer("Testa", "9912346"), "camt.054"),  # a bankgiro and a plusgiro number alike
        (Payer("Testa", "12345678"), "bgmax"),
        (Payer("", "SE3550000000054910000003"), "camt.054"),
    ],
)
def test_nobody_guesses_who_is_paid_and_where(world, payer, family):
    [payment_id] = world.suspended(100_00, payer=payer, family=family)

    with pytest.raises(RuleViolation, match=r"give payee_account|give payee_name"):
        world.ask(payment_id)
    number = world.ask(payment_id, payee_account="bban:9150-1234567", payee_name="Testa Testsson")
    assert world.refund(number).payee_account == "bban:91501234567"


def test_bgmax_tells_bankgiro_numbers(world):
    [payment_id] = world.suspended(100_00, payer=Payer("Bolaget", "0050501055"), family="bgmax")

    assert world.refund(world.ask(payment_id)).payee_account == "bankgiro:50501055"


def test_a_company_that_pays_here_is_not_paid_by_the_core_ledger_too(world):
    [payment_id] = world.suspended(100_00)

    with pytest.raises(RuleViolation, match="hub refunds request"):
        world.tell("refund_payment", payment_id=payment_id)


def test_a_company_that_does_not_pay_here_asks_for_nothing(engine, bank):
    world = RefundWorld(engine, *bank, writer="")
    [payment_id] = world.suspended(100_00)

    with pytest.raises(RuleViolation, match=r"give refunds\.writer"):
        world.ask(payment_id)
    assert world.tell("refund_payment", payment_id=payment_id)["refunded_ore"] == 100_00


@pytest.mark.parametrize("body", [{"payment_id": 999}, {"receivable": {"company": "1", "number": "999"}}])
def test_what_is_not_there_cannot_be_paid_back(world, body):
    with pytest.raises((RuleViolation, DataError)):
        world.tell("request_refund", **body)


# Credit balances


def test_a_credit_balance_is_paid_back_and_the_receivable_is_at_zero(world):
    receivable = world.owe("100", 500_00, debtor_address="Storgatan 1\n903 20 Umeå")
    world.receive(payment_file("camt.054", [pay(500_00, "100", payer=PAYER)]))
    world.tell(
        "credit_receivable",
        receivable={"company": "1", "number": "100"},
        amount_ore=200_00,
        allow_credit_balance=True,
    )  # fmt: skip
    number = world.tell("request_refund", receivable={"company": "1", "number": "100"})["refund_no"]
    world.approve(number)
    world.order()

    assert (world.open_ore(receivable), world.refund(number).amount_ore) == (0, 200_00)
    assert world.account_balance("2890") == -200_00
    with world.store.read() as work:
        assert work.receivables.fully_paid_on(receivable) == "2026-11-22"  # the day of the credit, not of the refund
    world.tell("decide_refund", refund_no=number, verdict="not_paid", reason="kontot är avslutat")
    assert (world.open_ore(receivable), world.account_balance("2890")) == (-200_00, 0)


def test_a_receivable_that_is_owed_has_no_credit_balance(world):
    world.owe("100", 500_00)

    with pytest.raises(RuleViolation, match="no credit balance"):
        world.tell("request_refund", receivable={"company": "1", "number": "100"})


# Ordering


def test_refunds_are_ordered_once_whoever_orders(world):
    one, two = world.ordered(100_00, 50_00)

    assert (one.order_no, two.order_no) == (1, 1)
    assert world.order() == {"refunds": 0, "files": 0, "waiting": 0}
    assert len(world.taken()) == 1
    assert ordered(world.files()[0]) == {"RH1R1": 100_00, "RH1R2": 50_00}


def test_a_file_holds_so_many_payments(engine, bank):
    world = RefundWorld(engine, *bank, most_payments=2)
    world.ordered(1_00, 2_00, 3_00, 4_00, 5_00)

    assert [len(ordered(file)) for file in world.files()] == [2, 2, 1]
    assert len(set(world.taken())) == 3
    assert world.found() == []


def test_a_file_that_is_made_again_has_the_same_ids_and_bytes(world):
    world.ordered(100_00, 50_00)
    world.later(days=3)

    assert world.made_again(1) == world.files()[0]


def test_money_that_was_moved_after_the_approval_is_not_ordered(world):
    world.owe("100", 100_00, "7")
    [payment_id] = world.suspended(100_00)
    number = world.ask(payment_id)
    world.approve(number)
    world.tell("move_payment", payment_id=payment_id, shares=[{"company": "1", "number": "100"}])

    assert world.order() == {"refunds": 0, "files": 0, "waiting": 1}
    assert "withdraw" in world.tasks()["refund_waits"]
    assert world.refund(number).state == "approved"
    world.tell("withdraw_refund", refund_no=number, reason="flyttad")
    assert "refund_waits" not in world.tasks()


def test_what_the_bank_cannot_pay_waits_with_the_reason_and_the_others_go(engine, bank):
    world = RefundWorld(engine, *bank, bank="swedbank")
    without_town = Payer("Testa", PAYER.account)
    waiting, going = world.suspended(100_00, payer=without_town), world.suspended(50_00)
    numbers = [world.ask(*waiting), world.ask(*going)]
    world.approve(*numbers)

    assert world.order() == {"refunds": 1, "files": 1, "waiting": 1}
    assert world.states() == ["approved", "ordered"]
    assert "town" in world.tasks()["refund_waits"]


def test_the_file_is_of_the_day_and_paid_on_a_banking_day(world):
    world.later(days=4)  # to Thursday the 26th
    world.ordered(100_00)
    [(message_id, pay_on, made_at)] = world.sql("SELECT message_id, pay_on, made_at FROM refund_order")

    assert (message_id, pay_on, made_at) == ("RH1-261126-1", "2026-11-27", "2026-11-26T10:00:00")


# On the way


def test_a_lost_answer_is_asked_about_and_the_file_is_taken_once(world):
    world.fail(Fault.RESET_AFTER_ACCEPT)
    [one] = world.ordered(100_00)
    world.later(minutes=10)
    world.drain()

    assert world.file_states() == ["delivered"]
    assert len(world.taken()) == 1
    assert one.state == "ordered"


def test_where_nobody_can_ask_a_person_does_and_nothing_is_sent_twice(engine, bank):
    world = RefundWorld(engine, *bank, promise="neither")
    world.fail(Fault.RESET_AFTER_ACCEPT)
    [one] = world.ordered(100_00)
    world.later(hours=2)
    world.drain()

    assert world.file_states() == ["unknown"]
    assert len(world.taken()) == 1
    with pytest.raises(RuleViolation, match="may still reach the bank"):
        world.tell("refuse_refund_order", order_no=1, reason="vet inte")
    with pytest.raises(RuleViolation, match="may still reach the bank"):
        world.tell("decide_refund", refund_no=one.refund_no, verdict="not_paid", reason="vet inte")
    assert world.order() == {"refunds": 0, "files": 0, "waiting": 0}
    world.answer(answer("<GrpSts>ACCP</GrpSts>", message="RH1-261122-1"))
    assert world.refund(one.refund_no).state == "accepted"


def test_a_file_that_the_bank_never_took_gives_the_money_back(world):
    one, _ = world.ordered(100_00, 50_00)
    told = world.tell("refuse_refund_order", order_no=1, reason="banken har inte filen")

    assert told == {"order_no": 1, "refunds": 2}
    assert balances(world) == [-150_00, 0, 0]
    assert world.states() == ["rejected", "rejected"]
    assert [reason for _, reason, _ in world.waiting()] == ["refund_rejected", "refund_rejected"]
    again = world.ask(one.payment_id)
    world.approve(again)
    world.order()
    assert ordered(world.files()[1]) == {"RH1R3": 100_00}
    with pytest.raises(RuleViolation, match="no refund of file 1"):
        world.tell("refuse_refund_order", order_no=1, reason="igen")


def test_a_file_that_was_refused_where_it_was_sent_is_for_a_person(world):
    world.fail(Fault.REFUSE)
    one, _ = world.ordered(100_00, 50_00)
    world.follow()

    assert world.file_states() == ["undelivered"]
    assert "hub refunds refused 1" in world.tasks()["refund_file_refused"]
    for verdict in ("paid", "not_paid"):  # one of a file that may be sent again would be paid by it too
        with pytest.raises(RuleViolation, match="say of the whole file"):
            world.tell("decide_refund", refund_no=one.refund_no, verdict=verdict, reason="avvisad")
    world.tell("refuse_refund_order", order_no=1, reason="avvisad")
    assert "refund_file_refused" not in world.tasks()
    assert balances(world) == [-150_00, 0, 0]


def test_a_file_goes_under_the_name_that_its_writer_gives_it(world):
    world.ordered(100_00)
    with world.store.read() as work:
        [exchange] = work.exchanges.latest(kind="payment_order", limit=10)

    assert exchange.name == f"{FILE}/{FILE}.xml"
    assert world.sql("SELECT message_id FROM refund_order") == [(FILE,)]


# The bank's answers

FILE = "RH1-261122-1"


def test_an_accepted_file_is_news_and_books_nothing(world):
    world.ordered(100_00, 50_00)
    told = world.answer(answer("<GrpSts>ACCP</GrpSts>", message=FILE))

    assert (told["state"], told["kind"], told["accepted"]) == ("posted", "payment_order_answer", 2)
    assert world.states() == ["accepted", "accepted"]
    assert balances(world) == [0, -150_00, 0]
    assert world.events("payment_order_answered")[0]["state"] == "accepted"


def test_a_rejected_payment_goes_back_to_the_queue_with_the_banks_reason(world):
    one, two = world.ordered(100_00, 50_00)
    rejected = part("AC", payment(one.end_to_end_id, "RJCT", "AC01", "Kontot finns inte"), message=FILE)
    world.answer(answer("<GrpSts>PART</GrpSts>", parts=rejected, message=FILE))

    assert (world.refund(one.refund_no).state, world.refund(two.refund_no).state) == ("rejected", "ordered")
    assert world.refund(one.refund_no).reason == "the bank: AC01 Kontot finns inte"
    assert balances(world) == [-100_00, -50_00, 0]
    assert "AC01" in world.tasks()["refund_rejected"]
    assert "Kontot" not in world.tasks()["refund_rejected"]  # a bank may write names into its own words
    assert world.events("refund_rejected")[0]["reason"] == "the bank: AC01"
    assert world.waiting() == [("suspended", "refund_rejected", 100_00)]


def test_an_answer_about_a_payment_alone_proves_that_the_bank_has_the_file(engine, bank):
    world = RefundWorld(engine, *bank, promise="neither")
    world.fail(Fault.RESET_AFTER_ACCEPT)
    one, _ = world.ordered(100_00, 50_00)
    world.later(hours=2)
    world.drain()
    assert world.file_states() == ["unknown"]
    rejected = part("AC", payment(one.end_to_end_id, "RJCT", "AC01"), message=FILE)
    world.answer(answer("", message=FILE, parts=rejected))

    assert world.file_states() == ["delivered"]  # so nobody sends it a second time
    assert world.states() == ["rejected", "ordered"]


def test_the_same_answer_again_changes_nothing(world):
    [one] = world.ordered(100_00)
    content = answer("<GrpSts>RJCT</GrpSts>", message=FILE)

    assert world.answer(content)["state"] == "posted"
    assert world.answer(content)["state"] == "duplicate"
    assert world.answer(content.replace(b"BANK1", b"BANK2"))["state"] == "posted"
    assert balances(world) == [-100_00, 0, 0]
    assert len(world.events("refund_rejected")) == 1
    assert one.refund_no == 1


def test_a_part_of_a_file_may_be_rejected(world):
    to_giro, to_account = world.suspended(100_00, 50_00)
    numbers = [world.ask(to_giro, payee_account="bankgiro:991-2346"), world.ask(to_account)]
    world.approve(*numbers)
    world.order()
    world.answer(answer("", parts=part("BG", status="RJCT", message=FILE), message=FILE))

    assert world.states() == ["rejected", "ordered"]


def test_an_answer_about_what_nobody_ordered_is_for_a_person(world):
    world.ordered(100_00)
    told = world.answer(answer("<GrpSts>RJCT</GrpSts>", message="OTHER-1"))

    assert told["unknown"] == 1
    assert "nobody here has ordered" in world.tasks()["unknown_payment_order"]
    assert world.states() == ["ordered"]


def test_a_payment_of_another_file_is_not_meant(world):
    world.ordered(100_00)
    [two] = world.ordered(50_00)
    wrong = part("AC", payment(two.end_to_end_id, "RJCT"), message=FILE)

    assert world.answer(answer("", parts=wrong, message=FILE))["unknown"] == 1
    assert world.states() == ["ordered", "ordered"]


def test_a_rejection_of_what_has_left_is_for_a_person(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00, one.end_to_end_id))
    world.answer(answer("<GrpSts>RJCT</GrpSts>", message=FILE))

    assert world.refund(one.refund_no).state == "booked"
    assert "find out from the bank" in world.tasks()["refund_contradicted"]


def test_an_answer_that_is_damaged_is_kept_in_quarantine(world):
    world.ordered(100_00)
    told = world.answer(answer("<GrpSts>WHAT</GrpSts>", message=FILE))

    assert (told["state"], told["problem"]["code"]) == ("quarantined", "ANSWER_STATUS")
    assert world.states() == ["ordered"]


# Statements


def test_money_that_left_is_told_by_two_formats_and_booked_once(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00, one.end_to_end_id), family="camt.054")
    world.booked(world.debit(100_00, one.end_to_end_id), family="camt.053")

    assert balances(world) == [0, 0, -100_00]
    assert len(world.events("refund_booked")) == 1
    assert world.tasks().keys().isdisjoint({"refund_paid_twice", "refund_debit_differs"})


@pytest.mark.parametrize("name", ["RH1-261122-1", "RH1-261122-1-AC"])
def test_a_debit_of_a_whole_file_or_part_books_all_of_it(world, name):
    world.ordered(100_00, 50_00)
    world.booked(world.debit(150_00, name))

    assert world.states() == ["booked", "booked"]
    assert balances(world) == [0, 0, -150_00]


@pytest.mark.parametrize("order", ["054 return 053", "return 054 053", "return 053"])
def test_a_debit_of_a_whole_file_is_told_of_one_that_came_back_too(world, order):
    back, _ = world.ordered(100_00, 50_00)
    for told in order.split():
        if told == "return":
            world.came_back(back)
        else:
            world.booked(world.debit(150_00, FILE), family=f"camt.{told}")

    assert world.states() == ["returned", "booked"]
    assert balances(world) == [-100_00, 0, -150_00]
    assert world.tasks().keys() == {"refund_returned"}
    if told_first := world.sql("SELECT min(exchange_no) FROM refund_telling HAVING count(DISTINCT exchange_no) > 1"):
        world.tell("undo_file", exchange_no=told_first[0][0], reason="read twice")
        world.follow()
        assert (world.states(), balances(world)) == (["returned", "booked"], [-100_00, 0, -150_00])
    assert world.found() == []


def test_a_debit_of_a_whole_file_takes_what_was_rejected_of_it_too(world):
    back, _ = world.ordered(100_00, 50_00)
    world.answer(answer("", parts=part(back.part, payment(back.end_to_end_id, "RJCT"), message=FILE), message=FILE))
    world.booked(world.debit(150_00, FILE))

    assert world.states() == ["rejected", "booked"]
    assert balances(world) == [-100_00, 100_00, -150_00]
    assert "given back" in world.tasks()["refund_paid_twice"]
    world.came_back(back)
    assert (world.states(), balances(world)) == (["returned", "booked"], [-100_00, 0, -150_00])
    assert "refund_paid_twice" not in world.tasks()


def test_a_debit_that_names_a_refund_in_its_text_books_it(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00)._replace(texts=("Utbetalning", one.end_to_end_id)))

    assert (world.states(), balances(world)) == (["booked"], [0, 0, -100_00])


def test_a_debit_of_another_amount_books_nothing_and_asks(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_01, one.end_to_end_id))

    assert balances(world) == [0, -100_00, 0]
    assert one.end_to_end_id not in world.tasks()["refund_debit_differs"]
    assert "another amount" in world.tasks()["refund_debit_differs"]


def test_two_debits_of_one_file_are_for_a_person(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00, one.end_to_end_id), world.debit(100_00, one.end_to_end_id, entry=2))

    assert balances(world) == [0, 0, -100_00]
    assert "second debit" in world.tasks()["refund_paid_twice"]


def test_a_debit_on_another_day_in_the_next_statement_is_money_that_left_twice(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00, one.end_to_end_id, day=date(2026, 11, 24)))
    world.booked(world.debit(100_00, one.end_to_end_id, day=date(2026, 11, 25)), family="camt.054")
    assert world.tasks() == {}
    world.booked(world.debit(100_00, one.end_to_end_id, day=date(2026, 11, 25)))

    assert "on another day" in world.tasks()["refund_paid_twice"]
    assert balances(world) == [0, 0, -100_00]


def test_money_that_left_although_it_was_given_back_is_booked_and_for_a_person(world):
    [one] = world.ordered(100_00)
    world.answer(answer("<GrpSts>RJCT</GrpSts>", message=FILE))
    world.booked(world.debit(100_00, one.end_to_end_id))

    assert balances(world) == [-100_00, 100_00, -100_00]
    assert "given back" in world.tasks()["refund_paid_twice"]
    world.booked(world.debit(100_00, one.end_to_end_id), family="camt.054")
    assert balances(world) == [-100_00, 100_00, -100_00]
    with world.store.read() as work:
        assert [task["kind"] for task in work.commands.open_tasks()].count("refund_paid_twice") == 1


def test_what_others_name_is_none_of_ours(world):
    world.ordered(100_00)
    world.booked(world.debit(100_00, "LÖN 11"), world.debit(7_00, entry=2))

    assert world.states() == ["ordered"]


def test_an_undone_statement_takes_its_booking_back_unless_another_says_the_same(world):
    [one] = world.ordered(100_00)
    first = world.booked(world.debit(100_00, one.end_to_end_id))
    second = world.booked(world.debit(100_00, one.end_to_end_id), family="camt.054")
    for exchange_no, state, clearing_ore in ((first, "booked", 0), (second, "ordered", -100_00)):
        world.tell("undo_file", exchange_no=exchange_no, reason="fel fil")
        world.follow()
        assert (world.refund(one.refund_no).state, world.account_balance("2890")) == (state, clearing_ore)
    assert world.account_balance("1930") == 0


def test_a_refund_that_comes_back_is_where_it_was_and_a_person_is_asked_for_the_account(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00, one.end_to_end_id))
    back = world.came_back(one)

    assert (world.refund(one.refund_no).state, world.refund(one.refund_no).returned_payment) == ("returned", back)
    assert balances(world) == [-100_00, 0, -100_00]
    assert world.waiting() == [("suspended", "refund_returned", 100_00)]
    assert f"payment {back}" in world.tasks()["refund_returned"]
    again = world.ask(one.payment_id, payee_account="bban:9150-1234567", payee_name="Testa Testsson")
    world.approve(again)
    world.order()
    assert ordered(world.files()[1]) == {"RH1R2": 100_00}
    with world.store.read() as work:
        number = next(task["task_no"] for task in work.commands.open_tasks() if task["kind"] == "refund_returned")
    world.tell("see_refund", task_no=number)
    assert "refund_returned" not in world.tasks()


RETURN = Reversal(1, 1, 100_00, "SEK", date(2026, 11, 26), "", (), "AC04", is_credit=True)


def reversed_debit(world, one, *, family="camt.053", **more):
    """A statement's entry that takes the debit of a refund back."""
    back = RETURN._replace(amount_ore=one.amount_ore, keys=(Key("end_to_end_id", one.end_to_end_id),), **more)
    return world.booked(back, family=family)


def test_debit_return_and_rejection_agree_in_any_order(world):
    orders = [*permutations(("debit", "return", "answer"))]
    refunds = world.ordered(*(100_00 + number for number in range(len(orders))))
    total_ore = sum(one.amount_ore for one in refunds)
    rejected = [payment(one.end_to_end_id, "RJCT") for one in refunds]
    tell = {
        "debit": lambda one: world.booked(world.debit(one.amount_ore, one.end_to_end_id)),
        "return": lambda one: reversed_debit(world, one),
        "answer": lambda one: world.answer(
            answer("", parts=part(one.part, rejected[one.refund_no - 1], message=FILE), message=FILE)
        ),
    }
    for place in range(3):
        for one, names in zip(refunds, orders, strict=True):
            tell[names[place]](one)
        assert world.found() == []

    assert set(world.states()) == {"returned"}
    assert balances(world)[:2] == [-total_ore, 0]
    assert world.account_balance("1930") + world.account_balance("1940") == total_ore
    assert sum(left for _, _, left in world.waiting()) == total_ore
    assert world.tasks().keys() == {"refund_returned", "refund_rejected"}


def test_a_credit_balance_that_was_refunded_is_one_again_when_its_debit_is_reversed(world):
    receivable = world.owe("100", 500_00, debtor_address="Storgatan 1\n903 20 Umeå")
    world.receive(payment_file("camt.054", [pay(500_00, "100", payer=PAYER)]))
    named = {"company": "1", "number": "100"}
    world.tell("credit_receivable", receivable=named, amount_ore=200_00, allow_credit_balance=True)
    world.approve(world.tell("request_refund", receivable=named)["refund_no"])
    world.order()
    one = world.refund(1)
    world.booked(world.debit(200_00, one.end_to_end_id))

    for family in ("camt.053", "camt.054"):
        reversed_debit(world, one, entry_reference="B7", family=family)

    assert (world.refund(1).state, world.open_ore(receivable), world.account_balance("2890")) == (
        "returned",
        -200_00,
        0,
    )
    assert "reversal" not in world.tasks()
    again = world.tell("request_refund", receivable=named, payee_account="bban:9150-1234567")["refund_no"]
    world.approve(again)
    world.order()
    assert (world.refund(again).state, world.open_ore(receivable)) == ("ordered", 0)


def test_a_reversed_debit_of_another_amount_is_for_a_person(world):
    [one] = world.ordered(100_00)
    reversed_debit(world, one._replace(amount_ore=99_00))

    assert (world.states(), world.tasks().keys() >= {"reversal"}) == (["ordered"], True)


@pytest.mark.parametrize("how", ["reversal", "return"])
def test_a_sum_that_names_a_file_brings_back_all_of_it_that_left(world, how):
    first, _, refused = world.ordered(100_00, 200_00, 300_00)
    world.answer(
        answer("", parts=part(refused.part, payment(refused.end_to_end_id, "RJCT"), message=FILE), message=FILE)
    )
    world.booked(world.debit(300_00, FILE))

    def come_back(amount_ore, family):
        if how == "reversal":
            back = RETURN._replace(amount_ore=amount_ore, reference=FILE, entry_reference="B8")
        else:
            day, named = RETURN.booked_date, (f"{FILE}-{first.part}",)
            back = OtherEntry(1, 1, amount_ore, "SEK", day, OtherKind.LUMP, references=named, entry_reference="B8")
        return world.booked(back, family=family)

    come_back(299_00, "camt.053")
    assert world.states() == ["booked", "booked", "rejected"]  # another sum
    assert ("hub payments lump-payment" in world.tasks().get("reversal", "")) == (how == "reversal")
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'alone' AND amount_ore = 29900") == 1
    for family in ("camt.053", "camt.054"):
        come_back(300_00, family)

    assert world.states() == ["returned", "returned", "rejected"]
    assert balances(world)[1] == 0
    assert [left for _, _, left in world.waiting()] == [100_00, 200_00, 300_00]
    assert world.found() == []
    assert world.number("SELECT count(*) FROM refund WHERE tenant = :t AND returned_payment > 0") == 2


def test_a_return_that_was_booked_stands_when_its_file_is_undone(world):
    [one] = world.ordered(100_00)
    world.booked(world.debit(100_00, one.end_to_end_id))
    exchange_no = reversed_debit(world, one)

    assert world.tell("undo_file", exchange_no=exchange_no, reason="fel fil")["left_out"] == 1
    world.follow()
    assert (world.states(), balances(world)[:2]) == (["returned"], [-100_00, 0])


def test_money_that_left_although_it_was_given_back_may_be_the_payees_after_all(world):
    [one] = world.ordered(100_00)
    world.answer(answer("<GrpSts>RJCT</GrpSts>", message=FILE))
    world.booked(world.debit(100_00, one.end_to_end_id))
    assert (balances(world), world.found()) == ([-100_00, 100_00, -100_00], [])

    world.tell("decide_refund", refund_no=one.refund_no, verdict="paid", reason="kontoutdraget")

    assert (world.states(), balances(world)) == (["booked"], [0, 0, -100_00])
    assert "refund_paid_twice" not in world.tasks()
    world.came_back(one)
    assert (world.states(), balances(world)[:2]) == (["returned"], [-100_00, 0])


# What a person knows


def test_a_person_says_that_it_was_paid(world):
    [one] = world.ordered(100_00)
    told = world.tell("decide_refund", refund_no=one.refund_no, verdict="paid", reason="sett", paid_on="2026-11-21")

    assert told["state"] == "booked"
    assert balances(world) == [0, 0, -100_00]
    with pytest.raises(RuleViolation, match="only one that is under way"):
        world.tell("decide_refund", refund_no=one.refund_no, verdict="not_paid", reason="nej")


def test_a_person_cannot_say_that_other_money_is_a_refund_that_came_back(world):
    one, other = world.ordered(100_00, 100_00)
    world.booked(world.debit(200_00, "RH1-261122-1"))
    world.receive(payment_file("camt.054", [pay(100_00, "X", currency="EUR", payer=PAYER)], identity="EUR"))
    in_euro = world.number("SELECT max(payment_id) FROM payment WHERE tenant = :t")
    [back] = world.suspended(100_00)

    def came_back(refund, payment_id):
        told = {"refund_no": refund.refund_no, "payment_id": payment_id, "reason": "sett"}
        return world.tell("decide_refund", verdict="came_back", **told)["state"]

    with pytest.raises(RuleViolation, match="another amount or currency"):
        came_back(one, in_euro)
    with pytest.raises(RuleViolation, match="the payment that the refund pays back"):
        came_back(one, one.payment_id)
    assert came_back(one, back) == "returned"
    with pytest.raises(RuleViolation, match=f"refund {one.refund_no} did"):
        came_back(other, back)
    assert world.states() == ["returned", "booked"]


def test_a_payment_that_was_refunded_cannot_be_taken_back_until_it_is_given_back(world):
    [one] = world.ordered(100_00)

    assert world.found() == []
    assert world.tell("undo_file", exchange_no=1, reason="fel fil")["left_out"] == 1
    world.tell("decide_refund", refund_no=one.refund_no, verdict="not_paid", reason="nej")
    assert world.waiting() == [("suspended", "refund_rejected", 100_00)]


def test_a_bank_rule_leaves_refunds_that_left_to_their_own_account(engine, bank):
    rule = {"name": "all", "side": "debit", "text_pattern": ".", "account": "6990"}
    account = {"bankgiro": "991-2346", "also": [{"iban": IBAN}], "bank_rules": [rule]}
    world = RefundWorld(engine, *bank, payee_accounts=[account])
    one, two, three = world.ordered(100_00, 50_00, 25_00)
    [four] = world.ordered(7_00)
    entries = [
        world.debit(one.amount_ore, one.end_to_end_id),
        world.debit(four.amount_ore, "RH1-261122-2-AC", entry=2),
        world.debit(11_00, "AVGIFT", entry=3),
    ]
    world.booked(*entries)

    assert [world.refund(each.refund_no).state for each in (one, two, three, four)] == [
        "booked", "ordered", "ordered", "booked"
    ]  # fmt: skip
    assert world.account_balance("6990") == 11_00
    assert world.found() == []
