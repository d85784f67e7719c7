"""Amounts are read exactly or not at all, and written so that they can be read back."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import money
from hub.errors import FormatError

amounts = st.integers(min_value=-money.LARGEST_ORE, max_value=money.LARGEST_ORE)


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("1 234,50", 123450),
        ("1234.50", 123450),
        ("1\u00a0234\u00a0567,5", 123456750),
        ("12\u202f345", 1234500),
        ("0", 0),
        ("0,05", 5),
        ("-12", -1200),
        ("\u221212,00", -1200),
        ("12,00-", -1200),
        ("+7,10", 710),
        ("- 5", -500),
        (" 99,99 ", 9999),
        ("007", 700),
    ],
)
def test_swedish_and_plain_kronor_are_read(text: str, ore: int) -> None:
    assert money.parse_kronor(text) == ore


@pytest.mark.parametrize(
    "text",
    [
        *("1.234", "1,234.50", "1.234,50", "1 23,00", "12 34", "1234 567", "1  234", "1,2,3"),  # which groups?
        *("1,", ",50", "1e3", "--1", "-1-", "12 kr", "0x10", "NaN", "Infinity", "1_000", "1\n2"),  # not our way
        *("\u0661\u0662", "1\u00b2", "9" * 5000),  # digits of other scripts, and far too many
    ],
)
def test_anything_ambiguous_is_refused(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        money.parse_kronor(text)

    assert caught.value.code == "AMOUNT_UNREADABLE"
    assert text not in str(caught.value)


def test_a_blank_amount_is_missing_and_not_zero() -> None:
    with pytest.raises(FormatError) as caught:
        money.parse_kronor("  ")

    assert caught.value.code == "AMOUNT_MISSING"


def test_a_declared_decimal_sign_refuses_the_other() -> None:
    assert money.parse_kronor("12,50", decimal_sign=",") == 1250
    assert money.parse_kronor("12", decimal_sign=",") == 1200
    with pytest.raises(FormatError):
        money.parse_kronor("12.50", decimal_sign=",")


@pytest.mark.parametrize("value", [12.5, True, None, float("nan"), b"1"])
def test_floats_and_strangers_are_no_amounts(value: object) -> None:
    with pytest.raises(FormatError) as caught:
        money.parse_amount(value)  # type: ignore[arg-type]

    assert caught.value.code == "AMOUNT_UNREADABLE"


def test_whole_numbers_and_decimals_are_kronor() -> None:
    assert money.parse_amount(12) == 1200
    assert money.parse_amount(Decimal("12.5")) == 1250
    assert money.parse_amount("12,5") == 1250


@pytest.mark.parametrize("value", ["1.005", "0.001", "NaN", "Infinity", "-sNaN"])
def test_parts_of_an_ore_are_never_rounded(value: str) -> None:
    with pytest.raises(FormatError):
        money.ore_from_decimal(Decimal(value))


@pytest.mark.parametrize("value", ["1.5000", "1E+2", "100.00", "-0", "1E-2", "0E-5000"])
def test_exponents_and_trailing_zeros_do_not_matter(value: str) -> None:
    assert money.ore_from_decimal(Decimal(value)) == int(Decimal(value) * 100)


@pytest.mark.parametrize("value", [Decimal("1E+999999"), 10**30, "1" * 20, Decimal(money.LARGEST_ORE) / 100 + 1])
def test_amounts_beyond_the_books_are_refused(value) -> None:
    with pytest.raises(FormatError) as caught:
        money.parse_amount(value)

    assert caught.value.code == "AMOUNT_TOO_LARGE"


@pytest.mark.parametrize(
    ("ore", "swedish", "plain"),
    [
        (0, "0,00", "0.00"),
        (5, "0,05", "0.05"),
        (-5, "-0,05", "-0.05"),
        (123450, "1 234,50", "1234.50"),
        (-123456789, "-1 234 567,89", "-1234567.89"),
    ],
)
def test_amounts_are_written(ore: int, swedish: str, plain: str) -> None:
    assert money.format_kronor(ore) == swedish
    assert money.plain_kronor(ore) == plain


@given(amounts)
def test_every_way_of_writing_reads_back(ore: int) -> None:
    for write in (money.format_kronor, money.plain_kronor):
        assert money.parse_kronor(write(ore)) == ore


@given(st.text(max_size=60))
def test_no_text_gives_anything_but_an_amount_or_a_format_error(text: str) -> None:
    with suppress(FormatError):
        assert isinstance(money.parse_kronor(text), int)
