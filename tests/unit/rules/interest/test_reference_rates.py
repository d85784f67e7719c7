"""The reference rates: what is known of which day, and what may be entered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hub.errors import DataError, HubError, RuleViolation
from hub.rules.interest.reference_rates import (
    ReferenceRate,
    ReferenceRates,
    next_half_year,
    rate_of,
    read_percent,
    refuse_unlikely,
    shipped_rates,
)

D = date.fromisoformat
SHIPPED = shipped_rates()
NEXT = ReferenceRate(SHIPPED.unknown_from, Decimal("2.50"), "the Riksbank's notice")


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        ("2002-07-01", "4.50"),
        ("2002-12-31", "4.50"),
        ("2003-01-01", "4.00"),
        ("2009-06-30", "2.00"),
        ("2009-07-01", "0.50"),
        ("2016-06-30", "0.00"),
        ("2016-07-01", "-0.50"),
        ("2019-06-30", "-0.50"),
        ("2019-07-01", "0.00"),
        ("2022-12-31", "0.50"),
        ("2023-01-01", "2.50"),
        ("2024-07-01", "4.00"),
        ("2026-06-30", "2.00"),
    ],
)
def test_a_rate_holds_from_the_first_to_the_last_day_of_its_half_year(day: str, percent: str) -> None:
    assert SHIPPED.on(D(day)).percent == Decimal(percent)


def test_every_shipped_rate_names_its_source_and_follows_the_one_before() -> None:
    rates = list(SHIPPED)

    assert all(one.source for one in rates)
    assert [next_half_year(one.from_day) for one in rates[:-1]] == [one.from_day for one in rates[1:]]
    assert all(one.percent % Decimal("0.5") == 0 for one in rates)


def test_half_years_that_nobody_has_compared_are_told() -> None:
    assert SHIPPED.unverified(D("2002-07-01"), D("2024-12-31")) == []
    assert SHIPPED.unverified(D("2024-12-31"), D("2025-07-01")) == [D("2025-01-01"), D("2025-07-01")]
    assert SHIPPED.unverified(D("2025-03-01"), D("2025-03-31")) == [D("2025-01-01")]


def test_a_day_without_a_rate_is_refused_and_told_what_to_do() -> None:
    with pytest.raises(RuleViolation, match=r"räntelagen \(1975:635\) 9 §"):
        SHIPPED.on(SHIPPED.unknown_from)
    with pytest.raises(RuleViolation, match="discount rate"):
        SHIPPED.on(D("2002-06-30"))


def test_the_next_half_year_can_be_added() -> None:
    more = SHIPPED.extended([NEXT])

    assert more.on(NEXT.from_day) == NEXT
    assert more.unknown_from == next_half_year(NEXT.from_day)


def test_a_rate_that_was_to_be_verified_gives_way_and_any_other_does_not() -> None:
    verified = SHIPPED.on(D("2024-01-01"))
    doubtful = SHIPPED.on(D("2025-01-01"))

    assert SHIPPED.extended([doubtful._replace(is_verified=True)]).on(D("2025-01-01")).is_verified
    assert SHIPPED.extended([verified._replace(source="another")]).on(D("2024-01-01")) == verified
    with pytest.raises(DataError, match=r"from 2024-01-01 is known as 4.00 .* not 4.50"):
        SHIPPED.extended([verified._replace(percent=Decimal("4.50"))])


@pytest.mark.parametrize(
    ("changed", "kind", "why"),
    [
        ({"from_day": D("2026-07-02")}, RuleViolation, "from 1 January or 1 July"),
        ({"from_day": D("2026-08-01")}, RuleViolation, "from 1 January or 1 July"),
        ({"from_day": D("2027-01-01")}, DataError, "from 2026-07-01 is not known yet: enter that one first"),
        ({"from_day": D("2002-01-01")}, DataError, "before 2002-07-01"),
        ({"percent": Decimal("2.25")}, RuleViolation, "half per cent"),
        ({"percent": Decimal("30.50")}, DataError, "cannot be right"),
        ({"percent": Decimal("-10.50")}, DataError, "cannot be right"),
        ({"source": "  "}, DataError, "--source"),
        ({"source": "two\nlines"}, DataError, "--source"),
        ({"source": "x" * 201}, DataError, "--source"),
    ],
)
def test_what_the_riksbank_cannot_have_fixed_is_refused(
    changed: dict[str, object], kind: type[HubError], why: str
) -> None:
    with pytest.raises(kind, match=why):
        refuse_unlikely(NEXT._replace(**changed), SHIPPED, D("2030-01-01"))  # type: ignore[arg-type]


def test_a_rate_is_entered_from_the_last_banking_day_before_its_half_year() -> None:
    refuse_unlikely(NEXT, SHIPPED, D("2026-06-30"))
    with pytest.raises(RuleViolation, match="not fixed before 2026-06-30"):
        refuse_unlikely(NEXT, SHIPPED, D("2026-06-29"))


@pytest.mark.parametrize("from_days", [[], ["2026-01-02"], ["2025-01-01", "2026-01-01"], ["2025-01-01"] * 2])
def test_a_table_with_gaps_is_no_table(from_days: list[str]) -> None:
    with pytest.raises(DataError):
        ReferenceRates(NEXT._replace(from_day=D(day)) for day in from_days)


@pytest.mark.parametrize(
    ("text", "percent"), [("2", "2.00"), ("2,5", "2.50"), ("2.50", "2.50"), ("-0.50", "-0.50"), ("0", "0.00")]
)
def test_a_percentage_is_read_exactly(text: str, percent: str) -> None:
    assert str(read_percent(text)) == percent


@pytest.mark.parametrize("text", ["", "x", "1e1", "2.505", "NaN", "Infinity", "1 0", "--1", "1000", "٣", "+2"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="at most two decimals"):
        read_percent(text)


@pytest.mark.parametrize(
    "changed", [{"from": "2026-07-01"}, {"percent": 2.5}, {"percent": "a"}, {"source": ""}, {"source": None}]
)
def test_a_row_of_another_kind_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(DataError):
        rate_of({"from": D("2026-07-01"), "percent": "2.50", "source": "notice", **changed})
