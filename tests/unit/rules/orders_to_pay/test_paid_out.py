"""What the authority knows of a receivable after its own payouts, and when the bank takes one back."""

from __future__ import annotations

from hub.model.books import OpenAmounts
from hub.model.orders_to_pay import OrderClaim
from hub.rules.orders_to_pay.paid_out import known_after

ASKED = OrderClaim(
    1, 1, "1", "1001", "", "", "", "", "", "", 100_000, 18_000, 3_000,
    told_principal_ore=100_000, told_collection_ore=18_000, told_interest_ore=3_000, booked_interest_ore=2_000,
    costs_ore=68_000, told_costs_ore=68_000,
)  # fmt: skip


def told(claim: OrderClaim) -> tuple[int, ...]:
    return (
        claim.told_principal_ore,
        claim.told_collection_ore,
        claim.told_costs_ore,
        claim.told_interest_ore,
        claim.booked_interest_ore,
    )


def test_a_payout_lowers_each_part_and_one_that_is_taken_back_raises_it_again():
    paid = OpenAmounts(40_000, 70_000, 500)
    known = known_after(ASKED, paid, OpenAmounts(60_000, 16_000, 1_500))
    assert told(known) == (60_000, 16_000, 0, 2_500, 1_500)
    back = known_after(known, OpenAmounts(-40_000, -70_000, -500), OpenAmounts(100_000, 86_000, 2_000))
    assert told(back) == told(ASKED)


def test_what_was_told_meanwhile_is_not_lowered_twice_and_what_was_withdrawn_is_not_raised():
    paid, now = OpenAmounts(40_000, 0, 0), OpenAmounts(60_000, 86_000, 2_000)
    told_it = ASKED.as_told(60_000, 18_000, 3_000, 2_000, 68_000)
    assert told(known_after(told_it, paid, now)) == told(told_it)
    assert told(known_after(told_it, paid, now).as_before()) == (60_000, 18_000, 68_000, 3_000, 2_000)
    withdrawn = ASKED.as_told(0, 0, 0, 0, 0)
    assert told(known_after(withdrawn, paid, now)) == (0, 0, 0, 0, 0)
    assert told(known_after(withdrawn, paid, now).as_before()) == (60_000, 18_000, 68_000, 3_000, 2_000)
