"""From payment to receivable: which rule decides, and what a difference becomes."""

from __future__ import annotations

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine, text
from telling import bring, findings

from hub.model.payment_file import Deduction, Part, PartKind, PayeeAccount, Payer
from hub.model.receivables import ReferenceRow

SUSPENSE, CLEARING, WRITE_OFF = "2990", "1940", "3740"


def test_the_exact_reference_settles_and_keeps_its_rule(world: World) -> None:
    owed = world.owe("1001", 10000)

    bring(world, pay(10000, "1001", quality="checked"))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["exact_reference"])


def test_a_reference_found_by_its_check_digit_in_text_settles(world: World) -> None:
    owed = world.owe("1001", 10000, "1234567897")

    bring(world, pay(10000, "", texts=("Betalning OCR 1234567897 tack",)))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["reference_in_text"])


def test_an_invoice_number_in_text_settles(world: World) -> None:
    owed = world.owe("1001", 10000, "1234567897")

    bring(world, pay(10000, "", texts=("Faktura 1001",)))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["invoice_number"])


def test_the_exact_amount_of_a_known_payer_settles(world: World) -> None:
    owed = world.owe("1001", 10000, "1234567897", debtor_identity="5566778899")
    world.owe("1002", 20000, "1234567805", debtor_identity="5566778899")

    bring(world, pay(10000, "", payer=Payer("North", "", "5566778899")))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["amount_and_payer"])


@pytest.mark.parametrize(
    ("ledger", "bank"),
    [
        ("191212121212", "1212121212"),
        ("1212121212", "191212121212"),
        ("5566778899", "165566778899"),
        ("5566778899", "556677-8899"),
    ],
)
def test_a_payer_is_known_whether_or_not_the_bank_writes_the_century(world: World, ledger: str, bank: str) -> None:
    owed = world.owe("1001", 7500, debtor_identity=ledger)

    world.receive(payment_file("bgmax", [pay(7500, payer=Payer("Test Testsson", "", bank, ()))]))

    assert world.rules_of(owed) == ["amount_and_payer"]


@pytest.mark.parametrize(
    ("ledger", "bank"), [("19121212-1212", "201212121212"), ("556677-8899", "995566778899"), ("", "201212121212")]
)
def test_a_payer_of_another_century_is_another(world: World, ledger: str, bank: str) -> None:
    owed = world.owe("1001", 7500, debtor_identity=ledger)

    bring(world, pay(7500, payer=Payer("Test Testsson", "", bank, ())))

    assert (world.open_ore(owed), world.waiting()) == (7500, [("suspended", "no_reference", 7500)])


def test_of_two_debtors_a_century_apart_the_payer_is_the_one_of_the_same_century(world: World) -> None:
    owed = [world.owe(number, 7500, debtor_identity=f"{number}1212-1212") for number in ("1912", "2012")]

    bring(world, pay(7500, payer=Payer("Test Testsson", "", "201212121212", ())))

    assert [world.open_ore(number) for number in owed] == [7500, 0]


def test_a_known_payer_with_two_equal_receivables_is_never_a_guess(world: World) -> None:
    for number in ("1001", "1002"):
        world.owe(number, 10000, f"R{number}", debtor_identity="5566778899")

    bring(world, pay(10000, "", payer=Payer("North", "", "5566778899")))

    assert world.waiting() == [("suspended", "ambiguous", 10000)]


def test_what_a_payer_names_and_cannot_have_is_not_traded_for_another_receivable(world: World) -> None:
    world.owe("1001", 10000, debtor_identity="5566778899")
    world.owe("1002", 10000, debtor_identity="5566778899")
    bring(world, pay(10000, "1001"))

    world.receive(payment_file("bgmax", [pay(10000, "1001", payer=Payer("N", "", "5566778899"))], serial="2"))

    assert world.waiting() == [("suspended", "already_settled", 10000)]


def test_one_payment_over_several_receivables_by_the_shares_the_file_states(world: World) -> None:
    first, second = world.owe("1001", 10000), world.owe("1002", 20000)

    bring(world, pay(25000, "", parts=(Part("1001", 10000), Part("1002", 15000))))

    assert (world.open_ore(first), world.open_ore(second)) == (0, 5000)
    assert world.rules_of(second) == ["stated_shares"]


def test_a_share_of_a_credit_note_lowers_it_and_the_payment_still_equals_the_bank_sum(world: World) -> None:
    invoice, note = world.owe("1001", 50000), world.owe("1002", -10000, kind="credit_note")

    bring(world, pay(40000, "", parts=(Part("1001", 50000), Part("1002", -10000, PartKind.CREDIT_NOTE))))

    assert (world.open_ore(invoice), world.open_ore(note)) == (0, 0)
    assert world.account_balance(CLEARING) == 40000


def test_a_share_that_names_nothing_open_waits_in_the_suspense_account(world: World) -> None:
    world.owe("1001", 10000)

    bring(world, pay(15000, "", parts=(Part("1001", 10000), Part("77", 5000))))

    assert world.waiting() == [("suspended", "part_not_found", 5000)]


def test_shares_that_are_not_the_money_that_came_place_nothing(world: World) -> None:
    owed = world.owe("1001", 5000000)

    bring(world, pay(200, "", parts=(Part("1001", 5000000), Part("77", 100))))

    assert (world.open_ore(owed), world.waiting()) == (5000000, [("suspended", "shares_differ", 200)])


def test_a_share_without_its_credit_note_never_takes_more_than_came(world: World) -> None:
    owed = world.owe("1001", 50000)

    bring(world, pay(40000, "", parts=(Part("1001", 50000), Part("zz", -10000, PartKind.CREDIT_NOTE))))

    assert (world.open_ore(owed), world.waiting()) == (50000, [("suspended", "shares_differ", 40000)])


def test_a_credit_note_without_its_invoice_never_leaves_more_than_came(world: World) -> None:
    note = world.owe("55", -20000, kind="credit_note")

    bring(world, pay(10000, "", parts=(Part("404", 30000), Part("55", -20000, PartKind.CREDIT_NOTE))))

    assert (world.open_ore(note), world.waiting()) == (-20000, [("suspended", "shares_differ", 10000)])
    assert findings(world) == {}


def test_a_number_in_text_is_an_invoice_number_only_with_the_exact_amount(world: World) -> None:
    owed = world.owe("2026", 99900, "1234567897")

    bring(world, pay(10000, "", texts=("HYRA NOVEMBER 2026 LGH 12",)))

    assert world.open_ore(owed) == 99900


def test_of_two_references_in_text_the_exact_amount_decides(world: World) -> None:
    exact = world.owe("1001", 10000, "1234567897", due_date="2026-10-31")
    older = world.owe("1002", 20000, "1234567806", due_date="2026-09-30")

    bring(world, pay(10000, "", texts=("1234567897, ring 1234567806",)))

    assert (world.open_ore(exact), world.open_ore(older)) == (0, 20000)


def test_a_number_beside_an_unknown_reference_is_no_guess(world: World) -> None:
    owed = world.owe("1002", 20000, "1234567806")

    bring(world, pay(10000, "5555", texts=("tel 1234567806",)))

    assert world.open_ore(owed) == 20000


def test_a_reference_means_what_it_means_at_its_own_account(engine: Engine) -> None:
    world = World(engine, payee_accounts=[{"bankgiro": "991-2346"}, {"bankgiro": "5050-1055"}])
    owed = world.owe("1001", 10000, "REF7777")
    accounts = [PayeeAccount("bankgiro", number) for number in ("9912346", "50501055")]

    bring(world, *(pay(amount, "REF7777", account=a) for amount, a in zip((4000, 3000), accounts, strict=True)))

    assert world.open_ore(owed) in (6000, 7000)  # the reference is open at one of them
    assert [reason for _, reason, _ in world.waiting()] == ["unknown_reference"]


def test_several_references_without_shares_are_paid_oldest_first(world: World) -> None:
    older = world.owe("1001", 10000, due_date="2026-09-30")
    newer = world.owe("1002", 20000, due_date="2026-10-31")

    bring(world, pay(15000, "", parts=(Part("1002"), Part("1001"))))

    assert (world.open_ore(older), world.open_ore(newer)) == (0, 15000)


def test_several_payments_on_one_receivable_are_taken_in_file_order(world: World) -> None:
    owed = world.owe("1001", 10000)

    bring(world, pay(6000, "1001"), pay(10000, "1001"))

    assert world.open_ore(owed) == 0
    assert world.waiting() == [("suspended", "overpayment", 6000)]


@pytest.mark.parametrize("use_sets", [True, False], ids=["sets", "rules"])
@pytest.mark.parametrize("texts", [("faktura 10017",), ()], ids=["in_text", "of_payer"])
def test_an_exact_reference_comes_before_what_an_earlier_payment_has_found(
    engine: Engine, texts: tuple[str, ...], use_sets: bool
) -> None:
    world = World(engine, use_sets=use_sets)
    owed = world.owe("10017", 10000, debtor_identity="5566778899")
    payer = None if texts else Payer("North", "", "5566778899")
    amount_ore = 12300 if texts else 10000

    bring(world, pay(amount_ore, "X9" if texts else "", quality="text", texts=texts, payer=payer), pay(10000, "10017"))

    assert (world.open_ore(owed), world.rules_of(owed)) == (0, ["exact_reference"])
    assert [ore for _, _, ore in world.waiting()] == [amount_ore]
    assert findings(world) == {}


def test_costs_then_interest_then_principal(world: World) -> None:
    owed = world.owe("1001", 10000, fee_ore=6000, interest_ore=500)

    bring(world, pay(7000, "1001"))

    with world.store.read() as work:
        found = work.receivables.find(receivable_id=owed)[0]
    assert (found.fee_ore, found.interest_ore, found.principal_ore) == (0, 0, 9500)


@pytest.mark.parametrize(("paid", "left", "written_off"), [(9500, 0, 500), (9499, 501, 0), (10000, 0, 0)])
def test_an_underpayment_within_the_limit_is_written_off(world: World, paid: int, left: int, written_off: int) -> None:
    owed = world.owe("1001", 10000)

    bring(world, pay(paid, "1001"))

    assert (world.open_ore(owed), world.account_balance(WRITE_OFF)) == (left, written_off)


@pytest.mark.parametrize(("paid", "suspended", "written_off"), [(10500, 0, -500), (10501, 501, 0)])
def test_an_overpayment_within_the_limit_is_written_off_and_one_above_it_waits(
    world: World, paid: int, suspended: int, written_off: int
) -> None:
    owed = world.owe("1001", 10000)

    bring(world, pay(paid, "1001"))

    assert world.open_ore(owed) == 0
    assert (-world.account_balance(SUSPENSE), world.account_balance(WRITE_OFF)) == (suspended, written_off)
    assert world.account_balance(CLEARING) == paid


def test_a_difference_can_be_carried_to_the_next_invoice(engine: Engine) -> None:
    limits = {"over_payment_limit": "5.00", "under_payment_limit": "5.00", "difference_handling": "carry"}
    world = World(engine, limits=limits)
    world.owe("1001", 10000)

    bring(world, pay(9600, "1001"))

    assert world.account_balance("2890") == 400


def test_money_above_the_balance_by_exactly_the_printed_fee_is_booked_as_that_fee(world: World) -> None:
    owed = world.owe("1001", 10000)
    with world.store.write() as work:
        work._connection.execute(  # type: ignore[attr-defined]
            text("INSERT INTO printed_charge VALUES (:t, :id, '2026-11-01', 6000, 1234)"),
            {"t": world.store.tenant, "id": owed},
        )

    bring(world, pay(16000, "1001"))

    assert (world.open_ore(owed), world.waiting()) == (0, [])
    assert world.account_balance("3590") == -6000


def test_a_deduction_takes_its_credit_note(world: World) -> None:
    note = world.owe("9001", -3000, kind="credit_note")
    invoice = world.owe("1001", 10000)
    deduction = Deduction(2, 1, 3000, "SEK", None, "9001")

    bring(world, pay(10000, "1001"), deduction)

    assert (world.open_ore(note), world.open_ore(invoice)) == (0, 0)
    assert world.account_balance(CLEARING) == 7000


def test_a_deduction_without_a_credit_note_waits_below_zero(world: World) -> None:
    world.owe("1001", 10000)

    bring(world, pay(10000, "1001"), Deduction(2, 1, 3000, "SEK", None, "zz"))

    assert world.waiting() == [("suspended", "no_credit_note", -3000)]
    assert world.account_balance(SUSPENSE) == 3000


def test_an_internal_receivable_is_never_paid_from_outside(world: World) -> None:
    owed = world.owe("1001", 10000, kind="internal")
    with world.store.write() as work:
        work._connection.execute(text("DELETE FROM reference"))  # type: ignore[attr-defined]

    bring(world, pay(10000, "", texts=("Faktura 1001",)))

    assert world.open_ore(owed) == 10000


def test_another_currency_never_settles(world: World) -> None:
    owed = world.owe("1001", 10000)

    bring(world, pay(10000, "1001", currency="EUR"))

    assert world.open_ore(owed) == 10000
    assert world.waiting() == [("suspended", "other_currency", 10000)]


def test_a_contested_reference_goes_to_the_queue(world: World) -> None:
    world.owe("1001", 10000, "SAME")
    world.owe("1002", 10000, "SAME")

    bring(world, pay(10000, "SAME"))

    assert world.waiting() == [("suspended", "contested_reference", 10000)]


def test_a_payment_that_came_before_its_receivable_is_found_when_it_arrives(world: World) -> None:
    bring(world, pay(10000, "1001"))
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

    bring(world, pay(10000, "1001"))

    with world.store.read() as work:
        signals = [event.data for event in work.events.after(0) if event.kind == "watched_receivable_paid"]
    assert [signal["receivable_id"] for signal in signals] == [owed]


def test_two_references_of_one_receivable_settle_it_once(world: World) -> None:
    owed = world.owe("1001", 10000)
    with world.store.write() as work:
        account_no = next(iter(work.accounts.numbers().values()))
        work.receivables.add_references([ReferenceRow(account_no, "ALIAS", owed, "2026-10-01")])

    bring(world, pay(10000, "1001"), pay(10000, "ALIAS"))

    assert world.open_ore(owed) == 0
    assert world.waiting() == [("suspended", "already_settled", 10000)]


def test_a_reference_that_is_used_again_means_the_receivable_that_is_open(world: World) -> None:
    world.owe("1001", 10000, "7777")
    world.receive(payment_file("bgmax", [pay(10000, "7777")]))
    later = world.owe("1002", 12000, "7777")
    world.receive(payment_file("bgmax", [pay(12000, "7777")], marker="later"))
    assert (world.open_ore(later), world.waiting()) == (0, [])

    for number in ("1003", "1004"):
        world.owe(number, 9000, "7777")
    world.receive(payment_file("bgmax", [pay(9000, "7777")], marker="last"))

    assert world.waiting() == [("suspended", "contested_reference", 9000)]


def test_what_waits_after_a_rematch_says_why_by_that_decision(world: World) -> None:
    bring(world, pay(12000, "1001"), pay(5000, "88"))
    assert [reason for _, reason, _ in world.waiting()] == ["unknown_reference"] * 2

    world.owe("1001", 10000)
    assert [(reason, ore) for _, reason, ore in world.waiting()] == [("overpayment", 2000), ("unknown_reference", 5000)]

    world.owe("1002", 0, "1001")  # the rest is named anew, and is what it was
    world.owe("1003", 0, "88")
    assert [(reason, ore) for _, reason, ore in world.waiting()] == [("overpayment", 2000), ("already_settled", 5000)]
