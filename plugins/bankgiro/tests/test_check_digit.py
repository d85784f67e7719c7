"""The looked-up check digit is the computed one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from hub_bankgiro.check_digit import has_check_digit


@given(number=st.text(alphabet="0123456789", min_size=2, max_size=25))
def test_it_agrees_with_another_implementation(number):
    complete = number + luhn.calc_check_digit(number)

    assert has_check_digit(complete[-25:]) == luhn.is_valid(complete[-25:])
    assert has_check_digit(number) == luhn.is_valid(number)


@pytest.mark.parametrize("number", ["", "0", "A1", "65 7866", "٦٥", "reference0", "6578²6"])
def test_what_is_no_number_has_no_check_digit(number):
    assert not has_check_digit(number)
