"""What a person does with suspended money: move, split, refund, write off; and what the bank takes back after that."""

from __future__ import annotations

import pytest
from payment_world import DAY, World, pay, payment_file, settings_of_company
from sqlalchemy import text
from telling import REFUND_TO, accounts, assert_books_agree, bring, events, shares, suspend, tell

from hub.errors import DataError, RuleViolation
from hub.model.payment_file import Deduction, Key, Payer, Reversal
from hub.model.tenant import Tenant
from hub.testing.example_tenant import tenant_settings


def test_suspended_money_is_split_over_receivables_and_the_person_is_the_rule(world: World) -> None:
    first, second = world.owe("1001", 6000), world.owe("1002", 9000)
    payment = suspend(world)

    answer = tell(world, "move_payment", payment_id=payment, shares=shares(("1001", 6000), ("1002", None)))

    assert (world.open_ore(first), world.open_ore(second)) == (0, 5000)
    assert world.rules_of(first) == world.rules_of(second) == ["by_person:clerk"]
    assert (answer["remaining_ore"], world.waiting()) == (0, [])
    with world.store.read() as work:
        entry = work.receivables.entries(first)[-1]
    assert (entry["transaction_date"], entry["booked_date"]) == (DAY.isoformat(), "2026-11-22")
    assert world.number("SELECT count(*) FROM suspense_movement WHERE tenant = :t AND cause = 'moved_by_person'") == 1
    assert_books_agree(world)


def test_a_part_can_be_moved_and_the_rest_waits(world: World) -> None:
    world.owe("1001", 6000)
    payment = suspend(world)

    tell(world, "move_payment", payment_id=payment, shares=shares(("1001", 1500)))

    assert [remaining for _, _, remaining in world.waiting()] == [8500]
    assert world.account_balance("2990") == -8500
    with pytest.raises(RuleViolation, match="no more can move"):
        tell(world, "move_payment", payment_id=payment, shares=shares(("1001", 8501)))
    assert_books_agree(world)


def test_a_receivable_gets_no_more_than_is_open_unless_the_person_says_so(world: World) -> None:
    receivable = world.owe("1001", 6000)
    payment = suspend(world)
    with pytest.raises(RuleViolation, match="allow_credit_balance"):
        tell(world, "move_payment", payment_id=payment, shares=shares(("1001", None)))

    tell(world, "move_payment", payment_id=payment, shares=shares(("1001", None)), allow_credit_balance=True)

    assert world.open_ore(receivable) == -4000
    assert_books_agree(world)


def test_money_moves_to_no_internal_receivable_and_to_none_twice(world: World) -> None:
    world.owe("1001", 6000, kind="internal")
    world.owe("1002", 6000)
    payment = suspend(world)

    with pytest.raises(RuleViolation, match="internal"):
        tell(world, "move_payment", payment_id=payment, shares=shares(("1001", 1)))
    with pytest.raises(DataError, match="stands twice"):
        tell(world, "move_payment", payment_id=payment, shares=shares(("1002", 1), ("1002", 2)))
    assert_books_agree(world)


def test_company_must_agree(world: World) -> None:
    other = settings_of_company(number="2", payee_accounts=[{"bankgiro": "5050-1055"}])
    world.tenant = Tenant.model_validate(tenant_settings(settings_of_company(), other))
    receivable = world.owe("1001", 6000)
    payment = suspend(world)
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE receivable SET company = '2' WHERE receivable_id = :r"), {"r": receivable})

    with pytest.raises(RuleViolation, match="they must agree"):
        tell(world, "move_payment", payment_id=payment, shares=[{"company": "2", "number": "1001"}])


def test_a_suspended_deduction_is_moved_to_its_credit_note(world: World) -> None:
    note = world.owe("2001", -5000, kind="credit_note")
    deduction = Deduction(line=1, entry=1, amount_ore=5000, currency="SEK", booked_date=DAY, reference="unclear")
    world.receive(payment_file("bgmax", [pay(7000, "x1"), deduction]))
    with world.store.read() as work:
        payment = next(q.payment_id for q in work.queue.waiting() if q.remaining_ore < 0)

    tell(world, "move_payment", payment_id=payment, shares=shares(("2001", 5000)))

    assert world.open_ore(note) == 0
    assert [remaining for _, _, remaining in world.waiting()] == [7000]
    assert_books_agree(world)


def test_a_refund_takes_money_from_suspense_to_the_bank_and_says_what_to_pay_out(world: World) -> None:
    payment = suspend(world, payer=Payer("Anna Test", "SE4550000000058398257466"))

    tell(world, "refund_payment", payment_id=payment, amount_ore=4000)

    assert accounts(world) == {"1930": -4000, "1940": 10000, "2990": -6000}
    event = events(world, "refund_ordered")[0]
    assert (event["amount_ore"], event["payee_name"], event["payee_account"]) == (
        4000,
        "Anna Test",
        "SE4550000000058398257466",
    )
    with pytest.raises(RuleViolation, match="no more can be refunded"):
        tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=payment, amount_ore=6001)
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=payment)
    with pytest.raises(RuleViolation, match="nothing remains"):
        tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=payment)
    assert_books_agree(world)


def test_a_refund_to_nobody_is_refused_and_changes_nothing(world: World) -> None:
    payment = suspend(world)

    with pytest.raises(RuleViolation, match="ask the payer, and give payee_account"):
        tell(world, "refund_payment", payment_id=payment)
    assert [remaining for _, _, remaining in world.waiting()] == [10000]
    tell(world, "refund_payment", payment_id=payment, payee_account="SE45 5000 0000 0583 9825 7466")
    assert events(world, "refund_ordered")[0]["payee_account"] == "iban:SE4550000000058398257466"


def test_a_refund_that_is_told_twice_is_paid_once(world: World) -> None:
    payment = suspend(world)

    for _ in range(2):
        tell(
            world,
            "refund_payment",
            payee_account=REFUND_TO,
            payment_id=payment,
            amount_ore=4000,
            key="refund of 16 November",
        )

    assert len(events(world, "refund_ordered")) == 1
    assert world.account_balance("1930") == -4000


def test_a_small_suspended_amount_is_written_off_within_the_limit(world: World) -> None:
    small, large = suspend(world, 500), suspend(world, 501)

    tell(world, "write_off_suspended", payment_id=small)
    with pytest.raises(RuleViolation, match="above_limit"):
        tell(world, "write_off_suspended", payment_id=large)
    tell(world, "write_off_suspended", payment_id=large, above_limit=True)

    assert (world.waiting(), world.account_balance("3740")) == ([], -1001)
    assert_books_agree(world)


def test_what_is_not_in_the_queue_is_refused_by_name(world: World) -> None:
    world.owe("1001", 10000)
    bring(world, pay(10000, "1001"))
    with pytest.raises(DataError, match="payment 1 is not suspended; what became of it: hub payments show 1"):
        tell(world, "write_off_suspended", payment_id=1)
    with pytest.raises(DataError, match="there is no payment 77; see: hub payments list"):
        tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=77)


def test_money_the_bank_takes_back_after_it_was_moved_reopens_the_receivable(world: World) -> None:
    receivable = world.owe("1001", 10000)
    payment = suspend(world, keys=(Key("bgc_serial", "7"),))
    tell(world, "move_payment", payment_id=payment, shares=shares(("1001", None)))

    back = Reversal(1, 1, 10000, "SEK", DAY, "nothing known", (Key("bgc_serial", "7"),))
    world.receive(payment_file("camt.054", [back], marker="back"))

    assert world.open_ore(receivable) == 10000
    assert world.account_balance("1940") == 0
    assert_books_agree(world)


def test_money_the_bank_takes_back_after_we_refunded_it_is_held_for_a_person(world: World) -> None:
    payment = suspend(world, keys=(Key("bgc_serial", "7"),))
    tell(world, "refund_payment", payee_account=REFUND_TO, payment_id=payment)

    back = Reversal(1, 1, 10000, "SEK", DAY, "nothing known", (Key("bgc_serial", "7"),))
    world.receive(payment_file("camt.054", [back], marker="back"))

    assert world.number("SELECT count(*) FROM reversal WHERE tenant = :t AND state = 'held'") == 1
    assert_books_agree(world)


def test_a_small_amount_written_off_comes_back_from_its_account_when_the_bank_takes_the_money_back(
    world: World,
) -> None:
    payment = suspend(world, 400, keys=(Key("bgc_serial", "7"),))
    tell(world, "write_off_suspended", payment_id=payment)

    back = Reversal(1, 1, 400, "SEK", DAY, "nothing known", (Key("bgc_serial", "7"),))
    world.receive(payment_file("camt.054", [back], marker="back"))

    assert accounts(world) == {}
    assert_books_agree(world)
