"""The head of an entry."""

from __future__ import annotations

from datetime import date

import pytest

from hub.formats.xml_layout import Amount, Values
from hub.model.payment_file import OtherKind, PayeeAccount
from hub_autopay.head import Head, head_of, other_kind, transaction_code

RIGHT: Values = {"amount": Amount("10.00", "SEK"), "indicator": "DBIT", "status": "BOOK"}


def head(**changes: object) -> Head:
    return head_of({**RIGHT, **changes}, line=4, number=2, account=PayeeAccount("bankgiro", "9912346"))


def test_head_has_sign_place_and_status() -> None:
    found = head(booked_date="2026-11-20", value_date="2026-11-21", acct_svcr_ref="A", entry_ref="N")

    assert (found.signed_ore, found.direction, found.currency) == (-1000, -1, "SEK")
    assert (found.line, found.number, found.is_booked, found.is_reversal) == (4, 2, True, False)
    assert found.booked_date == date(2026, 11, 20)
    assert (found.reference, found.acct_svcr_ref) == ("A", "A")


def test_entry_reference_stands_in_but_proves_nothing() -> None:
    found = head(entry_ref="N")

    assert (found.reference, found.acct_svcr_ref) == ("N", "")


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR", "book"])
def test_only_declared_statuses_are_booked(status: str) -> None:
    assert not head(status=status).is_booked


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"family": "RCDT", "sub_family": "ESCT", "proprietary_code": "X"}, "RCDT/ESCT"),
        ({"family": "RCDT"}, "RCDT/"),
        ({"proprietary_code": "NTRF"}, "NTRF"),
        ({}, ""),
    ],
)
def test_transaction_code_is_the_banks(values: Values, expected: str) -> None:
    assert transaction_code(values) == expected


@pytest.mark.parametrize(
    ("code", "direction", "expected"),
    [
        ("CHRG", -1, OtherKind.FEE),
        ("CHRG", 1, OtherKind.LUMP),
        ("INTR", 1, OtherKind.INTEREST),
        ("", -1, OtherKind.DEBIT),
    ],
)
def test_kind_follows_code_and_sign(code: str, direction: int, expected: OtherKind) -> None:
    assert other_kind({"sub_family": code}, direction) is expected


@pytest.mark.parametrize(("family", "channel"), [("IDDT", "autogiro"), ("RCDT", "electronic"), ("XXXX", "")])
def test_channel_follows_the_family(family: str, channel: str) -> None:
    assert head(family=family).channel == channel
