"""Summary and balances of a section."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hub.errors import ControlTotalMismatch
from hub.model.payment_file import Level, OtherKind, PayeeAccount
from hub_autopay.head import Head
from hub_autopay.totals import Totals, balance_warnings, is_partial, refuse_differences, summary_checks

RIGHT = {
    "count": "3",
    "sum": "350.00",
    "net": "50.00",
    "credit_count": "2",
    "credit_sum": "200.00",
    "debit_count": "1",
    "debit_sum": "150.00",
}


def head(ore: int, currency: str = "SEK", status: str = "BOOK") -> Head:
    return Head(
        line=1,
        number=1,
        account=PayeeAccount("bankgiro", "9912346"),
        signed_ore=ore,
        direction=1 if ore > 0 else -1,
        currency=currency,
        status=status,
        is_reversal=False,
        booked_date=date(2026, 11, 20),
        acct_svcr_ref="",
        reference="",
        code="",
        kind=OtherKind.LUMP,
        channel="",
        text="",
    )


def totals(*heads: Head, details: int = 2) -> Totals:
    made = Totals()
    for one in heads or (head(10000), head(10000), head(-15000)):
        made.add_entry(one, details)
    return made


def test_right_summary_passes() -> None:
    refuse_differences(summary_checks(RIGHT, totals(), 1), 1)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("change", [-1, 1])
def test_any_other_figure_is_refused(name: str, change: int) -> None:
    changed = str(Decimal(RIGHT[name]) + change)

    with pytest.raises(ControlTotalMismatch):
        refuse_differences(summary_checks(RIGHT | {name: changed}, totals(), 1), 1)


def test_details_may_be_counted_where_entries_are_meant() -> None:
    refuse_differences(summary_checks({"count": "6"}, totals(), 1), 1)


def test_sums_over_several_currencies_are_not_compared() -> None:
    both = totals(head(100), head(100, "EUR"))

    refuse_differences(summary_checks({"count": "2", "sum": "99.00"}, both, 1), 1)
    assert both.net_and_count(Level.LUMP) == (None, 2)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"count": "9", "sum": "990.00", "credit_count": "8", "credit_sum": "900.00"}, True),
        ({}, False),
        ({"sum": "990.00"}, False),
        ({"count": "9", "sum": "10.00"}, False),
        ({"count": "9", "debit_count": "0"}, False),
    ],
)
def test_only_fewer_entries_and_nothing_beyond_the_summary_is_partial(change: dict[str, str], expected: bool) -> None:
    assert is_partial(summary_checks(RIGHT | change, totals(), 1)) is expected


def test_statement_closes_with_booked_entries_only() -> None:
    assert totals(head(100), head(900, status="PDNG"), head(-30)).net_and_count(Level.LUMP) == (70, 2)


@pytest.mark.parametrize(
    ("closing", "warns"),
    [((15000, "SEK"), False), ((15001, "SEK"), True), ((15000, "EUR"), True)],
)
def test_balances_that_do_not_meet_are_warned_about(closing: tuple[int, str], warns: bool) -> None:
    made = totals()
    made.balances = {"opening": (10000, "SEK"), "closing": closing}

    assert [warning.code for warning in balance_warnings(made, 1)] == (["BALANCE_DIFFERS"] if warns else [])


def test_one_balance_alone_is_not_compared() -> None:
    made = totals()
    made.balances = {"opening": (10000, "SEK")}

    assert list(balance_warnings(made, 1)) == []
