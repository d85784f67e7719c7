"""Fees, interest, coding and credit balances: the pure part of what a command does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import DataError, RuleViolation
from hub.model.account_roles import Role
from hub.model.books import OpenAmounts
from hub.model.company import Company
from hub.model.import_rows import CodingLine
from hub.model.payment_method import Lowers
from hub.rules.charges import (
    EntryFacts,
    after_changes,
    charged,
    collected_interest,
    fully_paid_on,
    paid_ahead,
    reallocated,
    refuse_credit_balance,
    standing_debited,
    taken_back,
)
from hub.rules.coding import given_lines, own_lines, wrong_account
from hub.testing.example_tenant import company_settings

COMPANY = Company.model_validate(company_settings())
ORE = st.integers(min_value=-(10**9), max_value=10**9)


def entry(number: int, cause: str, bucket: str, amount_ore: int, **more: object) -> EntryFacts:
    facts = EntryFacts(number, cause, bucket, amount_ore, "2026-11-01", None, None)
    return facts._replace(**more)  # type: ignore[arg-type]


DEBITED = [
    entry(1, "invoiced", "principal", 10000),
    entry(2, "reminder_fee_debited", "fee", 6000),
    entry(3, "demand_fee_debited", "fee", 18000),
    entry(4, "interest_debited", "interest", 150),
]


def test_fully_paid_is_the_latest_transaction_date_even_when_it_was_not_the_last_entry() -> None:
    paid = entry(2, "payment", "principal", -9000, transaction_date="2026-11-20", payment_id=1)
    credited = entry(3, "credited", "principal", -1000, transaction_date="2026-11-05")

    assert fully_paid_on([DEBITED[0], paid, credited]) == "2026-11-20"


def test_nothing_is_fully_paid_while_something_is_open_or_before_it_exists() -> None:
    assert fully_paid_on(DEBITED) is None
    assert fully_paid_on([]) is None


def test_what_stands_debited_counts_each_kind_apart_and_payments_change_none_of_it() -> None:
    paid = entry(5, "payment", "fee", -24000, payment_id=1)
    lowered = entry(6, "demand_fee_lowered", "fee", -8000)

    assert standing_debited([*DEBITED, paid, lowered]) == {
        Lowers.REMINDER_FEE: 6000,
        Lowers.DEMAND_FEE: 10000,
        Lowers.COMPENSATION: 0,
        Lowers.INTEREST: 150,
    }


def test_a_printed_fee_that_is_undone_with_its_payment_stands_no_more() -> None:
    printed = entry(5, "printed_fee_debited", "fee", 6000, payment_id=1)
    undone = entry(6, "file_undone", "fee", -6000, payment_id=1, reverses_no=5)

    assert standing_debited([printed])[Lowers.REMINDER_FEE] == 6000
    assert standing_debited([printed, undone])[Lowers.REMINDER_FEE] == 0
    assert charged([printed, undone]) == OpenAmounts(0, 0, 0)


def test_what_was_charged_leaves_out_money_of_every_kind() -> None:
    money = [
        entry(5, "payment", "principal", -500, payment_id=1),
        entry(6, "own_payment", "fee", -600),
        entry(7, "manual_debit", "principal", 700),
    ]
    credited = entry(8, "credited", "principal", -1000)

    assert charged([*DEBITED, *money, credited]) == OpenAmounts(9000, 24000, 150)


def test_fees_are_taken_back_kind_by_kind_the_latest_first_and_a_fee_of_no_kind_too() -> None:
    changes = taken_back(
        OpenAmounts(0, 25000, 0), standing_debited(DEBITED), cause="credited", principal_contra="revenue"
    )

    assert [(change.cause, change.amount_ore, change.contra) for change in changes] == [
        ("demand_fee_lowered", -18000, "demand_fee"),
        ("reminder_fee_lowered", -6000, "reminder_fee"),
        ("credited", -1000, "reminder_fee"),
    ]


@given(st.tuples(ORE, ORE, ORE))
def test_reallocation_never_changes_the_sum_and_leaves_no_fee_or_interest_below_zero(amounts: tuple[int, ...]) -> None:
    before = OpenAmounts(*amounts)

    after = after_changes(before, reallocated(before, [], []))

    assert after.total_ore == before.total_ore
    assert min(after.fee_ore, after.interest_ore) >= 0


def test_what_is_reallocated_is_dated_as_the_payments_that_it_moves_the_latest_first() -> None:
    paid = [
        entry(5, "payment", "fee", -15000, transaction_date="2026-11-16", payment_id=1),
        entry(6, "payment", "fee", -9000, transaction_date="2026-11-20", payment_id=2),
        entry(7, "payment", "fee", -5000, transaction_date="2026-11-25", payment_id=3),
        entry(8, "payment_reversed", "fee", 5000, transaction_date="2026-11-26", payment_id=3, reverses_no=7),
    ]

    moved = reallocated(OpenAmounts(0, -18000, 0), [], [*DEBITED, *paid])

    assert [(one.bucket, one.amount_ore, one.paid_on, one.payment_id) for one in moved] == [
        ("fee", 9000, "2026-11-20", 2),
        ("principal", -9000, "2026-11-20", 2),
        ("fee", 9000, "2026-11-16", 1),
        ("principal", -9000, "2026-11-16", 1),
    ]


@pytest.mark.parametrize(("before", "after"), [(100, 0), (-50, -50), (-50, -10), (0, 10)])
def test_a_balance_that_does_not_fall_below_zero_is_never_refused(before: int, after: int) -> None:
    refuse_credit_balance(before, after, is_allowed=False)


@pytest.mark.parametrize(("before", "after"), [(100, -1), (0, -1), (-50, -51)])
def test_a_balance_that_falls_below_zero_needs_leave(before: int, after: int) -> None:
    refuse_credit_balance(before, after, is_allowed=True)
    with pytest.raises(RuleViolation, match="allow_credit_balance"):
        refuse_credit_balance(before, after, is_allowed=False)


# --- coding ----------------------------------------------------------------------------------------------------------


@given(st.lists(ORE, min_size=1, max_size=6), ORE)
def test_a_receivables_own_coding_adds_up_to_the_change_whatever_the_share(lines: list[int], change_ore: int) -> None:
    coding = "[" + ",".join(f'["30{at}", {amount_ore}, ""]' for at, amount_ore in enumerate(lines)) + "]"

    shared = own_lines(coding, change_ore)

    if sum(lines):
        assert sum(line.amount_ore for line in shared) == -change_ore
    else:
        assert shared == []


def test_half_a_credit_takes_half_of_each_line_back() -> None:
    lines = own_lines('[["3001", 8000, "water"], ["3002", 2001, ""]]', -5000)

    assert [(line.account, line.amount_ore, line.coding) for line in lines] == [
        ("3001", 4000, "water"),
        ("3002", 1000, ""),
    ]


def test_a_receivable_without_coding_has_no_lines() -> None:
    assert own_lines("", -5000) == []


def test_given_coding_stands_on_the_other_side_of_the_row() -> None:
    coding = [CodingLine(account="3001", amount_ore=300), CodingLine(account="3002", amount_ore=-100)]

    assert [line.amount_ore for line in given_lines(COMPANY, coding, 200, is_debit=False)] == [300, -100]
    assert [line.amount_ore for line in given_lines(COMPANY, coding, 200, is_debit=True)] == [-300, 100]
    with pytest.raises(DataError, match="add up to"):
        given_lines(COMPANY, coding, 201, is_debit=False)


@pytest.mark.parametrize(("account", "by_hand"), [("1510", False), ("2990", False), ("1940", True), ("1930", True)])
def test_coding_names_an_account_of_the_hub_only_where_the_settings_may(account: str, by_hand: bool) -> None:
    """As a payment method may name the bank's account, so may the coding of a payment registered by hand."""
    coding = [CodingLine(account="3001", amount_ore=100), CodingLine(account=account, amount_ore=100)]

    assert "hub verify proves it" in wrong_account(COMPANY, coding)
    assert (wrong_account(COMPANY, coding, Role.BY_HAND) == "") is by_hand
    with pytest.raises(RuleViolation, match="a coding line names"):
        given_lines(COMPANY, coding, 200, is_debit=False)


def test_what_others_collect_stands_debited_and_what_was_paid_before_it_pays_it() -> None:
    """The authority paid out 10 200 before it told of 300 in interest; 20 of them were taken back later."""
    paid = entry(5, "payment", "principal", -10200, transaction_date="2026-11-20", payment_id=7)
    noted = entry(6, "collected_interest_debited", "interest", 300, transaction_date="2026-11-18")
    less = entry(7, "collected_interest_debited", "interest", -20, transaction_date="2026-11-19")

    assert collected_interest([DEBITED[0], paid, noted, less]) == (280, "2026-11-19")
    assert collected_interest([noted, less._replace(amount_ore=-300)]) == (0, "")
    assert charged([DEBITED[0], paid, noted]).interest_ore == 300
    assert paid_ahead(OpenAmounts(-200, 0, 0), 300, [DEBITED[0], paid]) == [
        ("principal", 200, "reallocated", "", "2026-11-20", 7),
        ("interest", -200, "reallocated", "", "2026-11-20", 7),
    ]
    assert paid_ahead(OpenAmounts(0, 0, 0), 300, [DEBITED[0], paid]) == []
