"""The optical line of a giro slip, read back by a reader of its own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from hub.rules.delivery.optical_line import LARGEST_ORE, TYPES, optical_line

GRAMMAR = re.compile(r"#(\d{2,25})#(?:(\d{1,8})(\d{2})(\d))?>(\d{7,8})#(\d{2})#")
PAYLOADS = st.text("0123456789", min_size=1, max_size=24)
REFERENCES = PAYLOADS.map(lambda digits: digits + luhn.calc_check_digit(digits))
GIROS = st.from_regex(r"[1-9][0-9]{5,6}", fullmatch=True).map(lambda digits: digits + luhn.calc_check_digit(digits))
SCHEMES = st.sampled_from(sorted(TYPES))


def read(line: str) -> tuple[str, int | None, str, str]:
    """Read a line as a bank's machine does: blanks mean nothing, every check digit is tried."""
    found = GRAMMAR.fullmatch(line.replace(" ", ""))
    assert found is not None
    reference, kronor, ore, check, giro, kind = found.groups()
    assert luhn.is_valid(reference)
    assert luhn.is_valid(giro)
    if kronor is None:
        return reference, None, giro, kind
    assert luhn.is_valid(kronor + ore + check)
    return reference, int(kronor) * 100 + int(ore), giro, kind


@given(reference=REFERENCES, amount_ore=st.none() | st.integers(1, LARGEST_ORE), scheme=SCHEMES, giro=GIROS)
def test_a_line_says_what_was_written_into_it(reference, amount_ore, scheme, giro):
    line = optical_line(reference, amount_ore, scheme, giro)

    assert line is not None
    assert read(line) == (reference, amount_ore, giro, TYPES[scheme])


@given(reference=REFERENCES, amount_ore=st.none() | st.integers(1, LARGEST_ORE), scheme=SCHEMES, giro=GIROS)
def test_groups_stand_in_the_same_columns_of_every_line(reference, amount_ore, scheme, giro):
    line = optical_line(reference, amount_ore, scheme, giro)

    assert line is not None
    assert [at for at, sign in enumerate(line) if sign in "#>"] == [0, 27, 45, 61, 64]
    assert len(line) == 65


def test_reference_and_amount_of_a_published_example():
    line = optical_line("1234567806", 116800, "bankgiro", "9912346")

    assert line is not None
    assert line.split() == ["#", "1234567806", "#", "1168", "00", "4", ">", "9912346#41#"]


@pytest.mark.parametrize(
    ("reference", "amount_ore", "scheme", "number"),
    [
        ("1234567807", 100, "bankgiro", "9912346"),  # its check digit is wrong
        ("F-1001", 100, "bankgiro", "9912346"),
        ("", 100, "bankgiro", "9912346"),
        ("0" * 26, 100, "bankgiro", "9912346"),
        ("1234567806", 0, "bankgiro", "9912346"),
        ("1234567806", -100, "bankgiro", "9912346"),
        ("1234567806", LARGEST_ORE + 1, "bankgiro", "9912346"),
        ("1234567806", 100, "iban", "SE4550000000058398257466"),
        ("1234567806", 100, "plusgiro", "10181"),
    ],
)
def test_what_a_slip_cannot_say_has_no_line(reference, amount_ore, scheme, number):
    assert optical_line(reference, amount_ore, scheme, number) is None
