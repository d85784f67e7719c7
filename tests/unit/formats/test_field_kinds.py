"""Field kinds hold what they can hold and refuse the rest, in both directions."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.formats.field_kinds import (
    AMOUNT,
    CalendarDate,
    Constant,
    Digits,
    FieldKind,
    FieldRefused,
    Letters,
    Number,
    OneOf,
    ShiftedDigits,
    Spare,
    Symbol,
    Text,
    fill_left,
)

KINDS: list[FieldKind] = [
    Spare(),
    Constant("BGMAX"),
    Digits(),
    Digits(may_be_blank=True),
    ShiftedDigits(),
    Number(),
    AMOUNT,
    OneOf(("P       ", "T       ")),
    Symbol("01", "0123456789"),
    Letters(),
    Text(),
]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Constant("BGMAX"), "BGMAX   ", "BGMAX"),
        (Digits(), "0012", "0012"),
        (Digits(may_be_blank=True), "    ", ""),
        (ShiftedDigits(), "12  ", "12"),
        (ShiftedDigits(), "    ", ""),
        (Number(), "0012", 12),
        (AMOUNT, "0000", 0),
        (CalendarDate(), "20240229", date(2024, 2, 29)),
        (OneOf(("P", " ")), " ", ""),
        (Symbol("01", "0123"), "3", "3"),
        (Letters(), "SEK", "SEK"),
        (Text(), "  007 ", "007"),
        (Spare(), "    ", None),
    ],
)
def test_a_kind_reads_what_the_manual_allows(kind: FieldKind, raw: str, value: Any) -> None:
    assert kind.read(raw) == value


@pytest.mark.parametrize("raw", ["+1", " 1", "1 ", "1_0", "-1", "1.0", "", "¹²", "٣٤", "0x1"])
@pytest.mark.parametrize("kind", [Number(), AMOUNT, Digits()])
def test_only_the_ten_digits_make_a_number(kind: FieldKind, raw: str) -> None:
    with pytest.raises(FieldRefused):
        kind.read(raw)


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (Spare(), " x", "SPARE_NOT_BLANK"),
        (Constant("BGMAX"), "BGMIN", "CONSTANT_DIFFERS"),
        (Digits(), "    ", "NUMBER_UNREADABLE"),
        (ShiftedDigits(), "1 2 ", "NUMBER_UNREADABLE"),
        (AMOUNT, "12A4", "AMOUNT_UNREADABLE"),
        (CalendarDate(), "20230229", "DATE_UNREADABLE"),
        (CalendarDate(), "2023 101", "DATE_UNREADABLE"),
        (CalendarDate(), "00000000", "DATE_UNREADABLE"),
        (OneOf(("P", "T")), "p", "CODE_UNKNOWN"),
        (Symbol("01", "0123"), "x", "CODE_UNKNOWN"),
        (Letters(), "SeK", "LETTERS_UNREADABLE"),
        (Letters(), "SÉK", "LETTERS_UNREADABLE"),
    ],
)
def test_a_kind_refuses_what_it_cannot_hold(kind: FieldKind, raw: str, code: str) -> None:
    with pytest.raises(FieldRefused) as refusal:
        kind.read(raw)

    assert refusal.value.code == code
    assert raw not in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "value", "raw"),
    [
        (Spare(), None, "        "),
        (Constant("BGMAX"), None, "BGMAX   "),
        (Digits(), "12", "00000012"),
        (Digits(may_be_blank=True), "", "        "),
        (ShiftedDigits(), "", "00000000"),
        (AMOUNT, 12, "00000012"),
        (CalendarDate(), date(2026, 11, 20), "20261120"),
        (OneOf(("P       ",)), "P", "P       "),
        (Letters(), "ABCDEFGH", "ABCDEFGH"),
        (Text(), "Åsa", "Åsa     "),
        (Text(is_right_aligned=True), "007", "     007"),
    ],
)
def test_a_kind_writes_the_full_width(kind: FieldKind, value: Any, raw: str) -> None:
    assert kind.write(value, 8) == raw


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Digits(), "12a"),
        (Digits(), ""),
        (Digits(), "123456789"),
        (AMOUNT, -1),
        (AMOUNT, 1.0),
        (AMOUNT, True),
        (AMOUNT, 10**8),
        (CalendarDate(), "20261120"),
        (OneOf(("P       ",)), "X"),
        (Symbol("01", "0123"), "3"),
        (Letters(), "SEK"),
        (Text(), "123456789"),
        (Text(), "two\nlines"),
        (Text(), "日本"),
        (Text(), None),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_never_cut(kind: FieldKind, value: Any) -> None:
    with pytest.raises(FieldRefused):
        kind.write(value, 8)


@pytest.mark.parametrize("kind", KINDS, ids=repr)
@given(data=st.data())
def test_whatever_has_the_regular_shape_can_be_read(kind: FieldKind, data: st.DataObject) -> None:
    raw = data.draw(st.from_regex(kind.pattern(1 if isinstance(kind, Symbol) else 8), fullmatch=True))

    if not isinstance(kind, Spare):  # a regular spare is blank and gives nothing
        assert kind.read(raw) is not None


@given(amount=st.integers(min_value=0, max_value=10**18 - 1))
def test_an_amount_survives_writing_and_reading(amount: int) -> None:
    raw = AMOUNT.write(amount, 18)

    assert len(raw) == 18
    assert AMOUNT.read(raw) == amount
    assert re.fullmatch(AMOUNT.pattern(18), raw)


def test_fill_left_refuses_one_digit_too_many() -> None:
    assert fill_left("1234", 4) == "1234"
    with pytest.raises(FieldRefused):
        fill_left("12345", 4)
