"""Stated count and total of a group of details."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import ControlTotalMismatch
from hub.formats.xml_layout import Amount
from hub_autopay.batch import Batch


def checked(stated: dict[str, Any], *details: dict[str, Any]) -> None:
    batch = Batch()
    batch.state(stated, 5)
    for detail in details:
        batch.add(detail, 6)
    batch.check()


def paid(amount: str, indicator: str = "", currency: str = "SEK") -> dict[str, Any]:
    detail: dict[str, Any] = {"transaction_amount": Amount(amount, currency)}
    return detail | ({"indicator": indicator} if indicator else {})


@pytest.mark.parametrize("stated", ["1", "3"])
def test_other_count_is_refused(stated: str) -> None:
    with pytest.raises(ControlTotalMismatch) as caught:
        checked({"count": stated}, paid("1.00"), paid("1.00"))

    assert (caught.value.stated, caught.value.computed, caught.value.field) == (int(stated), 2, "NbOfTxs")


@pytest.mark.parametrize("stated", ["2.99", "3.01"])
def test_other_total_is_refused(stated: str) -> None:
    with pytest.raises(ControlTotalMismatch) as caught:
        checked({"total": Amount(stated, "SEK")}, paid("1.00"), paid("2.00"))

    assert (caught.value.computed, caught.value.field, caught.value.line) == (300, "TtlAmt", 5)


def test_right_figures_pass() -> None:
    checked({"count": "2", "total": Amount("3.00", "SEK")}, paid("1.00"), paid("2.00"))


def test_total_is_the_net_of_both_signs() -> None:
    checked({"total": Amount("1.00", "SEK")}, paid("2.00", "CRDT"), paid("1.00", "DBIT"))
    checked({"total": Amount("1.00", "SEK")}, paid("2.00", "DBIT"), paid("1.00", "CRDT"))


def test_group_without_details_is_not_compared() -> None:
    checked({"count": "3", "total": Amount("3.00", "SEK")})


def test_total_is_not_compared_when_a_detail_has_no_amount_in_its_currency() -> None:
    checked({"total": Amount("3.00", "SEK")}, paid("1.00"), paid("2.00", currency="EUR"), paid("9.00"))


def test_total_after_the_details_is_not_compared_but_its_count_is() -> None:
    batch = Batch()
    batch.add(paid("1.00"), 1)
    batch.state({"count": "1", "total": Amount("9.00", "SEK")}, 2)

    batch.check()
