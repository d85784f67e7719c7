"""What a document comes to."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.documents import DocumentKind, VatCategory
from hub.rules.delivery.totals import totals_of, vat_on
from tests.unit.rules.delivery.small_documents import document, letter

KRONOR = st.decimals(min_value=-(10**7), max_value=10**7, places=2).map(str)
POSITIVE = st.decimals(min_value=0, max_value=10**6, places=2).map(str)
CATEGORIES = st.sampled_from(list(VatCategory)).map(str)
RATES = st.sampled_from(["25", "12", "6", "25.0", "0.5"])
LINES = st.lists(
    st.fixed_dictionaries(
        {"text": st.just("a"), "amount": KRONOR, "vat_category": CATEGORIES, "vat_rate_percent": RATES}
    ),
    min_size=1,
    max_size=8,
)
ALLOWANCES = st.lists(
    st.fixed_dictionaries(
        {"is_charge": st.booleans(), "amount": POSITIVE, "vat_category": CATEGORIES, "vat_rate_percent": RATES}
    ),
    max_size=4,
)


@given(lines=LINES, allowances=ALLOWANCES, rounding=st.integers(-99, 99))
def test_every_sum_is_made_of_those_above_it(lines, allowances, rounding):
    made = document(lines=lines, allowances=allowances, rounding=str(Decimal(rounding) / 100))

    totals = totals_of(made)

    assert totals.lines_ore == sum(line.amount_ore for line in made.lines)
    assert totals.net_ore == totals.lines_ore - totals.allowances_ore + totals.charges_ore
    assert totals.net_ore == sum(row.base_ore for row in totals.vat)
    assert totals.vat_ore == sum(row.vat_ore for row in totals.vat)
    assert totals.to_pay_ore == totals.total_ore == totals.net_ore + totals.vat_ore + rounding


@given(lines=LINES, allowances=ALLOWANCES)
def test_vat_is_taken_once_for_each_category_and_rate(lines, allowances):
    rows = totals_of(document(lines=lines, allowances=allowances)).vat
    keys = [(row.category, row.rate_percent) for row in rows]

    assert len(set(keys)) == len(keys)
    assert all(row.vat_ore == 0 for row in rows if row.category is not VatCategory.STANDARD)


@given(base_ore=st.integers(-(10**16), 10**16), rate=st.decimals(min_value=0, max_value=100, places=3))
def test_vat_is_rounded_half_away_from_zero(base_ore, rate):
    exact = Fraction(abs(base_ore)) * Fraction(rate) / 100

    expected = floor(exact + Fraction(1, 2))

    assert vat_on(base_ore, rate) == (expected if base_ore >= 0 else -expected)


@given(lines=LINES)
def test_the_order_of_the_lines_changes_nothing(lines):
    assert totals_of(document(lines=lines)) == totals_of(document(lines=lines[::-1]))


def test_vat_is_rounded_on_the_sum_and_not_on_each_line():
    line = {"text": "a", "amount": "0.50", "vat_rate_percent": "25"}

    totals = totals_of(document(lines=[line, line, line]))

    assert (totals.net_ore, totals.vat_ore) == (150, 38)  # line by line it would be 13 * 3


def test_the_same_rate_written_in_two_ways_is_one_row():
    lines = [{"text": "a", "amount": "100", "vat_rate_percent": rate} for rate in ("25", "25.00")]

    assert [row.base_ore for row in totals_of(document(lines=lines)).vat] == [20000]


def test_stated_vat_stands():
    stated = [{"base": "100", "vat": "24.99"}]

    totals = totals_of(document(vat=stated))

    assert (totals.vat_ore, totals.to_pay_ore) == (2499, 12499)


@pytest.mark.parametrize("kind", ["interest_invoice"])
def test_interest_is_outside_vat(kind):
    (row,) = totals_of(document(kind=kind)).vat

    assert (row.category, row.vat_ore) == (VatCategory.OUTSIDE, 0)


def test_a_letter_asks_for_its_claims_less_what_was_paid():
    claims = [{"number": "1", "open": "100", "interest": "2.50", "fee": "60"}, {"number": "2", "open": "40"}]

    totals = totals_of(letter("reminder", claims=claims, deductions=[{"text": "Betalt", "amount": "50"}]))

    assert (totals.claims_ore, totals.deducted_ore, totals.to_pay_ore) == (20250, 5000, 15250)
    assert totals.vat == ()


def test_a_plan_without_claims_comes_to_its_instalments():
    parts = [{"due_date": "2026-12-28", "amount": "40"}, {"due_date": "2027-01-28", "amount": "60"}]

    assert totals_of(letter("instalment_plan", claims=[], instalments=parts)).to_pay_ore == 10000


@pytest.mark.parametrize("kind", sorted(DocumentKind))
def test_every_kind_can_be_added_up(kind):
    more = {"instalments": [{"due_date": "2026-12-28", "amount": "125"}]} if kind == "instalment_plan" else {}

    assert totals_of(document(kind=kind, **more)).lines_ore == 10000
