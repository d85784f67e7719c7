"""Both sides of the clearing account are paired by reference, day and amount, and each side once."""

from __future__ import annotations

from hub.model.payments import Deposit, Lump
from hub.rules.payments.pairing import pair


def deposit(number: int, amount_ore: int, day: str = "2026-11-16", reference: str = "") -> Deposit:
    return Deposit(1, 1, number, 1, "SEK", day, amount_ore, reference, None)


def lump(number: int, amount_ore: int, day: str = "2026-11-16", reference: str = "") -> Lump:
    return Lump(number, 2, 1, number, 1, "SEK", day, amount_ore, reference, "alone")


def numbers(deposits: list[Deposit], lumps: list[Lump]) -> list[tuple[int, int]]:
    return sorted((found.entry_no, other.lump_no) for found, other in pair(deposits, lumps))


def test_the_banks_reference_decides_before_the_day() -> None:
    deposits = [deposit(1, 500), deposit(2, 500, reference="R")]
    lumps = [lump(1, 500, reference="R"), lump(2, 500, "2026-11-17")]

    assert numbers(deposits, lumps) == [(1, 2), (2, 1)]


def test_the_nearest_day_within_five_banking_days_is_taken() -> None:
    assert numbers([deposit(1, 500)], [lump(1, 500, "2026-11-20"), lump(2, 500, "2026-11-18")]) == [(1, 2)]
    assert numbers([deposit(1, 500)], [lump(1, 500, "2026-11-23")]) == [(1, 1)]
    assert numbers([deposit(1, 500)], [lump(1, 500, "2026-11-24")]) == []


def test_a_lump_may_be_all_deposits_of_a_day() -> None:
    assert numbers([deposit(1, 300), deposit(2, 200)], [lump(1, 500)]) == [(1, 1), (2, 1)]


def test_equal_amounts_are_each_paired_once() -> None:
    deposits, lumps = [deposit(n, 300) for n in range(3)], [lump(n, 300) for n in range(2)]

    assert len(pair(deposits, lumps)) == 2


def test_another_currency_is_never_paired() -> None:
    assert pair([deposit(1, 500)], [lump(1, 500)._replace(currency="EUR")]) == []
