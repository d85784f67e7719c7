"""Fees: the cap of the day, what must have been agreed, and the compensation in trade."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import RuleViolation
from hub.rules.dunning.fees import (
    Fee,
    cap_of,
    costs_owed_ore,
    late_payment_compensation_ore,
    refuse_fee,
    refuse_order_to_pay_costs,
    refuse_reminder_fee,
    refuse_second_fee,
)
from hub.rules.relations import Relation

D = date.fromisoformat


@pytest.mark.parametrize(
    ("fee", "day", "amount_ore"),
    [
        ("reminder", "2003-07-01", 50_00),
        ("reminder", "2013-03-15", 50_00),
        ("reminder", "2013-03-16", 60_00),
        ("demand", "2003-07-01", 160_00),
        ("demand", "2013-03-15", 160_00),
        ("demand", "2013-03-16", 180_00),
        ("instalment_plan", "2013-03-15", 150_00),
        ("instalment_plan", "2013-03-16", 170_00),
        ("late_payment_compensation", "2013-03-16", 450_00),
        ("application", "2014-01-01", 300_00),
        ("own_work_and_agent", "2014-01-01", 380_00),
        ("own_work_and_agent", "2026-11-22", 380_00),
    ],
)
def test_a_step_has_the_cap_of_its_day_and_one_ore_more_is_refused(fee: str, day: str, amount_ore: int) -> None:
    assert cap_of(Fee(fee), D(day)).amount_ore == amount_ore
    refuse_fee(Fee(fee), amount_ore, D(day))
    refuse_fee(Fee(fee), 0, D(day))
    for wrong_ore in (amount_ore + 1, -1):
        with pytest.raises(RuleViolation) as refused:
            refuse_fee(Fee(fee), wrong_ore, D(day))
        assert refused.value.paragraph == cap_of(Fee(fee), D(day)).statute


@pytest.mark.parametrize(
    ("fee", "day"),
    [
        ("reminder", "2003-06-30"),
        ("demand", "2003-06-30"),
        ("instalment_plan", "2003-06-30"),
        ("late_payment_compensation", "2013-03-15"),
        ("own_work_and_agent", "2013-12-31"),
    ],
)
def test_a_fee_before_its_first_day_is_refused(fee: str, day: str) -> None:
    with pytest.raises(RuleViolation, match=r"no .* is known before"):
        cap_of(Fee(fee), D(day))


def test_every_cap_names_its_statute() -> None:
    assert [fee for fee in Fee if not cap_of(fee, D("2026-11-22")).statute] == []


def test_a_reminder_fee_is_agreed_at_the_latest_when_the_debt_arose() -> None:
    on, arose = D("2026-11-22"), D("2026-09-01")

    refuse_reminder_fee(60_00, on, arose_on=arose, agreed_on=arose)
    refuse_reminder_fee(0, on, arose_on=arose, agreed_on=None)
    for agreed in (None, D("2026-09-02")):
        with pytest.raises(RuleViolation, match=r"agreed at the latest .*\(1981:739\).* 2 §"):
            refuse_reminder_fee(60_00, on, arose_on=arose, agreed_on=agreed)
    with pytest.raises(RuleViolation, match="4 §"):
        refuse_reminder_fee(60_01, on, arose_on=arose, agreed_on=arose)


def test_a_receivable_bears_one_fee_of_a_kind() -> None:
    refuse_second_fee(Fee.REMINDER, 0)
    with pytest.raises(RuleViolation, match="has borne a reminder fee before"):
        refuse_second_fee(Fee.REMINDER, 1)


@pytest.mark.parametrize(
    ("relation", "interest_from", "amount_ore"),
    [
        ("consumer", "2026-11-22", 0),
        ("businesses", "2026-11-22", 450_00),
        ("public_debtor", "2026-11-22", 450_00),
        ("businesses", None, 0),
        ("businesses", "2013-03-15", 0),
        ("businesses", "2013-03-16", 450_00),
    ],
)
def test_compensation_is_owed_in_trade_once_interest_is(
    relation: str, interest_from: str | None, amount_ore: int
) -> None:
    day = D(interest_from) if interest_from else None

    assert late_payment_compensation_ore(Relation(relation), day) == amount_ore


@pytest.mark.parametrize(
    ("fees_ore", "compensation_ore", "beside_ore"),
    [(240_00, 0, 240_00), (240_00, 450_00, 0), (450_00, 450_00, 0), (450_01, 450_00, 1), (0, 450_00, 0)],
)
def test_beside_the_compensation_only_what_exceeds_it_is_owed(
    fees_ore: int, compensation_ore: int, beside_ore: int
) -> None:
    assert costs_owed_ore(fees_ore, compensation_ore) == beside_ore


@given(st.integers(0, 10**6), st.sampled_from([0, 450_00]))
def test_the_two_together_are_the_larger_of_them(fees_ore: int, compensation_ore: int) -> None:
    assert compensation_ore + costs_owed_ore(fees_ore, compensation_ore) == max(fees_ore, compensation_ore)


def test_own_work_and_agent_share_one_cap() -> None:
    on = D("2026-11-22")

    refuse_order_to_pay_costs(200_00, 180_00, on)
    with pytest.raises(RuleViolation, match="48 §"):
        refuse_order_to_pay_costs(200_00, 180_01, on)
    with pytest.raises(RuleViolation, match="48 §"):
        refuse_order_to_pay_costs(-1, 180_00, on)
