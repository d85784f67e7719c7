"""Both sides of the clearing account are paired by reference, day and amount, and each side once."""

from __future__ import annotations

from hub.model.payments import Deposit, Lump
from hub.rules.payments.pairing import pair, pair_new


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


def new_numbers(
    new: list[Deposit], old: list[Deposit], *, alone: list[Lump] | None = None, made: list[Lump] | None = None
) -> list[tuple[int, int]]:
    return sorted((found.entry_no, other.lump_no) for found, other in pair_new(new, old, alone or [], made or []))


def test_an_old_deposit_takes_no_lump_that_was_made_a_payment() -> None:
    assert new_numbers([deposit(2, 300)], [deposit(1, 300)], made=[lump(1, 300)]) == [(2, 1)]
    assert new_numbers([], [deposit(1, 300)], made=[lump(1, 300)]) == []
    assert new_numbers([deposit(3, 50)], [deposit(1, 300), deposit(2, 200)], made=[lump(1, 500)]) == []


def test_an_old_deposit_is_a_made_lump_together_with_new_ones_of_its_day() -> None:
    assert new_numbers([deposit(2, 200)], [deposit(1, 300)], made=[lump(1, 500)]) == [(1, 1), (2, 1)]
    assert new_numbers([deposit(2, 200)], [deposit(1, 300, "2026-11-17")], made=[lump(1, 500)]) == []
    parts = [deposit(2, 200), deposit(3, 100)]
    assert new_numbers(parts, [deposit(1, 999)], made=[lump(1, 300)]) == [(2, 1), (3, 1)]


def test_lumps_that_stand_alone_are_met_before_those_made_payments_but_for_the_banks_reference() -> None:
    alone, made = [lump(1, 300, "2026-11-18")], [lump(2, 300, reference="R")]

    assert new_numbers([deposit(1, 300)], [], alone=alone, made=made) == [(1, 1)]
    assert new_numbers([deposit(1, 300, reference="R")], [], alone=alone, made=made) == [(1, 2)]
    assert new_numbers([deposit(1, 300), deposit(2, 300)], [], alone=alone, made=made) == [(1, 1), (2, 2)]


def test_all_of_a_day_is_a_lump_that_stands_alone_before_one_of_it_is_one_that_was_made_a_payment() -> None:
    old, new = [deposit(1, 100)], [deposit(2, 200)]

    assert new_numbers(new, old, alone=[lump(1, 300)], made=[lump(2, 200)]) == [(1, 1), (2, 1)]
