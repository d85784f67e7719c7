"""From payment to receivable: which rule decides, what a difference becomes, and that both ways agree."""

from __future__ import annotations

import random
from typing import Any

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine, text

from hub.model.payment_file import Deduction, Part, PartKind, PayeeAccount, Payer, Reversal

SUSPENSE, CLEARING, WRITE_OFF = "2990", "1940", "3740"


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def receive(world: World, *payments: Any) -> None:
    assert world.receive(payment_file("bgmax", payments)).state == "posted"


def test_the_exact_reference_settles_and_keeps_its_rule(world: World) -> None:
    owed = world.owe("1001", 10000)

    receive(world, pay(10000, "1001", quality="checked"))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["exact_reference"])


def test_a_reference_found_by_its_check_digit_in_text_settles(world: World) -> None:
    owed = world.owe("1001", 10000, "1234567897")

    receive(world, pay(10000, "", texts=("Betalning OCR 1234567897 tack",)))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["reference_in_text"])


def test_an_invoice_number_in_text_settles(world: World) -> None:
    owed = world.owe("1001", 10000, "1234567897")

    receive(world, pay(10000, "", texts=("Faktura 1001",)))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["invoice_number"])


def test_the_exact_amount_of_a_known_payer_settles(world: World) -> None:
    owed = world.owe("1001", 10000, "1234567897", debtor_identity="5566778899")
    world.owe("1002", 20000, "1234567805", debtor_identity="5566778899")

    receive(world, pay(10000, "", payer=Payer("North", "", "5566778899")))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["amount_and_payer"])


def test_a_known_payer_with_two_equal_receivables_is_never_a_guess(world: World) -> None:
    for number in ("1001", "1002"):
        world.owe(number, 10000, f"R{number}", debtor_identity="5566778899")

    receive(world, pay(10000, "", payer=Payer("North", "", "5566778899")))

    assert world.waiting() == [("suspended", "ambiguous", 10000)]


def test_what_a_payer_names_and_cannot_have_is_not_traded_for_another_receivable(world: World) -> None:
    world.owe("1001", 10000, debtor_identity="5566778899")
    world.owe("1002", 10000, debtor_identity="5566778899")
    receive(world, pay(10000, "1001"))

    world.receive(payment_file("bgmax", [pay(10000, "1001", payer=Payer("N", "", "5566778899"))], serial="2"))

    assert world.waiting() == [("suspended", "already_settled", 10000)]


def test_one_payment_over_several_receivables_by_the_shares_the_file_states(world: World) -> None:
    first, second = world.owe("1001", 10000), world.owe("1002", 20000)

    receive(world, pay(25000, "", parts=(Part("1001", 10000), Part("1002", 15000))))

    assert (world.open_ore(first), world.open_ore(second)) == (0, 5000)
    assert world.rules_of(second) == ["stated_shares"]


def test_a_share_of_a_credit_note_lowers_it_and_the_payment_still_equals_the_bank_sum(world: World) -> None:
    invoice, note = world.owe("1001", 50000), world.owe("1002", -10000, kind="credit_note")

    receive(world, pay(40000, "", parts=(Part("1001", 50000), Part("1002", -10000, PartKind.CREDIT_NOTE))))

    assert (world.open_ore(invoice), world.open_ore(note)) == (0, 0)
    assert world.account_balance(CLEARING) == 40000


def test_a_share_that_names_nothing_open_waits_in_the_suspense_account(world: World) -> None:
    world.owe("1001", 10000)

    receive(world, pay(15000, "", parts=(Part("1001", 10000), Part("77", 5000))))

    assert world.waiting() == [("suspended", "part_not_found", 5000)]


def test_shares_that_are_not_the_money_that_came_place_nothing(world: World) -> None:
    owed = world.owe("1001", 5000000)

    receive(world, pay(200, "", parts=(Part("1001", 5000000), Part("77", 100))))

    assert (world.open_ore(owed), world.waiting()) == (5000000, [("suspended", "shares_differ", 200)])


def test_a_share_without_its_credit_note_never_takes_more_than_came(world: World) -> None:
    owed = world.owe("1001", 50000)

    receive(world, pay(40000, "", parts=(Part("1001", 50000), Part("zz", -10000, PartKind.CREDIT_NOTE))))

    assert (world.open_ore(owed), world.waiting()) == (50000, [("suspended", "shares_differ", 40000)])


def test_a_number_in_text_is_an_invoice_number_only_with_the_exact_amount(world: World) -> None:
    owed = world.owe("2026", 99900, "1234567897")

    receive(world, pay(10000, "", texts=("HYRA NOVEMBER 2026 LGH 12",)))

    assert world.open_ore(owed) == 99900


def test_of_two_references_in_text_the_exact_amount_decides(world: World) -> None:
    exact = world.owe("1001", 10000, "1234567897", due_date="2026-10-31")
    older = world.owe("1002", 20000, "1234567806", due_date="2026-09-30")

    receive(world, pay(10000, "", texts=("1234567897, ring 1234567806",)))

    assert (world.open_ore(exact), world.open_ore(older)) == (0, 20000)


def test_a_number_beside_an_unknown_reference_is_no_guess(world: World) -> None:
    owed = world.owe("1002", 20000, "1234567806")

    receive(world, pay(10000, "5555", texts=("tel 1234567806",)))

    assert world.open_ore(owed) == 20000


def test_a_reference_means_what_it_means_at_its_own_account(engine: Engine) -> None:
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346"}, {"bankgiro": "5050-1055"}])
    owed = world.owe("1001", 10000, "REF7777")
    accounts = [PayeeAccount("bankgiro", number) for number in ("9912346", "50501055")]

    receive(world, *(pay(amount, "REF7777", account=a) for amount, a in zip((4000, 3000), accounts, strict=True)))

    assert world.open_ore(owed) in (6000, 7000)  # the reference is open at one of them
    assert [reason for _, reason, _ in world.waiting()] == ["unknown_reference"]


def test_several_references_without_shares_are_paid_oldest_first(world: World) -> None:
    older = world.owe("1001", 10000, due_date="2026-09-30")
    newer = world.owe("1002", 20000, due_date="2026-10-31")

    receive(world, pay(15000, "", parts=(Part("1002"), Part("1001"))))

    assert (world.open_ore(older), world.open_ore(newer)) == (0, 15000)


def test_several_payments_on_one_receivable_are_taken_in_file_order(world: World) -> None:
    owed = world.owe("1001", 10000)

    receive(world, pay(6000, "1001"), pay(10000, "1001"))

    assert world.open_ore(owed) == 0
    assert world.waiting() == [("suspended", "overpayment", 6000)]


def test_costs_then_interest_then_principal(world: World) -> None:
    owed = world.owe("1001", 10000, fee_ore=6000, interest_ore=500)

    receive(world, pay(7000, "1001"))

    with world.store.read() as work:
        found = work.receivables.find(receivable_id=owed)[0]
    assert (found.fee_ore, found.interest_ore, found.principal_ore) == (0, 0, 9500)


@pytest.mark.parametrize(("paid", "left", "written_off"), [(9500, 0, 500), (9499, 501, 0), (10000, 0, 0)])
def test_an_underpayment_within_the_limit_is_written_off(world: World, paid: int, left: int, written_off: int) -> None:
    owed = world.owe("1001", 10000)

    receive(world, pay(paid, "1001"))

    assert (world.open_ore(owed), world.account_balance(WRITE_OFF)) == (left, written_off)


@pytest.mark.parametrize(("paid", "suspended", "written_off"), [(10500, 0, -500), (10501, 501, 0)])
def test_an_overpayment_within_the_limit_is_written_off_and_one_above_it_waits(
    world: World, paid: int, suspended: int, written_off: int
) -> None:
    owed = world.owe("1001", 10000)

    receive(world, pay(paid, "1001"))

    assert world.open_ore(owed) == 0
    assert (-world.account_balance(SUSPENSE), world.account_balance(WRITE_OFF)) == (suspended, written_off)
    assert world.account_balance(CLEARING) == paid


def test_a_difference_can_be_carried_to_the_next_invoice(engine: Engine) -> None:
    limits = {"over_payment_limit": "5.00", "under_payment_limit": "5.00", "difference_handling": "carry"}
    world = World(engine, limits=limits)
    world.owe("1001", 10000)

    receive(world, pay(9600, "1001"))

    assert world.account_balance("2890") == 400


def test_money_above_the_balance_by_exactly_the_printed_fee_is_booked_as_that_fee(world: World) -> None:
    owed = world.owe("1001", 10000)
    with world.store.write() as work:
        work._connection.execute(  # type: ignore[attr-defined]
            text("INSERT INTO printed_charge VALUES (:t, :id, '2026-11-01', 6000, 1234)"),
            {"t": world.store.tenant, "id": owed},
        )

    receive(world, pay(16000, "1001"))

    assert (world.open_ore(owed), world.waiting()) == (0, [])
    assert world.account_balance("3590") == -6000


def test_a_deduction_takes_its_credit_note(world: World) -> None:
    note = world.owe("9001", -3000, kind="credit_note")
    invoice = world.owe("1001", 10000)
    deduction = Deduction(2, 1, 3000, "SEK", None, "9001")

    receive(world, pay(10000, "1001"), deduction)

    assert (world.open_ore(note), world.open_ore(invoice)) == (0, 0)
    assert world.account_balance(CLEARING) == 7000


def test_a_deduction_without_a_credit_note_waits_below_zero(world: World) -> None:
    world.owe("1001", 10000)

    receive(world, pay(10000, "1001"), Deduction(2, 1, 3000, "SEK", None, "zz"))

    assert world.waiting() == [("suspended", "no_credit_note", -3000)]
    assert world.account_balance(SUSPENSE) == 3000


def test_an_internal_receivable_is_never_paid_from_outside(world: World) -> None:
    owed = world.owe("1001", 10000, kind="internal")
    with world.store.write() as work:
        work._connection.execute(text("DELETE FROM reference"))  # type: ignore[attr-defined]

    receive(world, pay(10000, "", texts=("Faktura 1001",)))

    assert world.open_ore(owed) == 10000


def test_another_currency_never_settles(world: World) -> None:
    owed = world.owe("1001", 10000)

    receive(world, pay(10000, "1001", currency="EUR"))

    assert world.open_ore(owed) == 10000
    assert world.waiting() == [("suspended", "other_currency", 10000)]


def test_a_contested_reference_goes_to_the_queue(world: World) -> None:
    world.owe("1001", 10000, "SAME")
    world.owe("1002", 10000, "SAME")

    receive(world, pay(10000, "SAME"))

    assert world.waiting() == [("suspended", "contested_reference", 10000)]


def test_a_payment_that_came_before_its_receivable_is_found_when_it_arrives(world: World) -> None:
    receive(world, pay(10000, "1001"))
    assert world.waiting() == [("suspended", "unknown_reference", 10000)]

    owed = world.owe("1001", 10000)

    assert (world.open_ore(owed), world.waiting(), world.account_balance(SUSPENSE)) == (0, [], 0)
    with world.store.read() as work:
        dates = {(e["cause"], e["transaction_date"]) for e in work.receivables.entries(owed)}
    assert ("payment", "2026-11-16") in dates  # interest is counted to the day the money came


def test_a_payment_on_a_watched_receivable_is_signalled(world: World) -> None:
    owed = world.owe("1001", 10000)
    with world.store.write() as work:
        work._connection.execute(  # type: ignore[attr-defined]
            text("INSERT INTO watch VALUES (:t, :id, 'order to pay', 'test', '')"),
            {"t": world.store.tenant, "id": owed},
        )

    receive(world, pay(10000, "1001"))

    with world.store.read() as work:
        signals = [event.data for event in work.events.after(0) if event.kind == "watched_receivable_paid"]
    assert [signal["receivable_id"] for signal in signals] == [owed]


def test_a_reversal_reverses_the_entries_and_reopens_the_receivable(world: World) -> None:
    from hub.model.payment_file import Key

    owed = world.owe("1001", 10000)
    key = (Key("acct_svcr_ref", "R1"),)
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=key)]))
    assert world.open_ore(owed) == 0

    world.receive(payment_file("camt.054", [Reversal(1, 1, 10000, "SEK", None, "", key, "AC04")], identity="2"))

    assert world.open_ore(owed) == 10000
    assert world.account_balance(CLEARING) == 0


def test_a_reversal_in_a_statement_takes_back_the_bank_side_too(world: World) -> None:
    from hub.model.payment_file import Key, Level

    owed = world.owe("1001", 10000)
    key = (Key("acct_svcr_ref", "R1"),)
    world.receive(payment_file("camt.053", [pay(10000, "1001", keys=key)], level=Level.LUMP, identity="s1"))
    assert (world.account_balance("1930"), world.account_balance(CLEARING)) == (10000, 0)

    taken_back = Reversal(1, 1, 10000, "SEK", None, "", key, "AC04")
    world.receive(payment_file("camt.053", [taken_back], level=Level.LUMP, identity="s2"))

    assert (world.account_balance("1930"), world.account_balance(CLEARING)) == (0, 0)
    assert world.open_ore(owed) == 10000
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'alone'") == 0


def test_a_reversal_that_is_not_found_is_held(world: World) -> None:
    from hub.model.payment_file import Key

    world.receive(payment_file("camt.054", [Reversal(1, 1, 10000, "SEK", None, "", (Key("acct_svcr_ref", "x"),))]))

    with world.store.read() as work:
        assert [task["kind"] for task in work.commands.open_tasks()] == ["reversal"]
    assert world.account_balance(CLEARING) == 0


def test_two_references_of_one_receivable_settle_it_once(world: World) -> None:
    from hub.model.receivables import ReferenceRow

    owed = world.owe("1001", 10000)
    with world.store.write() as work:
        account_no = next(iter(work.accounts.numbers().values()))
        work.receivables.add_references([ReferenceRow(account_no, "ALIAS", owed, "2026-10-01")])

    receive(world, pay(10000, "1001"), pay(10000, "ALIAS"))

    assert world.open_ore(owed) == 0
    assert world.waiting() == [("suspended", "already_settled", 10000)]


def books(world: World) -> dict[str, Any]:
    """Everything the books say, without the numbers that only tell the order."""
    with world.store.read() as work:
        receivables = {
            found.number: sorted(
                (e["cause"], e["bucket"], e["amount_ore"], e["rule"])
                for e in work.receivables.entries(found.receivable_id)
            )
            for found in work.receivables.search(open_only=False, limit=1000)
        }
        queue = sorted((q.reference, q.reason, q.remaining_ore) for q in work.queue.waiting(limit=1000))
    accounts = {account: world.account_balance(account) for account in (CLEARING, SUSPENSE, WRITE_OFF, "1510")}
    return {"receivables": receivables, "queue": queue, "accounts": accounts}


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_join_and_the_rules_give_the_same_books(engine: Engine, seed: int) -> None:
    rng = random.Random(seed)
    owed = [(str(1000 + n), rng.choice((5000, 10000, 10000, 20000)), rng.choice((0, 0, 6000))) for n in range(30)]
    payments = [
        pay(rng.choice((amount + fee, amount, amount + 100, 7000)), rng.choice((number, number, "1003", "zz")))
        for number, amount, fee in owed
    ]
    results = []
    for use_exact_join in (True, False):
        world = World(engine, name=f"t{use_exact_join:d}", use_exact_join=use_exact_join)
        for number, amount, fee in owed:
            world.owe(number, amount, fee_ore=fee)
        receive(world, *payments)
        results.append(books(world))

    assert results[0] == results[1]


def test_every_voucher_balances_and_balances_are_the_sums_of_entries(world: World) -> None:
    world.owe("1001", 10000, fee_ore=6000)
    receive(world, pay(16000, "1001"), pay(123, "zz"), Deduction(2, 1, 23, "SEK", None, "yy"))

    assert (
        world.number(
            "SELECT count(*) FROM (SELECT voucher_no FROM voucher_line WHERE tenant = :t "
            "GROUP BY voucher_no HAVING sum(amount_ore) <> 0) AS broken"
        )
        == 0
    )
    assert -world.account_balance(SUSPENSE) == sum(amount for _, _, amount in world.waiting())


def test_event_numbers_have_no_gaps(world: World) -> None:
    world.owe("1001", 10000)
    receive(world, pay(10000, "1001"), pay(123, "zz"))

    with world.store.read() as work:
        numbers = [event.number for event in work.events.after(0)]
    assert numbers == list(range(1, len(numbers) + 1))
