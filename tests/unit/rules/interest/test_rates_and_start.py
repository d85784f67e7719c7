"""The rate that is owed, the day interest begins, and what cannot be agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hub.errors import DataError, RuleViolation
from hub.rules.interest.rates import BY_LAW, ON_RETURNED_PAYMENT, rate_named, refuse_unlawful_rate
from hub.rules.interest.reference_rates import shipped_rates
from hub.rules.interest.start import (
    first_day_after_demand,
    first_day_after_due,
    moved_to_weekday,
    refuse_too_long_term,
)
from hub.rules.relations import Relation

D = date.fromisoformat
RATES = shipped_rates()


@pytest.mark.parametrize(
    ("name", "day", "percent"),
    [
        ("ref+8", "2023-06-30", "10.50"),
        ("REF + 8", "2023-07-01", "11.50"),
        ("ref+2", "2017-01-01", "1.50"),
        ("ref+0", "2017-01-01", "0.00"),  # nobody is paid for being late
        ("ref+10,5", "2024-01-01", "14.50"),
        ("9.25", "1990-01-01", "9.25"),
        ("24", "2023-01-01", "24.00"),
    ],
)
def test_a_rate_is_fixed_or_stands_on_the_reference_rate_of_the_day(name: str, day: str, percent: str) -> None:
    assert rate_named(name).on(D(day), RATES) == Decimal(percent)


def test_the_laws_own_rates_are_eight_and_two_above() -> None:
    assert (rate_named("ref+8"), rate_named("ref+2")) == (BY_LAW, ON_RETURNED_PAYMENT)
    assert [str(rate) for rate in (BY_LAW, ON_RETURNED_PAYMENT, rate_named("9,25"), rate_named("ref+10.50"))] == [
        "ref+8",
        "ref+2",
        "9.25",
        "ref+10.5",
    ]


@pytest.mark.parametrize("name", ["", "ref", "ref+", "ref-8", "ref+-8", "8%", "-1", "100.01", "999", "1.234", "nan"])
def test_what_is_no_rate_is_refused(name: str) -> None:
    with pytest.raises(DataError):
        rate_named(name)


@pytest.mark.parametrize("name", ["101", "ref+900"])
def test_a_rate_out_of_range_is_refused_with_what_is_taken(name: str) -> None:
    with pytest.raises(DataError, match=r"from 0 to 100 per cent a year, alone as 9\.25 or .* as ref\+8"):
        rate_named(name)


@pytest.mark.parametrize(
    ("rate", "relation", "paragraph"),
    [("0", "businesses", "4 a §"), ("0", "public_debtor", "4 a §")]
    + [(rate, "public_debtor", "6 §") for rate in ("ref+7.99", "ref+2", "12")],
)
def test_a_rate_that_the_law_makes_void_is_refused(rate: str, relation: str, paragraph: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        refuse_unlawful_rate(rate_named(rate), Relation(relation))
    assert refused.value.paragraph == f"räntelagen (1975:635) {paragraph}"


@pytest.mark.parametrize(
    ("rate", "relation"),
    [("0", "consumer"), ("3", "businesses"), ("ref+8", "public_debtor"), ("ref+9", "public_debtor")],
)
def test_other_rates_may_be_agreed(rate: str, relation: str) -> None:
    refuse_unlawful_rate(rate_named(rate), Relation(relation))


@pytest.mark.parametrize(
    ("due", "counts_as"),
    [
        ("2023-03-31", "2023-03-31"),  # Friday
        ("2023-04-01", "2023-04-03"),  # Saturday
        ("2023-04-07", "2023-04-11"),  # Good Friday, then Easter
        ("2023-06-23", "2023-06-26"),  # Midsummer Eve
        ("2023-12-24", "2023-12-27"),  # Christmas Eve, a Sunday
        ("2019-12-31", "2020-01-02"),  # New Year's Eve
        ("2023-06-06", "2023-06-07"),  # the National Day
    ],
)
def test_a_due_date_on_a_day_off_counts_as_the_next_weekday(due: str, counts_as: str) -> None:
    assert moved_to_weekday(D(due)) == D(counts_as)


def test_interest_runs_from_the_day_after_a_due_date_set_in_advance() -> None:
    assert first_day_after_due(D("2024-02-28")) == D("2024-02-29")


def test_without_one_it_runs_from_thirty_days_after_the_invoice_was_sent_and_not_before_it_came() -> None:
    sent = D("2023-03-01")

    assert first_day_after_demand(sent, Relation.CONSUMER) == D("2023-03-31")
    assert first_day_after_demand(sent, Relation.CONSUMER, reached_on=D("2023-03-31")) == D("2023-03-31")
    assert first_day_after_demand(sent, Relation.CONSUMER, reached_on=D("2023-04-01")) == D("2023-04-01")


def test_a_consumer_must_have_been_told_that_interest_follows_and_a_business_need_not() -> None:
    sent = D("2023-03-01")

    assert first_day_after_demand(sent, Relation.BUSINESSES, says_interest_follows=False) == D("2023-03-31")
    with pytest.raises(RuleViolation, match="4 §"):
        first_day_after_demand(sent, Relation.CONSUMER, says_interest_follows=False)


def test_in_trade_more_than_thirty_days_to_pay_are_expressly_agreed_and_a_public_debtor_never_gets_them() -> None:
    for relation in Relation:
        refuse_too_long_term(30, relation)
    refuse_too_long_term(31, Relation.CONSUMER)
    refuse_too_long_term(31, Relation.BUSINESSES, is_expressly_agreed=True)
    with pytest.raises(RuleViolation, match="2 a §"):
        refuse_too_long_term(31, Relation.BUSINESSES)
    with pytest.raises(RuleViolation, match="2 a §"):
        refuse_too_long_term(31, Relation.PUBLIC_DEBTOR, is_expressly_agreed=True)
