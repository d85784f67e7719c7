"""What the authority knows of a receivable once it has paid out to us itself what it collected."""

from __future__ import annotations

from hub.model.books import OpenAmounts
from hub.model.orders_to_pay import OrderClaim

_NOTHING = OpenAmounts(0, 0, 0)


def known_after(claim: OrderClaim, paid: OpenAmounts, now: OpenAmounts) -> OrderClaim:
    """Return a receivable as the authority knows it after its own money; what it is to be told falls back on, too.

    `paid` is in öre, below zero where the bank took the money back; `now` is what is open with it. Never less is known
    than is open: what was told meanwhile has counted it.
    """
    known = _after(claim, paid, now)
    return _after(known.as_before(), paid, _NOTHING).as_before()


def _after(claim: OrderClaim, paid: OpenAmounts, now: OpenAmounts) -> OrderClaim:
    fee_ore = _left(claim.told_collection_ore + claim.told_costs_ore, paid.fee_ore, now.fee_ore)
    most_ore = claim.told_collection_ore if paid.fee_ore >= 0 else claim.collection_ore
    collection_ore = min(fee_ore, most_ore)  # costs are paid before
    booked_ore = _left(claim.booked_interest_ore, paid.interest_ore, now.interest_ore)
    interest_ore = min(claim.told_interest_ore - claim.booked_interest_ore + booked_ore, claim.interest_ore)
    return claim._replace(
        told_principal_ore=min(
            _left(claim.told_principal_ore, paid.principal_ore, now.principal_ore),
            max(claim.principal_ore, claim.told_principal_ore),
        ),
        told_collection_ore=collection_ore,
        told_costs_ore=min(fee_ore - collection_ore, max(claim.costs_ore, claim.told_costs_ore)),
        told_interest_ore=interest_ore,
        booked_interest_ore=min(booked_ore, max(interest_ore, 0)),
    )


def _left(told_ore: int, paid_ore: int, open_ore: int) -> int:
    return told_ore - paid_ore if paid_ore < 0 else min(told_ore, max(told_ore - paid_ore, open_ore, 0))
