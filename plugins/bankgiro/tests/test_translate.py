"""References, payers, accounts and moments in the hub's words."""

from __future__ import annotations

import pytest

from hub.model.payment_file import Key, PayeeAccount, Payer, ReferenceQuality
from hub_bankgiro.translate import (
    CHANNEL_NAMES,
    account_of,
    address_of,
    identity_of,
    iso_timestamp,
    keys_of,
    payer_of,
    quality_of,
)


@pytest.mark.parametrize(
    ("code", "reference", "quality"),
    [
        ("2", "657866", ReferenceQuality.CHECKED),
        ("4", "657866", ReferenceQuality.CHECKED),
        ("3", "657866", ReferenceQuality.GIVEN),
        ("5", "657866", ReferenceQuality.GIVEN),
        ("0", "", ReferenceQuality.NONE),
        ("1", "", ReferenceQuality.NONE),
        ("2", "", ReferenceQuality.NONE),
        ("0", "657866", ReferenceQuality.GIVEN),
        ("7", "657866", ReferenceQuality.GIVEN),
    ],
)
def test_only_codes_2_and_4_are_vouched_for(code, reference, quality):
    assert quality_of(code, reference) is quality


@pytest.mark.parametrize(
    ("code", "name"), [("1", "electronic"), ("2", "electronic"), ("3", "paper"), ("4", "autogiro"), ("8", "")]
)
def test_channels_have_names(code, name):
    assert CHANNEL_NAMES[code] == name


@pytest.mark.parametrize("serial", ["", " " * 12, "0" * 12])
def test_no_serial_number_is_no_key(serial):
    assert keys_of(serial) == ()


def test_a_serial_number_is_a_key_with_its_zeros():
    assert keys_of("000000000012") == (Key("bgc_serial", "000000000012"),)


@pytest.mark.parametrize(
    ("digits", "identity"),
    [
        ("005560000001", "5560000001"),
        ("191212121212", "191212121212"),
        ("000000000000", ""),
        ("0000000000", ""),
        ("", ""),
        ("00550000432", "00550000432"),
    ],
)
def test_an_identity_has_ten_digits_or_twelve(digits, identity):
    assert identity_of(digits) == identity


def test_nothing_known_is_no_payer():
    assert payer_of("0000000000", "", "", "", "", "", "", "", "") is None
    assert payer_of("0000000000", " " * 35, " " * 35, " ", " ", " ", " ", " ", "000000000000") is None


def test_an_extra_name_stands_alone_where_the_first_is_blank():
    assert payer_of("", " ", "c/o Bo", "", "", "", "", "", "") == Payer("c/o Bo")


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        (("Gatan 1", "12345", "Byn", " ", " "), ("Gatan 1", "12345 Byn")),
        (("Gatan 1", "", "", "", ""), ("Gatan 1",)),
        (("", "", "Byn", "", ""), ("Byn",)),
        (("", "12345", "", "", ""), ("12345",)),
        (("Gate 1", "", "Oslo", "Norge", "NO"), ("Gate 1", "Oslo", "Norge")),
        (("Gate 1", "", "Oslo", "", "NO"), ("Gate 1", "Oslo", "NO")),
    ],
)
def test_an_address_has_no_empty_lines(fields, address):
    assert address_of(*fields) == address


@pytest.mark.parametrize(
    ("bankgiro", "plusgiro", "accounts"),
    [
        ("0009912346", "", (PayeeAccount("bankgiro", "9912346"), None)),
        ("0009912346", "0008156086", (PayeeAccount("bankgiro", "9912346"), PayeeAccount("plusgiro", "8156086"))),
        ("0000000000", "0008156086", (PayeeAccount("plusgiro", "8156086"), None)),
        ("0000000000", "0000000000", (None, None)),
    ],
)
def test_the_payee_is_known_by_bankgiro_first(bankgiro, plusgiro, accounts):
    assert account_of(bankgiro, plusgiro) == accounts


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("20261120183000000001", "2026-11-20T18:30:00.000001"),
        ("20261120183000000000", "2026-11-20T18:30:00.000000"),
        ("20261320183000000001", ""),
        ("00000000000000000000", ""),
    ],
)
def test_a_moment_that_does_not_exist_is_left_empty(digits, text):
    assert iso_timestamp(digits) == text
