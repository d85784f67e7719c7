"""What a settled receivable leaves to be charged, as its entries tell it."""

from __future__ import annotations

from hub.model.carried_charges import CarriedKind
from hub.model.dunning import DunningStep
from hub.rules.charges import EntryFacts
from hub.rules.dunning.carrying import SettledReceivable, left_to_charge


def entry(number: int, cause: str, amount_ore: int, reverses_no: int | None = None) -> EntryFacts:
    return EntryFacts(number, cause, "principal", amount_ore, "2026-11-16", 1, reverses_no)


def test_a_difference_whose_payment_bounced_is_not_charged() -> None:
    carried = [entry(2, "difference_carried", -100), entry(3, "payment_reversed", 100, reverses_no=2)]
    assert list(left_to_charge(SettledReceivable(carried, {}, 0))) == []
    again = [*carried, entry(4, "difference_carried", -40)]
    assert list(left_to_charge(SettledReceivable(again, {}, 0))) == [(CarriedKind.DIFFERENCE, 40)]


def test_a_printed_fee_whose_payment_bounced_is_left_to_charge_again() -> None:
    printed = {DunningStep.REMINDER_1: 6_000}
    paid = [entry(2, "printed_fee_debited", 6_000)]
    assert list(left_to_charge(SettledReceivable(paid, printed, 0))) == []
    bounced = [*paid, entry(3, "payment_reversed", -6_000, reverses_no=2)]
    assert list(left_to_charge(SettledReceivable(bounced, printed, 0))) == [(CarriedKind.REMINDER_FEE, 6_000)]
