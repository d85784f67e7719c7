"""Layouts and code tables say what the manual says."""

from __future__ import annotations

import re

import pytest

from hub_bankgiro import codes
from hub_bankgiro.layouts.bgmax import ANY_RECORD, LAYOUTS, PLAIN_PAYMENT
from hub_bankgiro.records import RECORD, REFERENCE_CODE

TABLES = {
    "REFERENCE_CODES": "012345",
    "CHANNELS": "1234",
    "DEDUCTION_CODES": "012",
    "IMAGE_MARKS": "01",
    "DEPOSIT_TYPES": "KD",
}


def test_every_record_type_of_the_manual_is_declared():
    assert sorted(LAYOUTS) == ["01", "05", "15", "20", "21", "22", "23", "25", "26", "27", "28", "29", "70"]


@pytest.mark.parametrize(
    ("code", "field", "first", "last"),
    [
        ("01", "timestamp", 25, 44),
        ("01", "test_mark", 45, 45),
        ("05", "bankgiro", 3, 12),
        ("05", "currency", 23, 25),
        ("20", "reference", 13, 37),
        ("20", "amount", 38, 55),
        ("20", "serial", 58, 69),
        ("21", "remainder", 71, 71),
        ("26", "extra_name", 38, 72),
        ("28", "country_code", 73, 74),
        ("29", "identity", 3, 14),
        ("15", "bank_account", 3, 37),
        ("15", "amount", 51, 68),
        ("15", "deposit_type", 80, 80),
        ("70", "deposits", 27, 34),
    ],
)
def test_fields_stand_where_the_manual_prints_them(code, field, first, last):
    declared = {f.name: (f.first, f.last) for f in LAYOUTS[code].fields}

    assert declared[field] == (first, last)


@pytest.mark.parametrize(("table", "expected"), TABLES.items())
def test_code_tables_hold_the_codes_of_the_manual_with_their_source(table, expected):
    loaded = getattr(codes, table)

    assert set(loaded.codes) == set(expected)
    assert loaded.source.edition == "November 2019"
    assert all(meaning.name and meaning.swedish for meaning in loaded.codes.values())


def test_the_groups_of_a_plain_payment_stand_where_the_reader_looks():
    groups = re.compile(f"{PLAIN_PAYMENT}|{ANY_RECORD}").groups
    names = [f.name for code in ("20", "25", "26", "27", "28", "29") for f in LAYOUTS[code].values]

    assert groups == len(names) + 1
    assert len(names) == RECORD
    assert names[REFERENCE_CODE] == "reference_code"
    assert [names[index] for index in (7, 8, 10, 12, 15)] == ["text", "name", "street", "town", "identity"]
