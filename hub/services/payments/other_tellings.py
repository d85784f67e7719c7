"""What other formats told of a lump that was made a payment, when a specification takes that one's place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hub.model.payments import SHARE_OF_LUMP, Deposit, DepositPayment, Telling
from hub.rules.payments.twins import alike, only_ones
from hub.services.ports import UnitOfWork

REASON = "lump_has_specification"  # why payments are held that tell the same lump as a booked specification


def hand_over(work: UnitOfWork, payment_id: int, deposits: Sequence[Deposit], decided: Collection[int]) -> None:
    """Give what was closed as the payment made of a lump its twins among the payments that take its place.

    Each family tells a payment once, so the twins are one to one: of the same reference and amount, else the only ones
    of their amount. The rest is the same money as the others together, and stays closed as a share of the lump. What is
    held has been compared with them when it came: it waits, as the group it was.
    """
    told = [telling for telling in work.lumps.told_as(payment_id) if telling.payment_id not in decided]
    if not told:
        return
    found = [payment for deposit in deposits for payment in work.lumps.payments_in(deposit)]
    heirs = [payment for payment in found if not payment.is_held or payment.payment_id in decided]
    first = heirs[0].payment_id
    held = [telling.payment_id for telling in told if telling.is_held]
    work.queue.change(held, reason=REASON, twin_payment=first)
    closed = [telling for telling in told if not telling.is_held]
    twins = _twins(closed, heirs)
    shares = [telling.payment_id for telling in closed if telling.payment_id not in twins]
    work.lumps.close_again(list(twins.items()))
    work.lumps.close_again([(number, first) for number in shares], SHARE_OF_LUMP)


def _twins(closed: Sequence[Telling], heirs: Sequence[DepositPayment]) -> dict[int, int]:
    found: dict[int, int] = {}
    for family in sorted({telling.family for telling in closed}):
        told = [telling for telling in closed if telling.family == family]
        twins = alike(told, heirs)
        taken = set(twins.values())
        left = [telling for telling in told if telling.payment_id not in twins]
        found |= twins | only_ones(left, [heir for heir in heirs if heir.payment_id not in taken])
    return found
