"""How a row of a settlement is booked: on what is debited, on revenue, and on the commission that keeps a fee."""

from __future__ import annotations

import pytest

from hub.model.books import OpenAmounts
from hub.model.collection import CaseRef, CollectionStep, Payee, SettlementRow, StepTerms
from hub.rules.collection.settling import Accounts, Kept, kept_fees, split

ACCOUNTS = Accounts("1580", "1581", "1582", "1689", "6060", "2641", "3593", "1660", "3591", "3592")
NOTHING, NONE_KEPT = OpenAmounts(0, 0, 0), Kept(reminder=False, demand=False)
KEEPS = StepTerms(Payee.AGENCY, keeps_fees=True)
LEAVES = StepTerms(Payee.CREDITOR, keeps_fees=False)


def row(**sums: int) -> SettlementRow:
    return SettlementRow(CaseRef("K1"), **{f"{name}_ore": ore for name, ore in sums.items()})


@pytest.mark.parametrize(
    ("given", "there", "taken", "lowered", "own_interest_ore"),
    [
        (row(capital=900, interest=50), OpenAmounts(800, 0, 30), NOTHING, (900, 0, 30), 20),
        (row(reminder_fee=60, demand_fee=180), OpenAmounts(0, 100, 0), NOTHING, (0, 100, 0), 0),
        (row(capital=-900, interest=-50), NOTHING, OpenAmounts(900, 0, 30), (-900, 0, -30), -20),
        (row(reminder_fee=-60, demand_fee=-180), NOTHING, OpenAmounts(0, 100, 0), (0, -100, 0), 0),
        (row(interest=-50), OpenAmounts(0, 0, 70), NOTHING, (0, 0, 0), -50),  # it had never collected ours
    ],
)
def test_a_row_lowers_what_is_debited_and_takes_back_what_it_had_lowered(
    given: SettlementRow,
    there: OpenAmounts,
    taken: OpenAmounts,
    lowered: tuple[int, int, int],
    own_interest_ore: int,
) -> None:
    parts = split(given, there, taken, NONE_KEPT, ACCOUNTS)
    assert (parts.principal_ore, parts.fee_ore, parts.interest_ore) == lowered
    assert parts.own_interest_ore == own_interest_ore


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (row(demand_fee=180, commission=180), {}),
        (row(demand_fee=180, commission=250), {"6060": 70}),
        (row(demand_fee=180, commission=100, net=80), {"3592": -80, "1689": 80}),  # the rest of it was paid out
        (row(demand_fee=-180, commission=-180), {}),
        (row(reminder_fee=60, demand_fee=180, commission=240), {"3591": -60, "6060": 60}),  # ours was not kept
    ],
)
def test_a_fee_that_is_kept_is_no_revenue(given: SettlementRow, lines: dict[str, int]) -> None:
    assert split(given, NOTHING, NOTHING, Kept(reminder=False, demand=True), ACCOUNTS).lines == lines


def test_a_fee_is_kept_by_the_step_that_it_is_of() -> None:
    both = {CollectionStep.REMIND: LEAVES, CollectionStep.COLLECT: KEEPS}
    assert kept_fees(both, "remind") == kept_fees(both, "collect") == Kept(reminder=False, demand=True)
    assert kept_fees({CollectionStep.COLLECT: KEEPS}, "collect") == Kept(reminder=True, demand=True)
    assert kept_fees({}, "collect") == NONE_KEPT
