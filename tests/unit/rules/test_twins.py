"""Which payments of two formats are the same: by reference and amount, one to one, else the only ones of an amount."""

from __future__ import annotations

from hub.model.payments import DepositPayment, Telling
from hub.rules.payments.twins import alike, only_ones


def told(*payments: tuple[int, str]) -> list[Telling]:
    return [Telling(n, "camt.054", ore, "SEK", reference, False) for n, (ore, reference) in enumerate(payments, 1)]


def booked(*payments: tuple[int, str]) -> list[DepositPayment]:
    return [DepositPayment(n, ore, "SEK", reference, False) for n, (ore, reference) in enumerate(payments, 11)]


def test_equal_payments_are_twins_one_to_one() -> None:
    assert alike(told((100, "a"), (100, "a"), (100, "a")), booked((100, "a"), (100, "a"))) == {1: 11, 2: 12}


def test_no_reference_another_amount_or_currency_makes_no_twin() -> None:
    assert alike(told((100, ""), (100, "a")), booked((100, ""), (200, "a"))) == {}
    assert alike([Telling(1, "f", 100, "EUR", "a", False)], booked((100, "a"))) == {}


def test_only_the_only_ones_of_an_amount_are_twins_without_a_reference() -> None:
    assert only_ones(told((100, "a"), (200, "b"), (200, "c")), booked((100, ""), (200, "x"), (200, "y"))) == {1: 11}
    assert only_ones(told((100, "a")), booked((100, "x"), (100, "y"))) == {}
