"""Our fast check digit is the standard one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as standard

from hub.identifiers import luhn

digit_runs = st.text(alphabet="0123456789", min_size=1, max_size=40)


@given(digit_runs)
def test_checksum_and_check_digit_agree_with_python_stdnum(digits: str) -> None:
    assert luhn.checksum(digits) == standard.checksum(digits)
    assert luhn.check_digit(digits) == standard.calc_check_digit(digits)
    assert luhn.checksum(digits + luhn.check_digit(digits)) == 0


@given(digit_runs, st.integers(min_value=0), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_always_found(payload: str, place: int, change: int) -> None:
    number = payload + luhn.check_digit(payload)
    at = place % len(number)
    wrong = number[:at] + str((int(number[at]) + change) % 10) + number[at + 1 :]

    assert luhn.checksum(wrong) != 0


@given(st.text(alphabet="0123456789", min_size=2, max_size=25))
def test_having_a_check_digit_agrees_with_python_stdnum(number: str) -> None:
    assert luhn.has_check_digit(number + standard.calc_check_digit(number))
    assert luhn.has_check_digit(number) == standard.is_valid(number)


@pytest.mark.parametrize("number", ["", "0", "A1", "65 7866", "\u0666\u0665", "reference0", "6578\u00b26"])
def test_what_is_no_number_has_no_check_digit(number: str) -> None:
    assert not luhn.has_check_digit(number)


def test_only_ascii_digits_are_digits() -> None:
    assert luhn.is_digits("0123456789")
    assert not any(map(luhn.is_digits, ["", "12a", "\u0661\u0662", "1\u00b2", "-1", " 1"]))
