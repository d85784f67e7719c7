"""Statements follow each other by balance and number; what is between two that do not is named by its days."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from hub.model.bank_statements import Statement
from hub.rules.payments.statements import gaps, in_order, whole_statements


def told(day: str, opening: int | None, closing: int | None, serial: str = "", **more: Any) -> Statement:
    values: dict[str, Any] = {
        "account_no": 1, "currency": "SEK", "exchange_no": int(day[8:]), "section_no": 1, "identity": f"S{day}",
        "serial": serial, "opening_on": day, "opening_ore": opening, "closing_on": day, "closing_ore": closing,
        "first_date": day, "last_date": day, "net_ore": None,
    }  # fmt: skip
    return Statement(**values | more)


def found(*statements: Statement) -> list[tuple[str, int, str, str, str]]:
    return [
        (gap.kind, gap.difference_ore, gap.first_day, gap.last_day, gap.missing_numbers)
        for gap in gaps(in_order(whole_statements(statements)))
    ]


MONDAY, TUESDAY, WEDNESDAY = told("2026-11-16", 0, 100), told("2026-11-17", 100, 250), told("2026-11-18", 250, 70)
FRIDAY = told("2026-11-20", 500, 600)


def test_statements_that_follow_each_other_have_no_gap():
    assert found(MONDAY, TUESDAY, WEDNESDAY) == []


def test_the_order_in_which_they_come_is_of_no_matter():
    for order in permutations([MONDAY, WEDNESDAY, FRIDAY]):
        assert found(*order) == [
            ("balance", 150, "2026-11-17", "2026-11-17", ""),
            ("balance", 430, "2026-11-19", "2026-11-19", ""),
        ]


def test_a_gap_over_a_weekend_names_banking_days_alone():
    thursday, wednesday_after = told("2026-11-12", 0, 1), told("2026-11-18", 5, 9)

    assert found(thursday, wednesday_after) == [("balance", 4, "2026-11-13", "2026-11-17", "")]


def test_days_that_follow_each_other_leave_no_day_untold():
    assert found(MONDAY, told("2026-11-17", 90, 200)) == [("balance", -10, "", "", "")]


@pytest.mark.parametrize(
    ("one", "other", "missing"),
    [("7", "8", None), ("7", "9", "8"), ("7", "12", "8 to 11"), ("", "9", None), ("7", "A9", None), ("9", "7", None)],
)
def test_numbers_that_are_missing_are_told_though_the_balance_goes_on(one: str, other: str, missing: str | None):
    days = (MONDAY._replace(serial=one), TUESDAY._replace(serial=other))
    expected = [] if missing is None else [("serial", 0, "", "", missing)]

    assert found(*days) == expected


def test_numbers_begin_anew_with_the_year():
    december, january = told("2026-12-30", 0, 100, "250"), told("2027-01-04", 100, 200, "1")

    assert found(december, january) == []


def test_a_longer_statement_tells_again_what_its_days_told():
    month = told("2026-11-18", 0, 70, opening_on="2026-11-16", first_date="2026-11-16", exchange_no=99)
    thursday = told("2026-11-19", 70, 75)

    for order in permutations([MONDAY, TUESDAY, WEDNESDAY, month]):
        assert found(*order, thursday) == []


@pytest.mark.parametrize("serial", ["11", "900"])
def test_a_month_may_have_numbers_of_its_own(serial: str):
    days = (MONDAY._replace(serial="228"), TUESDAY._replace(serial="229"), WEDNESDAY._replace(serial="230"))
    month = told("2026-11-18", 0, 70, serial, opening_on="2026-11-01", exchange_no=99)
    thursday, friday = told("2026-11-19", 70, 75, "231"), told("2026-11-20", 75, 80, "233")

    assert found(*days, month) == []
    assert found(*days, month, thursday) == []
    assert found(*days, month, thursday, friday) == [("serial", 0, "", "", "232")]


def test_a_balance_that_stood_long_ago_proves_nothing():
    january = told("2026-01-16", 0, 500)

    assert found(january, MONDAY._replace(opening_ore=500), FRIDAY) == [
        ("balance", 400, "2026-11-17", "2026-11-19", "")
    ]


def test_several_of_one_day_follow_by_number_or_else_by_balance():
    first, second = told("2026-11-17", 100, 120, exchange_no=5), told("2026-11-17", 120, 250, exchange_no=3)

    assert found(MONDAY, first, second, WEDNESDAY) == []
    assert found(MONDAY, first._replace(serial="1"), second._replace(serial="2"), WEDNESDAY) == []


def test_pages_of_one_statement_are_one():
    pages = [
        told("2026-11-17", 100, None, "7/1", identity="T/1", exchange_no=7, net_ore=30, closing_on=None),
        told("2026-11-17", None, None, "7/2", identity="T/2", exchange_no=8, net_ore=50, closing_on=None),
        told("2026-11-17", None, 250, "7/3", identity="T/3", exchange_no=9, net_ore=70),
    ]
    (whole,) = whole_statements(pages)

    assert (whole.identity, whole.serial, whole.adds_up, whole.place) == ("T", "7", True, (7, 1))
    assert found(MONDAY, *pages, WEDNESDAY) == []
    assert whole_statements([MONDAY, TUESDAY]) == [MONDAY, TUESDAY]


def test_what_tells_no_balance_is_left_out():
    assert found(MONDAY, told("2026-11-17", None, None), TUESDAY) == []


def test_whether_it_adds_up_is_known_only_where_all_is_told():
    assert told("2026-11-17", 100, 250, net_ore=150).adds_up is True
    assert told("2026-11-17", 100, 250, net_ore=149).adds_up is False
    assert told("2026-11-17", 100, None, net_ore=149).adds_up is None
