"""What a person decides about held payments: the same money, or new money; a group by one command."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payment_world import DAY, World, pay, payment_file
from telling import accounts, assert_books_agree, shares, suspend, tell, waiting_ids

from hub.errors import DataError, RuleViolation
from hub.model.payment_file import Key, PayeeAccount
from hub.services.payments.suggesting import suggestions


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


def test_one_booked_payment_may_be_the_same_money_as_one_payment_of_a_family(world: World) -> None:
    suspend(world, reference="")
    for value in ("q1", "q2"):
        world.receive(payment_file("camt.054", [pay(10000, keys=(Key("acct_svcr_ref", value),))]))
    assert [state for state, _, _ in world.waiting()] == ["suspended", "held", "suspended"]

    tell(world, "decide_held", verdict="same_money", payment_ids=waiting_ids(world)[1:2])

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
    with pytest.raises(RuleViolation, match="no company has the account it was paid to"):
        tell(world, "decide_held", verdict="same_money", payment_ids=held)

    tell(world, "decide_held", verdict="new_money", payment_ids=held, payee_account="bankgiro:991-2346")

    assert world.waiting() == [("suspended", "unknown_reference", 2500)]
    tell(world, "move_payment", payment_id=held[0], shares=shares(("1001", None)))
    assert world.open_ore(receivable) == 7500
    assert_books_agree(world)


def test_held_payments_have_no_suggestions(overlap: World) -> None:
    with overlap.store.read() as work:
        assert suggestions(work, overlap.tenant, waiting_ids(overlap)[0]) == []
