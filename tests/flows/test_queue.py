"""What a person does with waiting money: move, split, refund, write off, decide what is held, take a lump as paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payment_world import DAY, SETTINGS, World, pay, payment_file
from sqlalchemy import Engine, text
from telling import accounts, assert_books_agree, entries, events, tell, waiting_ids
from test_receivables_in import Ledger

from hub.errors import DataError, RuleViolation
from hub.model.payment_file import Deduction, Key, Level, OtherEntry, OtherKind, PayeeAccount, Payer, Reversal
from hub.model.tenant import Tenant
from hub.services.payments.lone_sides import watch_clearing
from hub.services.payments.suggesting import suggestions


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def suspend(world: World, amount_ore: int = 10000, reference: str = "nothing known", **more: Any) -> int:
    """Bring money that no rule places, and return the payment's id."""
    known = set(waiting_ids(world))
    world.receive(payment_file("bgmax", [pay(amount_ore, reference, **more)], marker=str(len(known))))
    return next(iter(set(waiting_ids(world)) - known))


def shares(*pairs: tuple[str, int | None]) -> list[dict[str, Any]]:
    return [{"company": "1", "number": number, "amount_ore": amount_ore} for number, amount_ore in pairs]


# --- move ------------------------------------------------------------------------------------------------------------


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
    company = SETTINGS["companies"][0]
    other = {**company, "number": "2", "payee_accounts": [{"bankgiro": "5050-1055"}]}
    world.tenant = Tenant.model_validate({**SETTINGS, "companies": [company, other]})
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


# --- refund and write-off --------------------------------------------------------------------------------------------


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
        tell(world, "refund_payment", payment_id=payment, amount_ore=6001)
    tell(world, "refund_payment", payment_id=payment)
    with pytest.raises(RuleViolation, match="nothing remains"):
        tell(world, "refund_payment", payment_id=payment)
    assert_books_agree(world)


def test_a_refund_that_is_told_twice_is_paid_once(world: World) -> None:
    payment = suspend(world)

    for _ in range(2):
        tell(world, "refund_payment", payment_id=payment, amount_ore=4000, key="refund of 16 November")

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
    with pytest.raises(DataError, match="not in the queue"):
        tell(world, "refund_payment", payment_id=77)


# --- held payments ---------------------------------------------------------------------------------------------------


@pytest.fixture
def overlap(world: World) -> World:
    """A day that BgMax and camt.054 share in part: two payments are held as one group."""
    for number in ("1001", "1002", "1003", "1004"):
        world.owe(number, int(number) * 10)
    first = [pay(10010, "1001"), pay(10020, "1002"), pay(10030, "1003")]
    world.receive(payment_file("bgmax", first))
    world.receive(payment_file("camt.054", [*first[:2], pay(10040, "1004")]))
    assert [(state, reason) for state, reason, _ in world.waiting()] == [("held", "day_overlaps_in_part")] * 2
    return world


def group_of(world: World) -> str:
    with world.store.read() as work:
        return work.queue.waiting()[0].held_group


def test_a_held_group_is_closed_as_the_same_money_by_one_command(overlap: World) -> None:
    before = accounts(overlap)

    assert tell(overlap, "decide_held", verdict="same_money", group=group_of(overlap))["closed"] == 2

    assert (overlap.waiting(), accounts(overlap)) == ([], before)
    assert overlap.number("SELECT count(*) FROM duplicate_payment WHERE tenant = :t AND proof = 'person'") == 2
    assert_books_agree(overlap)


def test_a_held_group_that_is_new_money_is_posted_by_the_ordinary_rules_and_raises_its_deposit(overlap: World) -> None:
    deposits = "SELECT CAST(sum(amount_ore) AS BIGINT) FROM deposit WHERE tenant = :t"
    before = overlap.number(deposits)

    answer = tell(overlap, "decide_held", verdict="new_money", group=group_of(overlap))

    assert (answer["placed"], answer["suspended"]) == (0, 2)
    assert overlap.waiting() == [("suspended", "already_settled", 10010), ("suspended", "already_settled", 10020)]
    assert overlap.number(deposits) == before + 20030 == overlap.account_balance("1940")
    assert_books_agree(overlap)


def test_one_booked_payment_is_the_same_money_as_one_held_payment_of_a_family(world: World) -> None:
    suspend(world, reference="")
    for value in ("q1", "q2"):
        world.receive(payment_file("camt.054", [pay(10000, keys=(Key("acct_svcr_ref", value),))]))
    _, first, second = waiting_ids(world)

    with pytest.raises(RuleViolation, match="both be the same money"):
        tell(world, "decide_held", verdict="same_money", payment_ids=[first, second])
    tell(world, "decide_held", verdict="same_money", payment_ids=[first])
    with pytest.raises(RuleViolation, match="take it as new money"):
        tell(world, "decide_held", verdict="same_money", payment_ids=[second])
    tell(world, "decide_held", verdict="new_money", payment_ids=[second])

    assert world.account_balance("1940") == 20000
    assert_books_agree(world)


def test_a_group_is_not_split_and_held_money_is_not_moved_or_refunded(overlap: World) -> None:
    held = waiting_ids(overlap)

    with pytest.raises(RuleViolation, match="decided together"):
        tell(overlap, "decide_held", verdict="new_money", payment_ids=held[:1])
    for kind in ("refund_payment", "write_off_suspended"):
        with pytest.raises(RuleViolation, match="is held"):
            tell(overlap, kind, payment_id=held[0])
    with pytest.raises(RuleViolation, match="is held"):
        tell(overlap, "move_payment", payment_id=held[0], shares=shares(("1003", 1)))
    with pytest.raises(DataError, match="no such payment is held"):
        tell(overlap, "decide_held", verdict="new_money", group="no such group")


def test_held_new_money_pays_its_receivable_and_pairs_with_the_banks_movement(world: World) -> None:
    receivable = world.owe("1001", 10000)
    world.receive(payment_file("bgmax", [pay(10000, "1001")]))
    world.receive(payment_file("camt.054", [pay(10000, "1001", booked_date=DAY + timedelta(days=1))]))
    assert [reason for _, reason, _ in world.waiting()] == ["equal_but_for_the_day"]
    tell(world, "credit_receivable", "1001", amount_ore=1, allow_credit_balance=True)
    tell(world, "write_off_receivable", "1001", reason_code="x")
    more = world.owe("1009", 10000)
    with world.store.write() as work:
        rows = work.receivables.references_of([receivable])
        work.receivables.move_references(receivable, more, rows[0].valid_from)

    answer = tell(world, "decide_held", verdict="new_money", payment_ids=waiting_ids(world))

    assert (answer["placed"], world.open_ore(more)) == (1, 0)
    assert_books_agree(world)


def test_money_to_an_unknown_account_is_posted_once_a_person_says_which_account_it_is(world: World) -> None:
    receivable = world.owe("1001", 10000)
    world.receive(payment_file("bgmax", [pay(2500, "zz99")], account=PayeeAccount("bankgiro", "50501055")))
    held = waiting_ids(world)
    with pytest.raises(DataError, match="give payee_account"):
        tell(world, "decide_held", verdict="new_money", payment_ids=held)
    with pytest.raises(RuleViolation, match="no other like it"):
        tell(world, "decide_held", verdict="same_money", payment_ids=held)

    tell(world, "decide_held", verdict="new_money", payment_ids=held, payee_account="bankgiro:991-2346")

    assert world.waiting() == [("suspended", "unknown_reference", 2500)]
    tell(world, "move_payment", payment_id=held[0], shares=shares(("1001", None)))
    assert world.open_ore(receivable) == 7500
    assert_books_agree(world)


# --- lumps -----------------------------------------------------------------------------------------------------------


def lump(amount_ore: int, *texts: str, entry: int = 1) -> OtherEntry:
    return OtherEntry(1, entry, amount_ore, "SEK", DAY, OtherKind.LUMP, texts=texts)


def statement(*entries_: Any, **more: Any) -> bytes:
    return payment_file("camt.053", entries_, level=Level.LUMP, **more)


def test_a_lone_lump_becomes_a_payment_found_by_the_banks_text(world: World) -> None:
    receivable = world.owe("1001", 10000, reference="10017")
    world.receive(statement(lump(10000, "invoice 10017")))
    assert accounts(world) == {"1510": 10000, "1930": 10000, "1940": -10000, "3000": -10000}

    tell(world, "make_lump_payment", lump_no=1)

    assert world.open_ore(receivable) == 0
    assert accounts(world) == {"1930": 10000, "3000": -10000}
    assert entries(world, receivable)[-1] == ("lump_payment", "principal", -10000)
    with pytest.raises(RuleViolation, match="is payment"):
        tell(world, "make_lump_payment", lump_no=1)
    assert_books_agree(world)


def test_a_lump_without_any_word_waits_in_suspense_until_its_reference_comes(world: World) -> None:
    world.receive(statement(lump(10000)))
    tell(world, "make_lump_payment", lump_no=1, reference="1001")
    assert world.waiting() == [("suspended", "unknown_reference", 10000)]

    receivable = world.owe("1001", 10000)

    assert (world.open_ore(receivable), world.waiting()) == (0, [])
    assert_books_agree(world)


def test_a_lump_that_is_paired_or_took_money_away_is_no_payment(world: World) -> None:
    world.receive(payment_file("bgmax", [pay(10000, "1001")]))
    world.receive(statement(lump(10000), lump(-300, entry=2)))

    with pytest.raises(RuleViolation, match="is paired"):
        tell(world, "make_lump_payment", lump_no=1)
    with pytest.raises(RuleViolation, match="took money"):
        tell(world, "make_lump_payment", lump_no=2)
    with pytest.raises(DataError, match="no lump 3"):
        tell(world, "make_lump_payment", lump_no=3)


def look(world: World) -> dict[str, Any]:
    with world.store.write() as work:
        return watch_clearing(work, world.tenant)


def test_what_stands_alone_too_long_becomes_one_task_and_the_task_ends_when_its_twin_comes(world: World) -> None:
    world.receive(statement(lump(10000)))
    world.receive(payment_file("bgmax", [pay(7000, "1001")]))

    assert [look(world)["tasks"], look(world)["tasks"]] == [2, 2]

    def kinds() -> list[str]:
        with world.store.read() as work:
            return [task["kind"] for task in work.commands.open_tasks()]

    assert kinds() == ["deposit_alone", "lump_alone"] or kinds() == ["lump_alone", "deposit_alone"]
    world.receive(statement(lump(7000, entry=1), identity="next"))
    look(world)
    assert kinds() == ["lump_alone"]


def test_fresh_lumps_and_accounts_without_statements_are_left_in_peace(world: World) -> None:
    world.clock.advance(timedelta(days=-4))
    world.receive(payment_file("bgmax", [pay(7000, "1001")]))
    assert look(world)["tasks"] == 0
    world.receive(statement(lump(10000)))

    assert look(world)["tasks"] == 0


def test_by_the_banks_profile_a_lone_lump_becomes_a_payment_after_the_days(engine: Engine) -> None:
    account = {"bankgiro": "991-2346", "lumps_are_payments": True, "lump_alone_after_banking_days": 5}
    world = World(engine, payee_accounts=[account])
    receivable = world.owe("1001", 10000)
    world.receive(statement(lump(10000, "1001"), lump(-100, entry=2)))
    assert look(world) == {"tasks": 0, "payments": 0}

    world.clock.advance(timedelta(days=1))

    assert look(world) == {"tasks": 1, "payments": 1}
    assert world.open_ore(receivable) == 0
    assert_books_agree(world)


# --- suggestions -----------------------------------------------------------------------------------------------------


def reasons(world: World, payment: int) -> list[tuple[str, str]]:
    with world.store.read() as work:
        return [(found["number"], found["reason"]) for found in suggestions(work, world.tenant, payment)]


def test_suggestions_give_their_reasons_best_first(world: World) -> None:
    identity = "5560360793"
    world.owe("70015", 99900)
    world.owe("8001", 10000)
    world.owe("8002", 10000, debtor_name="Anna Test")
    world.owe("8003", 4400, debtor_identity=identity)
    world.owe("8004", 10000, kind="internal")
    payment = suspend(world, reference="700159", payer=Payer("ANNA TEST", "", identity))

    assert reasons(world, payment) == [
        ("8002", "name_and_amount"),
        ("70015", "reference_variant"),
        ("8003", "payer"),
        ("8001", "amount"),
    ]


def test_suggestions_name_what_the_reference_means_even_when_it_is_contested(world: World) -> None:
    world.owe("1001", 10000, reference="555")
    world.owe("1002", 20000, reference="555")
    payment = suspend(world, reference="555")

    assert reasons(world, payment) == [("1001", "reference"), ("1002", "reference")]


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


def test_what_stands_beside_a_receivable_follows_its_new_version(engine: Engine) -> None:
    ledger = Ledger(engine)
    ledger.rows({})
    old = ledger.one().receivable_id
    with ledger.store.write() as work:
        work.receivables.watch(old, "look", "clerk")
        work.receivables.set_hold(old, code="10", reason="dispute", source="clerk", until_date=None)
        work.receivables.note_printed_charge(old, printed_on="2026-11-20", fee_ore=6000, interest_ore=0)

    ledger.rows({"version": 2, "amount": "1200,00"})

    new = ledger.one()
    with ledger.store.read() as work:
        holds = [hold["code"] for hold in work.receivables.holds(new.receivable_id)]
    assert (new.version, new.is_watched, new.printed_fee_ore, holds) == (2, 1, 6000, ["10"])


def test_held_payments_have_no_suggestions(overlap: World) -> None:
    assert reasons(overlap, waiting_ids(overlap)[0]) == []


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
    tell(world, "refund_payment", payment_id=payment)

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
