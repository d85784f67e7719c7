"""A section agrees with its deposit, or is refused."""

from __future__ import annotations

import pytest

from hub.errors import ControlTotalMismatch, FormatError
from hub_bankgiro.section import Section


def section(**totals) -> Section:
    return Section(2, "SEK", **{"payments": 2, "deductions": 1, "credit_ore": 500, "debit_ore": 200} | totals)


def test_payments_less_deductions_are_the_deposit():
    section().check({"currency": "SEK", "count": 3, "amount": 300}, 9)


@pytest.mark.parametrize(("count", "amount", "field"), [(2, 300, "count"), (3, 299, "amount"), (3, 301, "amount")])
def test_a_deposit_that_differs_is_refused(count, amount, field):
    with pytest.raises(ControlTotalMismatch) as caught:
        section().check({"currency": "SEK", "count": count, "amount": amount}, 9)

    assert (caught.value.field, caught.value.line) == (field, 9)


def test_a_section_below_zero_is_refused():
    with pytest.raises(ControlTotalMismatch):
        section(debit_ore=800).check({"currency": "SEK", "count": 3, "amount": 300}, 9)


def test_another_currency_is_refused():
    with pytest.raises(FormatError, match="currency"):
        section().check({"currency": "EUR", "count": 3, "amount": 300}, 9)
