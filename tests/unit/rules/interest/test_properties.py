"""What holds of interest whatever the amounts, days, rates and payments are."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import RuleViolation
from hub.rules.interest.calculation import Claim, Interest, Reduction, interest_on, rounded
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import InterestRate
from hub.rules.interest.reference_rates import shipped_rates

RATES = shipped_rates()
ONE_DAY = timedelta(days=1)
LAST_KNOWN = RATES.unknown_from - ONE_DAY
DAYS = st.dates(RATES.first_day, LAST_KNOWN)
REAL_DAYS = st.sampled_from([DayCount.ACT_ACT, DayCount.ACT_365, DayCount.ACT_360])
ANY_COUNT = st.sampled_from(list(DayCount))
ANY_RATE = st.builds(InterestRate, st.decimals(min_value=0, max_value=100, places=2), is_above_reference=st.booleans())
SHARES = st.lists(st.tuples(DAYS, st.integers(1, 10**7)), max_size=4)


@st.composite
def claims(draw: st.DrawFn, day_counts: st.SearchStrategy[DayCount] = ANY_COUNT) -> tuple[Claim, date]:
    """A claim and the day to count to, with payments of at most its principal."""
    first, last = sorted((draw(DAYS), draw(DAYS)))
    paid = [Reduction(day, ore) for day, ore in draw(SHARES) if day <= last]
    principal_ore = sum(one.amount_ore for one in paid) + draw(st.integers(1, 10**9))
    return Claim(principal_ore, first, paid, draw(ANY_RATE), draw(day_counts)), last


def counted(claim: Claim, last: date) -> Interest:
    return interest_on(claim, last, RATES)


def exact_ore(interest: Interest) -> Fraction:
    return sum((one.interest_ore for one in interest.segments), Fraction())


def day_by_day_ore(claim: Claim, last: date) -> Fraction:
    """Return the interest in the slowest way there is: each day by itself."""
    total, day = Fraction(), claim.first_day
    while day <= last:
        balance_ore = claim.principal_ore - sum(one.amount_ore for one in claim.reductions if one.day < day)
        year = claim.day_count.days_in_year(day.year)
        total += Fraction(claim.rate.on(day, RATES)) * balance_ore / 100 / year
        day += ONE_DAY
    return total


@given(claims(REAL_DAYS))
def test_segments_give_what_each_day_by_itself_gives(given_claim: tuple[Claim, date]) -> None:
    claim, last = given_claim
    last = min(last, claim.first_day + timedelta(days=800))
    claim = claim._replace(reductions=[one for one in claim.reductions if one.day <= last])

    assert exact_ore(counted(claim, last)) == day_by_day_ore(claim, last)


@given(claims(REAL_DAYS), DAYS)
def test_a_period_parted_anywhere_gives_the_same_sum(given_claim: tuple[Claim, date], cut: date) -> None:
    claim, last = given_claim
    cut = min(max(cut, claim.first_day), last)
    before = claim._replace(reductions=[one for one in claim.reductions if one.day <= cut])
    behind = claim._replace(first_day=cut + ONE_DAY)

    parts = [counted(before, cut), counted(behind, last)]
    whole = counted(claim, last)

    assert exact_ore(whole) == sum(map(exact_ore, parts))
    assert abs(whole.interest_ore - sum(one.interest_ore for one in parts)) <= 1


@given(claims())
def test_segments_follow_one_another_and_count_every_day_once(given_claim: tuple[Claim, date]) -> None:
    claim, last = given_claim
    interest = counted(claim, last)

    assert interest.segments[0].first_day == claim.first_day
    assert interest.segments[-1].last_day == last
    for one, following in zip(interest.segments, interest.segments[1:], strict=False):
        assert following.first_day == one.last_day + ONE_DAY
    assert interest.days == claim.day_count.days(claim.first_day, last)
    assert interest.interest_ore == rounded(exact_ore(interest))


@given(claims())
def test_no_day_bears_nothing(given_claim: tuple[Claim, date]) -> None:
    claim, _ = given_claim
    before = claim.first_day - ONE_DAY
    claim = claim._replace(reductions=[one for one in claim.reductions if one.day <= before])

    assert counted(claim, before).interest_ore == 0
    assert counted(claim, before).segments == ()


@given(claims(), DAYS)
def test_more_days_never_give_less(given_claim: tuple[Claim, date], other: date) -> None:
    claim, last = given_claim
    later = max(last, other)

    assert counted(claim, later).interest_ore >= counted(claim, last).interest_ore >= 0


@given(claims(), st.integers(1, 10**6))
def test_a_payment_on_the_due_date_is_as_a_smaller_principal(given_claim: tuple[Claim, date], paid_ore: int) -> None:
    claim, last = given_claim
    on_due_date = Reduction(claim.first_day - ONE_DAY, paid_ore)
    larger = claim._replace(principal_ore=claim.principal_ore + paid_ore, reductions=[*claim.reductions, on_due_date])

    assert counted(larger, last) == counted(claim, last)


@given(claims(), st.integers(1, 400))
def test_nothing_is_counted_past_the_last_known_half_year(given_claim: tuple[Claim, date], days: int) -> None:
    claim, _ = given_claim
    claim = claim._replace(rate=claim.rate._replace(is_above_reference=True))

    with pytest.raises(RuleViolation, match="hub rates add"):
        counted(claim, LAST_KNOWN + timedelta(days=days))
