"""Which refunds of a file one sum brings back."""

from __future__ import annotations

import pytest

from hub.model.refunds import Refund
from hub.rules.refunds.of_sum import of_sum

EMPTY = Refund(*[0 if kind == "int" else "" for kind in Refund.__annotations__.values()])
PLAIN, LARGE = EMPTY._replace(refund_no=1, amount_ore=100, currency="SEK"), EMPTY._replace(refund_no=2, amount_ore=200)
BACK, REJECTED = {"is_given_back": 1, "returned_payment": 7}, {"is_given_back": 1}


@pytest.mark.parametrize(
    ("second", "amount_ore", "meant"),
    [
        ({}, 300, [1, 2]),
        ({}, 200, []),  # which one of them is not said
        (REJECTED, 100, [1]),
        (REJECTED, 300, [1, 2]),  # paid although it was rejected
        (BACK, 300, [1, 2]),  # told again
        (BACK, 100, [1]),  # one had come back before
    ],
)
def test_a_sum_brings_back_what_left_of_a_file(second, amount_ore, meant):
    refunds = [PLAIN, LARGE._replace(**second)]

    assert [one.refund_no for one in of_sum(refunds, amount_ore, "SEK")] == meant
    assert of_sum(refunds, amount_ore, "EUR") == ()
