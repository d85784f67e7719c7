"""A layout checks itself, and reads, writes and recognises records by its positions."""

from __future__ import annotations

import pytest

from hub.errors import ConfigurationError, FormatError
from hub.formats.field_kinds import AMOUNT, Constant, Digits, Spare, Text
from hub.formats.fixed_width import Field, RecordLayout

LAYOUT = RecordLayout(
    "20",
    "payment",
    [
        Field("mark", 3, 4, Constant("XX")),
        Field("reference", 5, 14, Text(), "referens"),
        Field("amount", 15, 20, AMOUNT, "belopp"),
        Field("serial", 21, 24, Digits(may_be_blank=True)),
        Field("spare", 25, 80, Spare(), "reserv"),
    ],
)
RECORD = "20XXÅ-12      0012507777" + " " * 56


def test_a_record_is_read_by_the_printed_positions() -> None:
    assert LAYOUT.read(RECORD, 7) == {"reference": "Å-12", "amount": 1250, "serial": "7777"}


def test_a_record_is_written_exactly_as_it_is_read() -> None:
    written = LAYOUT.write(reference="Å-12", amount=1250, serial="7777")

    assert written == RECORD
    assert LAYOUT.is_regular(written)


def test_an_unreadable_field_names_its_place_and_hides_its_value() -> None:
    with pytest.raises(FormatError) as caught:
        LAYOUT.read(RECORD.replace("001250", "O01250"), 7)

    error = caught.value
    assert (error.line, error.record, error.field, error.code) == (7, "20", "amount", "AMOUNT_UNREADABLE")
    assert error.value == "O01250"
    assert "O01250" not in str(error)


def test_a_constant_that_differs_is_refused() -> None:
    with pytest.raises(FormatError, match="field mark"):
        LAYOUT.read(RECORD.replace("XX", "YY"), 1)


def test_stray_content_is_reported_and_does_not_stop_reading() -> None:
    stray = RECORD[:-1] + "!"

    assert LAYOUT.stray_fields(RECORD) == ()
    assert LAYOUT.stray_fields(stray) == ("spare",)
    assert LAYOUT.read(stray, 1)["amount"] == 1250
    assert not LAYOUT.is_regular(stray)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reference": "a", "amount": 1}, "FIELD_MISSING"),
        ({"reference": "a", "amount": 1, "serial": "", "colour": "x"}, "FIELD_UNKNOWN"),
        ({"reference": "a" * 11, "amount": 1, "serial": ""}, "VALUE_TOO_LONG"),
        ({"reference": "a", "amount": 1000000, "serial": ""}, "VALUE_TOO_LONG"),
    ],
)
def test_writing_takes_every_field_and_nothing_that_does_not_fit(values: dict[str, object], code: str) -> None:
    with pytest.raises(FormatError) as caught:
        LAYOUT.write(**values)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([Field("a", 3, 10, Text()), Field("b", 12, 80, Text())], "position 11 comes next"),
        ([Field("a", 3, 10, Text()), Field("b", 10, 80, Text())], "position 11 comes next"),
        ([Field("a", 4, 80, Text())], "position 3 comes next"),
        ([Field("a", 3, 79, Text())], "end at 79 of 80"),
        ([Field("a", 3, 81, Text())], "end at 81 of 80"),
        ([Field("a", 3, 2, Text())], "position 3 comes next"),
        ([Field("a", 3, 10, Text()), Field("a", 11, 80, Text())], "same name"),
    ],
)
def test_a_layout_with_a_gap_an_overlap_or_a_double_name_is_not_made(fields: list[Field], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        RecordLayout("20", "payment", fields)


def test_a_layout_of_one_field_is_sliced_like_any_other() -> None:
    layout = RecordLayout("", "row", [Field("text", 1, 5, Text())], width=5)

    assert layout.slices("abc  ") == ("abc  ",)
    assert layout.read("abc  ", 1) == {"text": "abc"}
