"""The schedule of an instalment plan: every öre is paid once, in the order agreed, within 48 months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import DataError
from hub.model.instalment_plans import PlanClaim, PlanTerms
from hub.rules.instalment_plans.dates import payment_day, refuse_first_payment
from hub.rules.instalment_plans.schedule import MOST_MONTHS, make_schedule

MADE = date(2026, 11, 20)


def terms(amount_ore: int, **changes: Any) -> PlanTerms:
    return PlanTerms(MADE, date(2026, 12, 31), amount_ore, **changes)


def claim(claim_no: int, principal_ore: int, due: str = "2026-09-30", fee: int = 0, interest: int = 0) -> PlanClaim:
    return PlanClaim(claim_no, claim_no, str(claim_no), "", due, principal_ore, fee, interest)


def test_fees_and_accrued_interest_are_paid_first_and_the_rest_of_that_month_is_principal():
    plan = make_schedule(
        terms(50_000, rate_percent=Decimal("10"), notice_fee_ore=1_000),
        [claim(1, 100_000, fee=17_000, interest=1_000)],
    )

    first, second = plan.payments[:2]
    assert first.shares[0][1:] == (17_000, 1_000, 0, 0, 32_000)
    # 1000 kr for 41 days, and 680 kr for 31, at 10 per cent: 11.23 and 5.78; and two notice fees
    assert second.shares[0][1:] == (0, 0, 1_123 + 578, 2_000, 46_299)


def test_the_last_payment_is_what_remains():
    plan = make_schedule(terms(40_000), [claim(1, 100_000)])

    assert [payment.amount_ore for payment in plan.payments] == [40_000, 40_000, 20_000]


def test_the_oldest_due_claim_is_paid_first_and_each_payment_says_what_of_which():
    plan = make_schedule(terms(60_000), [claim(1, 50_000, "2026-10-31"), claim(2, 40_000, "2026-08-31")])

    paid = [[(share.claim_no, share.principal_ore) for share in payment.shares] for payment in plan.payments]
    assert paid == [[(2, 40_000), (1, 20_000)], [(1, 30_000)]]


def test_a_fee_has_no_due_date_and_is_paid_before_all_else():
    plan = make_schedule(terms(30_000), [claim(1, 50_000, interest=500), claim(2, 0, due="", fee=20_000)])

    assert [share[:3] for share in plan.payments[0].shares] == [(2, 20_000, 0), (1, 0, 500)]


def test_two_amounts_are_paid_one_after_the_other():
    plan = make_schedule(terms(10_000, months=3, then_ore=50_000), [claim(1, 100_000)])

    assert [payment.amount_ore for payment in plan.payments] == [10_000, 10_000, 10_000, 50_000, 20_000]


def test_without_interest_a_plan_costs_what_is_owed():
    plan = make_schedule(terms(30_000), [claim(1, 100_000, interest=250)])

    assert (plan.new_interest_ore, plan.total_ore) == (0, 100_250)


def test_48_months_are_enough_and_49_are_refused_with_the_amount_that_does():
    assert len(make_schedule(terms(10_000), [claim(1, 480_000)]).payments) == MOST_MONTHS

    with pytest.raises(DataError, match="more than 48 months: agree on 101,00 a month"):
        make_schedule(terms(10_000), [claim(1, 480_001)])


def test_the_amount_that_is_told_does_and_a_krona_less_does_not():
    claims = [claim(1, 5_000_000, interest=12_345)]
    costly = {"rate_percent": Decimal("9.75"), "notice_fee_ore": 2_500}
    with pytest.raises(DataError, match="interest and fees eat the payments: agree on 1 294,00 a month"):
        make_schedule(terms(40_000, **costly), claims)

    assert len(make_schedule(terms(129_400, **costly), claims).payments) == MOST_MONTHS
    with pytest.raises(DataError, match="more than 48 months"):
        make_schedule(terms(129_300, **costly), claims)


def test_months_that_leave_something_ask_for_a_second_amount():
    with pytest.raises(DataError, match="3 payments leave 700,00: say what is paid a month after them"):
        make_schedule(terms(10_000, months=3), [claim(1, 100_000)])


def test_nothing_owed_is_no_plan():
    with pytest.raises(DataError, match="nothing to make a plan of"):
        make_schedule(terms(10_000), [claim(1, 0)])


@pytest.mark.parametrize(
    ("first", "is_last", "days"),
    [
        (date(2027, 1, 31), True, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (date(2027, 1, 31), False, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (date(2027, 2, 28), True, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        (date(2027, 2, 28), False, ["2027-02-28", "2027-03-28", "2027-04-28", "2027-05-28"]),
        (date(2027, 11, 25), False, ["2027-11-25", "2027-12-25", "2028-01-25", "2028-02-25"]),
        (date(2028, 2, 29), True, ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
    ],
)
def test_payments_fall_on_the_same_day_or_on_the_last_one(first, is_last, days):
    assert [payment_day(first, no, is_last_of_month=is_last).isoformat() for no in range(1, 5)] == days


def test_the_switch_wants_a_last_day_and_no_payment_comes_before_the_plan():
    refuse_first_payment(date(2028, 2, 29), date(2027, 12, 1), is_last_of_month=True)
    refuse_first_payment(MADE, MADE, is_last_of_month=False)
    with pytest.raises(DataError, match="give 2028-02-29"):
        refuse_first_payment(date(2028, 2, 28), date(2027, 12, 1), is_last_of_month=True)
    with pytest.raises(DataError, match="before the plan's day 2026-11-20"):
        refuse_first_payment(date(2026, 11, 19), MADE, is_last_of_month=False)


def test_a_plan_is_paid_from_now_on_and_a_first_payment_that_lies_far_ahead_is_a_deferral():
    refuse_first_payment(date(2027, 2, 20), MADE, is_last_of_month=False)
    refuse_first_payment(date(2027, 2, 28), MADE, is_last_of_month=True)
    refuse_first_payment(date(2027, 2, 28), date(2026, 11, 30), is_last_of_month=False)  # February has no 30th
    for first, is_last in ((date(2027, 2, 21), False), (date(2027, 3, 31), True), (date(2036, 1, 31), True)):
        with pytest.raises(DataError, match=r"more than 3 months after .* or defer with a hold until then"):
            refuse_first_payment(first, MADE, is_last_of_month=is_last)


_CLAIMS = st.lists(
    st.tuples(
        st.integers(0, 2_000_000),
        st.sampled_from(["", "2026-01-31", "2026-05-31", "2026-10-31"]),
        st.integers(0, 50_000),
        st.integers(0, 90_000),
    ),
    min_size=1,
    max_size=24,
)


@settings(max_examples=60, deadline=None)
@given(
    claims=_CLAIMS,
    amount_ore=st.integers(100, 400_000),
    months=st.one_of(st.none(), st.integers(1, 48)),
    then_ore=st.one_of(st.none(), st.integers(100, 400_000)),
    rate=st.one_of(st.none(), st.sampled_from([Decimal("2.5"), Decimal("10"), Decimal("24")])),
    notice_ore=st.integers(0, 6_000),
    is_last=st.booleans(),
)
def test_whatever_the_terms_every_ore_is_paid_once_within_48_months(
    claims, amount_ore, months, then_ore, rate, notice_ore, is_last
):
    given_claims = [claim(no, *one) for no, one in enumerate(claims, 1)]
    agreed = PlanTerms(MADE, date(2026, 12, 31), amount_ore, months, then_ore, is_last, notice_ore, rate_percent=rate)
    try:
        plan = make_schedule(agreed, given_claims)
    except DataError:
        return

    assert 1 <= len(plan.payments) <= MOST_MONTHS
    owed_ore = sum(one.principal_ore + one.fee_ore + one.interest_ore for one in given_claims)
    assert plan.total_ore == owed_ore + plan.new_interest_ore + plan.notice_fees_ore
    assert plan.notice_fees_ore == notice_ore * len(plan.payments)
    for one in given_claims:
        shares = [share for payment in plan.payments for share in payment.shares if share.claim_no == one.claim_no]
        assert sum(share.principal_ore for share in shares) == one.principal_ore
        assert sum(share.fee_ore for share in shares) == one.fee_ore
        assert sum(share.interest_ore for share in shares) == one.interest_ore
        assert all(part >= 0 for share in shares for part in share[1:])
    left = [payment.principal_left_ore for payment in plan.payments]
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0
    for payment in plan.payments[:-1]:
        assert payment.amount_ore == agreed.amount_of(payment.payment_no)
    last = plan.payments[-1]
    assert 0 < last.amount_ore <= (agreed.amount_of(last.payment_no) or 0)
