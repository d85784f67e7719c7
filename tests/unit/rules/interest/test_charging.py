"""Deferrals, small amounts, what was charged before, and in which order a payment settles what is owed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import DataError
from hub.model.books import Bucket
from hub.rules.interest.allocation import USUAL_ORDER, allocated
from hub.rules.interest.calculation import Claim, Interest, interest_on
from hub.rules.interest.charging import ChargingLimits, chargeable_ore, is_deferral_kept
from hub.rules.interest.reference_rates import shipped_rates

D = date.fromisoformat


def earned(principal_ore: int, first: str, last: str) -> Interest:
    return interest_on(Claim(principal_ore, D(first)), D(last), shipped_rates())


def test_a_deferral_is_kept_by_who_pays_on_its_last_day() -> None:
    assert is_deferral_kept(D("2023-02-28"), D("2023-02-28"))
    assert not is_deferral_kept(D("2023-03-01"), D("2023-02-28"))


def test_a_broken_deferral_lets_interest_run_from_the_due_date() -> None:
    assert earned(10_000_00, "2023-02-01", "2023-03-10").interest_ore == 109_32


def test_less_than_the_least_amount_is_not_charged() -> None:
    small = earned(450_00, "2023-03-01", "2023-03-10")

    assert small.interest_ore == 1_29
    assert chargeable_ore(small, ChargingLimits(minimum_ore=25_00)) == 0
    assert chargeable_ore(small, ChargingLimits(minimum_ore=1_29)) == 1_29
    assert chargeable_ore(small, ChargingLimits(minimum_ore=1_30)) == 0


def test_fewer_than_the_least_days_are_not_charged() -> None:
    ten_days = earned(10_000_00, "2023-03-01", "2023-03-10")

    assert chargeable_ore(ten_days, ChargingLimits(minimum_days=10)) == ten_days.interest_ore
    assert chargeable_ore(ten_days, ChargingLimits(minimum_days=11)) == 0


def test_what_was_charged_before_is_not_charged_again() -> None:
    interest = earned(10_000_00, "2023-02-01", "2023-03-31")

    assert chargeable_ore(interest, charged_before_ore=100_00) == 69_73
    assert chargeable_ore(interest, charged_before_ore=169_73) == 0
    assert chargeable_ore(interest, charged_before_ore=200_00) == 0
    with pytest.raises(DataError):
        chargeable_ore(interest, charged_before_ore=-1)


def test_three_invoices_are_rounded_each_by_itself() -> None:
    each = earned(1000_00, "2023-02-01", "2023-04-30").interest_ore

    assert (each, 3 * each) == (25_60, 76_80)


OWED = {Bucket.FEE: 60_00, Bucket.INTEREST: 169_73, Bucket.PRINCIPAL: 10_000_00}


def test_a_payment_settles_costs_then_interest_then_principal() -> None:
    assert allocated(5000_00, OWED) == {Bucket.FEE: 60_00, Bucket.INTEREST: 169_73, Bucket.PRINCIPAL: 4770_27}
    assert earned(10_000_00 - 4770_27, "2023-04-01", "2023-06-30").interest_ore == 136_90


def test_another_order_may_be_agreed() -> None:
    order = (Bucket.PRINCIPAL, Bucket.INTEREST, Bucket.FEE)

    assert allocated(5000_00, OWED, order) == {Bucket.PRINCIPAL: 5000_00, Bucket.INTEREST: 0, Bucket.FEE: 0}
    assert earned(5000_00, "2023-04-01", "2023-06-30").interest_ore == 130_89


@given(st.integers(0, 10**9), st.fixed_dictionaries({one: st.integers(-100, 10**8) for one in USUAL_ORDER}))
def test_no_bucket_gets_more_than_is_owed_and_no_money_is_made(paid_ore: int, owed_ore: dict[Bucket, int]) -> None:
    shares = allocated(paid_ore, owed_ore)
    most = {bucket: max(0, ore) for bucket, ore in owed_ore.items()}

    assert sum(shares.values()) == min(paid_ore, sum(most.values()))
    assert all(0 <= shares[bucket] <= most[bucket] for bucket in USUAL_ORDER)


@pytest.mark.parametrize("order", [(), USUAL_ORDER[:2], (*USUAL_ORDER, Bucket.FEE), (Bucket.FEE,) * 3])
def test_an_order_names_each_bucket_once(order: tuple[Bucket, ...]) -> None:
    with pytest.raises(DataError, match="once"):
        allocated(1, OWED, order)


def test_a_payment_below_zero_is_refused() -> None:
    with pytest.raises(DataError):
        allocated(-1, OWED)
