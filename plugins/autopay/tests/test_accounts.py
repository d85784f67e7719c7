"""Accounts of camt in the hub's schemes."""

from __future__ import annotations

import pytest

from hub.model.payment_file import PayeeAccount
from hub_autopay.accounts import account_of, proxy_account, scheme_account


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [
        ("BGNR", "991-2346", ("bankgiro", "9912346")),
        ("BGNR", "0009912346", ("bankgiro", "9912346")),
        ("PGNR", "1 01 81-8", ("plusgiro", "101818")),
        ("BBAN", "50000583982574", ("bban", "50000583982574")),
        ("IBAN", "SE45 5000 0000 0583 9825 7466", ("iban", "SE4550000000058398257466")),
        ("", "0012-A", ("other", "0012-A")),
        ("BGNR", "not a number", ("bankgiro", "not a number")),
    ],
)
def test_scheme_and_number_become_an_account(code: str, number: str, expected: tuple[str, str]) -> None:
    assert scheme_account(code, number) == PayeeAccount(*expected)


def test_iban_counts_before_other_numbers() -> None:
    values = {"x_iban": "SE45 5000", "x_other": "1", "x_scheme": "BGNR"}

    assert account_of(values, "x") == PayeeAccount("iban", "SE455000")


def test_no_number_is_no_account() -> None:
    assert account_of({"x_scheme": "BGNR"}, "x") is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"proxy": "991-2346", "proxy_scheme": "BGNR"}, PayeeAccount("bankgiro", "9912346")),
        ({"proxy": "0701234567", "proxy_scheme": "TELE"}, None),
        ({}, None),
    ],
)
def test_only_a_giro_proxy_is_an_alternative_account(values: dict[str, str], expected: PayeeAccount | None) -> None:
    assert proxy_account(values) == expected
