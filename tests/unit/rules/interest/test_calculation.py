"""Interest for being late: amounts to the öre, segments, part payments, day counts, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from hub.errors import DataError, RuleViolation
from hub.rules.interest.calculation import Claim, Interest, Reduction, interest_on, rounded
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import BY_LAW, InterestRate, rate_named
from hub.rules.interest.reference_rates import shipped_rates

D = date.fromisoformat
TEN_THOUSAND = 10_000_00


def earned(
    first: str,
    last: str,
    *paid: Reduction,
    principal_ore: int = TEN_THOUSAND,
    rate: InterestRate = BY_LAW,
    day_count: DayCount = DayCount.ACT_ACT,
) -> Interest:
    return interest_on(Claim(principal_ore, D(first), paid, rate, day_count), D(last), shipped_rates())


def shown(interest: Interest) -> list[tuple[str, str, int, int, str, int]]:
    return [
        (str(one.first_day), str(one.last_day), one.days, one.balance_ore, f"{one.rate_percent}", one.days_in_year)
        for one in interest.segments
    ]


@pytest.mark.parametrize(
    ("first", "last", "interest_ore"),
    [
        ("2023-02-01", "2023-03-31", 169_73),  # 59 days of 10.50 per cent
        ("2023-06-01", "2023-08-31", 281_64),  # over 1 July
        ("2023-12-16", "2024-02-15", 201_23),  # into a leap year
        ("2020-01-01", "2020-12-31", 800_00),  # a whole leap year is one year's rate
        ("2021-01-01", "2021-12-31", 800_00),
        ("2017-01-01", "2017-12-31", 750_00),  # a reference rate below zero counts as it is
        ("2024-02-29", "2024-02-29", 3_28),  # leap day
        ("2024-02-29", "2024-03-01", 6_56),
        ("2023-12-31", "2023-12-31", 3_15),  # 11.50 of 365
        ("2024-01-01", "2024-01-01", 3_28),  # 12.00 of 366
        ("2023-06-30", "2023-06-30", 2_88),  # 10.50
        ("2023-07-01", "2023-07-01", 3_15),  # 11.50
        ("2016-06-30", "2016-06-30", 2_19),  # 8.00 of 366
        ("2016-07-01", "2016-07-01", 2_05),  # 7.50 of 366
        ("2002-07-01", "2002-07-01", 3_42),  # the first day that is known
    ],
)
def test_interest_by_law_is_right_to_the_ore(first: str, last: str, interest_ore: int) -> None:
    assert earned(first, last).interest_ore == interest_ore


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2020-01-01", "2020-12-31", ("800.00", "802.19", "813.33")),
        ("2023-12-16", "2024-02-15", ("201.23", "201.64", "204.44")),
        ("2023-03-16", "2023-03-16", ("2.88", "2.88", "2.92")),
    ],
)
def test_each_day_count_divides_by_its_own_year(first: str, last: str, expected: tuple[str, str, str]) -> None:
    counts = (DayCount.ACT_ACT, DayCount.ACT_365, DayCount.ACT_360)

    found = [Decimal(earned(first, last, day_count=one).interest_ore) / 100 for one in counts]

    assert found == [Decimal(one) for one in expected]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2012-12-02", "2014-06-27", 566),
        ("2012-12-02", "2014-07-27", 596),
        ("2023-01-31", "2023-01-31", 1),
        ("2023-03-01", "2023-03-31", 30),
        ("2023-01-01", "2023-12-31", 360),
        ("2023-01-02", "2023-01-01", 0),
    ],
)
def test_months_of_thirty_days_count_both_ends(first: str, last: str, days: int) -> None:
    assert DayCount.THIRTY_360.days(D(first), D(last)) == days


def test_months_of_thirty_days_give_what_an_older_official_calculator_gave() -> None:
    nine = rate_named("9")
    found = [
        earned("2012-12-02", last, principal_ore=35_000_00, rate=nine, day_count=DayCount.THIRTY_360).interest_ore
        for last in ("2014-06-27", "2014-07-27")
    ]

    assert found == [4952_50, 5215_00]


def test_segments_part_at_years_rates_and_payments_and_nowhere_else() -> None:
    interest = earned("2022-12-01", "2023-07-31", Reduction(D("2023-01-15"), 2345_67), principal_ore=12_345_67)

    assert shown(interest) == [
        ("2022-12-01", "2022-12-31", 31, 12_345_67, "8.50", 365),
        ("2023-01-01", "2023-01-15", 15, 12_345_67, "10.50", 365),
        ("2023-01-16", "2023-06-30", 166, TEN_THOUSAND, "10.50", 365),
        ("2023-07-01", "2023-07-31", 31, TEN_THOUSAND, "11.50", 365),
    ]
    assert (interest.interest_ore, interest.principal_left_ore, interest.days) == (717_60, TEN_THOUSAND, 243)


def test_half_years_of_one_year_with_one_rate_are_one_segment() -> None:
    assert [one[:3] for one in shown(earned("2008-07-01", "2010-12-31"))] == [
        ("2008-07-01", "2008-12-31", 184),
        ("2009-01-01", "2009-06-30", 181),
        ("2009-07-01", "2009-12-31", 184),
        ("2010-01-01", "2010-12-31", 365),
    ]


def test_a_last_day_before_the_first_gives_zero_and_no_segment() -> None:
    assert earned("2023-03-16", "2023-03-15") == Interest(0, (), TEN_THOUSAND)


def test_a_payment_on_the_due_date_lowers_every_day() -> None:
    due = Reduction(D("2023-01-31"), 4000_00)

    assert shown(earned("2023-02-01", "2023-03-31", due)) == [("2023-02-01", "2023-03-31", 59, 6000_00, "10.50", 365)]


def test_the_day_of_a_payment_bears_interest_on_the_whole() -> None:
    paid = Reduction(D("2023-02-01"), 4000_00)

    assert [one[:4] for one in shown(earned("2023-02-01", "2023-02-02", paid))] == [
        ("2023-02-01", "2023-02-01", 1, TEN_THOUSAND),
        ("2023-02-02", "2023-02-02", 1, 6000_00),
    ]


def test_a_payment_on_the_last_day_lowers_what_is_left_and_no_interest() -> None:
    paid = Reduction(D("2023-03-31"), TEN_THOUSAND)
    interest = earned("2023-02-01", "2023-03-31", paid)

    assert (interest.interest_ore, interest.principal_left_ore) == (169_73, 0)


def test_a_credit_of_what_was_never_owed_lowers_every_day() -> None:
    credit = Reduction(D("2023-02-15"), 4000_00, was_never_owed=True)

    assert earned("2023-02-01", "2023-03-31", credit).interest_ore == 101_84


def test_a_principal_that_is_paid_needs_no_later_rate() -> None:
    paid = Reduction(D("2026-06-30"), TEN_THOUSAND)

    assert earned("2026-06-30", "2030-01-01", paid).days == 1


def test_payments_are_taken_in_whichever_order_they_are_told() -> None:
    paid = [Reduction(D("2023-02-10"), 100_00), Reduction(D("2023-02-05"), 50_00), Reduction(D("2023-02-05"), 1)]

    assert earned("2023-02-01", "2023-03-31", *paid) == earned("2023-02-01", "2023-03-31", *reversed(paid))


def test_half_an_ore_is_rounded_up() -> None:
    interest = earned("2023-02-01", "2023-02-05", principal_ore=18_25, rate=rate_named("10"))

    assert (interest.segments[0].interest_ore, interest.interest_ore) == (Fraction(5, 2), 3)
    assert [rounded(Fraction(number, 10)) for number in (24, 25, 35, 0)] == [2, 3, 4, 0]


def test_the_sum_is_rounded_once() -> None:
    interest = earned("2023-06-01", "2023-08-31", principal_ore=7)

    assert interest.interest_ore == rounded(sum((one.interest_ore for one in interest.segments), Fraction()))
    assert [rounded(one.interest_ore) for one in interest.segments] == [0, 0]


def test_a_rate_of_law_is_not_counted_past_the_last_known_half_year() -> None:
    assert earned("2026-06-01", "2026-06-30").days == 30
    with pytest.raises(RuleViolation, match=r"from 2026-07-01 is not known.*hub rates add 2026-07-01.*9 §"):
        earned("2026-06-01", "2026-07-01")
    with pytest.raises(RuleViolation, match=r"before 2002-07-01.*9 §"):
        earned("2002-06-30", "2002-12-31")


def test_a_fixed_rate_needs_no_reference_rate() -> None:
    assert earned("2026-06-01", "2027-05-31", rate=rate_named("10")).interest_ore == 1000_00
    assert earned("1999-01-01", "1999-12-31", rate=rate_named("10")).interest_ore == 1000_00


def test_a_rate_of_zero_gives_zero() -> None:
    assert earned("2023-02-01", "2023-03-31", rate=rate_named("0")).interest_ore == 0


def test_the_largest_amount_keeps_its_ore() -> None:
    assert earned("2021-01-01", "2021-12-31", principal_ore=10**16).interest_ore == 8 * 10**14


@pytest.mark.parametrize(
    ("principal_ore", "paid", "why"),
    [
        (0, [], "principal must be above zero"),
        (-1, [], "principal must be above zero"),
        (100, [("2023-02-01", 101)], "more than the principal"),
        (100, [("2023-02-01", 60), ("2023-02-02", 41)], "more than the principal"),
        (100, [("2023-02-01", 0)], "must be above zero"),
        (100, [("2023-02-01", -1)], "must be above zero"),
        (100, [("2023-04-01", 1)], "comes after 2023-03-31"),
    ],
)
def test_what_contradicts_itself_is_refused(principal_ore: int, paid: list[tuple[str, int]], why: str) -> None:
    with pytest.raises(DataError, match=why):
        earned("2023-02-01", "2023-03-31", *(Reduction(D(day), ore) for day, ore in paid), principal_ore=principal_ore)


def test_a_life_longer_than_any_claims_is_refused() -> None:
    with pytest.raises(DataError, match="more than 100 years"):
        earned("1900-01-01", "2023-01-01", rate=rate_named("9"))
