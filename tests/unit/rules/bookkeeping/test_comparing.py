"""Why two books differ by a voucher: one reason each, and sums that add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.company import Company
from hub.rules.bookkeeping.comparing import (
    MOST_NAMED,
    AccountComparison,
    DifferingVoucher,
    Reason,
    compared_accounts,
    explained,
    reason_of,
)
from hub.testing.example_tenant import company_settings

BOOKED = DifferingVoucher(7, "K", "1", 100, 90, 3, 1, "2026-11-20", "2026-11-20", 0)


@pytest.mark.parametrize(
    ("voucher", "reason"),
    [
        (BOOKED, Reason.CHANGED),
        (BOOKED._replace(voucher_no=0, booked_date=""), Reason.LEDGER_ONLY),
        (BOOKED._replace(exchange_no=0, is_booked=0, ledger_date=""), Reason.NOT_EXPORTED),
        (BOOKED._replace(theirs_ore=0, is_booked=0), Reason.NOT_BOOKED),
        (BOOKED._replace(theirs_ore=0, ledger_date="2026-12-01"), Reason.OTHER_PERIOD),
        (BOOKED._replace(theirs_ore=0, replaced=1), Reason.ON_ERROR_ACCOUNT),
        (BOOKED._replace(theirs_ore=0), Reason.CHANGED),
    ],
)
def test_a_voucher_differs_for_one_reason(voucher, reason):
    assert reason_of(voucher) is reason


AMOUNTS = st.integers(-(10**9), 10**9)
VOUCHERS = st.builds(
    DifferingVoucher,
    st.integers(0, 9),
    st.just("K"),
    st.just("1"),
    AMOUNTS,
    AMOUNTS,
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from(["2026-10-31", "2026-11-01"]),
    st.sampled_from(["2026-10-31", "2026-11-01"]),
    st.integers(0, 1),
)


@given(st.lists(VOUCHERS, max_size=300))
def test_reasons_add_up_to_the_whole_difference_and_leave_no_voucher_out(vouchers):
    found = explained(vouchers)

    assert sum(one.amount_ore for one in found) == sum(one.theirs_ore - one.ours_ore for one in vouchers)
    assert sum(one.vouchers for one in found) == len(vouchers)
    assert all(0 < len(one.named) <= MOST_NAMED for one in found)
    assert [one.reason for one in found] == sorted({one.reason for one in found}, key=list(Reason).index)


def comparison(**changes: object) -> AccountComparison:
    whole = AccountComparison(
        company="1",
        account="1510",
        month="2026-11",
        subledger_ore=100,
        opening_ore=0,
        vouchers_ore=100,
        ledger_ore=100,
        subledger_balance_ore=100,
        vouchers_balance_ore=100,
        ledger_balance_ore=100,
        ledger_until="2026-11-30",
        explanations=[],
        openings=[],
    )
    return whole._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "agrees"),
    [
        ({}, True),
        ({"ledger_ore": None}, True),
        ({"ledger_ore": 99}, False),
        ({"subledger_ore": 99}, False),
        ({"subledger_ore": 150, "opening_ore": 50}, True),
        ({"subledger_ore": None}, True),
        ({"ledger_ore": 90, "explanations": explained([BOOKED])}, False),
    ],
)
def test_books_agree_when_nothing_is_to_be_looked_at(changes, agrees):
    assert comparison(**changes).agrees is agrees


def test_what_vouchers_explain_is_not_left_unexplained():
    one = comparison(ledger_ore=85, explanations=explained([BOOKED]))

    assert (one.difference_ore, one.unexplained_ore) == (-15, -5)


def test_accounts_that_the_hub_alone_books_on_are_compared_by_their_first_part():
    accounts = {"receivable": "1510.10", "error_account": "2999"}
    dimensions = [{"part": "B", "number": 1, "name": "Kst"}]
    routines = [{"number": "04", "name": "Water", "receivable_account": "1510.20"}]
    given = company_settings(accounts=accounts, routines=routines, bookkeeping={"dimensions": dimensions})
    compared = compared_accounts(Company.model_validate(given))

    assert set(compared["1510"]) == {"1510.10", "1510.20"}
    assert {"1930", "1940", "2990", "2999"} <= compared.keys()
    assert "3000" not in compared
