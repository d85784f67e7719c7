"""Amounts, dates, indicators and counts: exact or refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.formats.xml_layout import Amount
from hub_autopay import scalars

PLACE = {"line": 7, "record": "Ntry"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234.56", 123456),
        ("0.01", 1),
        ("200000", 20000000),
        ("4.5", 450),
        ("8.850", 885),
        ("8.85000", 885),
        ("+3.00", 300),
        (".50", 50),
        ("5.", 500),
        ("0", 0),
        ("9999999999999999.99", 999999999999999999),
    ],
)
def test_decimal_text_becomes_ore(text: str, expected: int) -> None:
    assert scalars.ore(text, **PLACE) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "AMOUNT_MISSING"),
        ("-1.00", "AMOUNT_UNREADABLE"),
        ("1,00", "AMOUNT_UNREADABLE"),
        ("1 000.00", "AMOUNT_UNREADABLE"),
        ("1e3", "AMOUNT_UNREADABLE"),
        (".", "AMOUNT_UNREADABLE"),
        ("+", "AMOUNT_UNREADABLE"),
        ("NaN", "AMOUNT_UNREADABLE"),
        ("١٢.٣٤", "AMOUNT_UNREADABLE"),
        ("²3.00", "AMOUNT_UNREADABLE"),
        ("1.005", "AMOUNT_TOO_FINE"),
        ("1.00001", "AMOUNT_TOO_FINE"),
        ("1.000000", "AMOUNT_UNREADABLE"),
        ("9" * 30 + ".00", "AMOUNT_UNREADABLE"),
        ("-1.0.00", "AMOUNT_UNREADABLE"),
        ("10000000000000000.00", "AMOUNT_TOO_LARGE"),
        ("999999999999999999", "AMOUNT_TOO_LARGE"),
    ],
)
def test_other_amounts_are_refused(text: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        scalars.ore(text, **PLACE)

    assert caught.value.code == code
    assert caught.value.line == 7
    assert not text or text not in str(caught.value)


@given(st.integers(min_value=0, max_value=10**15))
def test_every_whole_ore_is_read_back(whole: int) -> None:
    assert scalars.ore(f"{whole // 100}.{whole % 100:02d}", **PLACE) == whole


@pytest.mark.parametrize("currency", ["", "SE", "sek", "SEKK", "SÖK"])
def test_amount_without_a_currency_code_is_refused(currency: str) -> None:
    with pytest.raises(FormatError) as caught:
        scalars.money(Amount("1.00", currency), **PLACE)

    assert (caught.value.code, caught.value.field) == ("CURRENCY_MISSING", "Amt@Ccy")


def test_missing_amount_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        scalars.money(None, **PLACE)

    assert caught.value.code == "AMOUNT_MISSING"


@pytest.mark.parametrize(("text", "expected"), [("CRDT", 1), ("DBIT", -1)])
def test_indicator_gives_the_sign(text: str, expected: int) -> None:
    assert scalars.sign({"indicator": text}, **PLACE) == expected


@pytest.mark.parametrize(
    ("values", "code"), [({}, "INDICATOR_MISSING"), ({"indicator": "crdt"}, "INDICATOR_UNREADABLE")]
)
def test_other_indicators_are_refused(values: dict[str, str], code: str) -> None:
    with pytest.raises(FormatError) as caught:
        scalars.sign(values, **PLACE)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("1", True), ("false", False), ("0", False), ("", False)]
)
def test_xml_booleans_are_read(text: str, expected: bool) -> None:
    assert scalars.is_true(text, **PLACE) is expected


def test_other_booleans_are_refused() -> None:
    with pytest.raises(FormatError) as caught:
        scalars.is_true("TRUE", **PLACE)

    assert caught.value.code == "REVERSAL_UNREADABLE"


@pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20Z", "2026-11-20+01:00", "2026-11-20T23:59:59+01:00"])
def test_day_is_taken_as_the_bank_wrote_it(text: str) -> None:
    assert scalars.day(text, **PLACE, field="BookgDt") == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["20261120", "2026-W47-5", "2026-02-30", "26-11-20", "2026-11-201", "x"])
def test_other_days_are_refused(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        scalars.day(text, **PLACE, field="BookgDt")

    assert (caught.value.code, caught.value.field) == ("DATE_UNREADABLE", "BookgDt")


def test_no_day_is_none() -> None:
    assert scalars.day("", **PLACE, field="BookgDt") is None


def test_count_is_read_or_refused() -> None:
    assert scalars.count("010", **PLACE, field="NbOfTxs") == 10
    assert scalars.count("", **PLACE, field="NbOfTxs") is None
    with pytest.raises(FormatError):
        scalars.count("-1", **PLACE, field="NbOfTxs")
