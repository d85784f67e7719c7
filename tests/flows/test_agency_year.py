"""A simulated year at two agencies: in the end both sides, and a third count, agree to the öre.

The full one, with ten thousand receivables, is benchmarks/collection_year.py.
"""

from __future__ import annotations

import pytest
from agency_year import Happening, Year, expected


@pytest.mark.parametrize("settles", [False, True])
def test_hub_agencies_and_a_naive_count_agree_in_the_end(engine, tmp_path, settles):
    """What is at an agency stays open, or is settled as it goes there."""
    with Year(engine, tmp_path, receivables=16, seed=7, weeks=10, faults=0.6, settles=settles) as year:
        year.live()

        happened = {one.what for one in year.happenings}
        assert happened == {"invoiced", "case_opened", "paid_us", "paid_agency", "credited"}
        assert year.faults_met
        assert year.differences() == []
        assert year.world.verify() == []

        case = next(case for case in year.books()["svea"].cases.values() if case.is_open)
        year.books()["svea"].pay(case.number, case.own_fee_ore + 1, year.today)  # nobody has told the script
        year.books()["svea"].settle(year.today)
        assert len(year.differences()) >= 3


def test_money_of_a_case_that_was_handed_over_twice_finds_its_receivable(engine, tmp_path):
    """Amili tells payouts by invoice alone, and both cases of it have ended by then."""
    with Year(engine, tmp_path, receivables=2, seed=1) as year:
        number = year.invoice_one("04")
        year.pass_weeks(4)
        year.take_back(number)
        year.pass_weeks(2)
        year.pay_agency(number)
        year.pass_weeks(1, pays_out=True)

        assert [case.closed for case in year.books()["amili"].cases.values()] == ["RECALLED", "PAID_AGENCY"]
        assert year.differences() == []
        assert year.world.one(number).principal_ore == 0


def test_the_naive_count_knows_fees_and_crossing_payments():
    due = expected(
        [
            Happening("2026-01-01", "invoiced", "1", 100_000),
            Happening("2026-02-01", "case_opened", "1", 18_000),
            Happening("2026-02-02", "paid_agency", "1", 20_000),
            Happening("2026-02-03", "credited", "1", 1_000),
            Happening("2026-02-04", "paid_agency", "1", 97_000),
            Happening("2026-02-04", "paid_us", "1", 97_000),
        ]
    )

    assert due == ({"1": -97_000}, {"1": 99_000}, 18_000, 97_000, 1_000)
