"""Whether a run refunds something, how many persons must approve a refund, and who is another person."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.refund_settings import MOST_APPROVALS, OpenDebts, RefundPlanning, RefundSettings
from hub.model.refunds import Refundable, RefundSource, RefundState, Withheld
from hub.rules.refunds.accounts import payers_account


class Proposal(NamedTuple):
    """What a run would do with one refundable amount."""

    of: Refundable
    payee_account: str  # where to; blank when it is withheld
    amount_ore: int  # of the refund
    netted_ore: int  # what pays debts of the debtor first
    withheld: str = ""  # a Withheld; blank: it is refunded


def propose(one: Refundable, planning: RefundPlanning) -> Proposal:
    """Decide about one amount; the first reason against it counts."""
    account = payers_account(one.payer_account, one.payer_family)
    netted_ore = _netted(one, planning.open_debts)
    amount_ore = one.amount_ore - netted_ore
    withheld = _withheld(one, planning, account, amount_ore, netted_ore)
    if withheld:
        return Proposal(one, "", 0, 0, withheld)
    return Proposal(one, account if amount_ore else "", amount_ore, netted_ore)


def _netted(one: Refundable, open_debts: OpenDebts) -> int:
    """Return how much pays debts first: suspended money alone, since a credit balance is of one receivable."""
    if open_debts is not OpenDebts.NET or one.source != RefundSource.PAYMENT:
        return 0
    return min(one.amount_ore, one.other_debts_ore)


def _withheld(one: Refundable, planning: RefundPlanning, account: str, amount_ore: int, netted_ore: int) -> str:
    is_refused = one.other_debts_ore > 0 and not netted_ore and planning.open_debts is not OpenDebts.REFUND
    against = (
        (one.live > 0, Withheld.ASKED_ALREADY),
        (one.came_back > 0, Withheld.CAME_BACK),
        (one.has_hold > 0, Withheld.HOLD),
        (is_refused, Withheld.OTHER_DEBTS),
        (0 < amount_ore < planning.smallest_ore, Withheld.TOO_SMALL),
        (planning.largest_ore is not None and amount_ore > planning.largest_ore, Withheld.TOO_LARGE),
        (amount_ore > 0 and not account and one.is_protected > 0, Withheld.PROTECTED_IDENTITY),
        (amount_ore > 0 and not account, Withheld.NO_ACCOUNT),
    )
    return next((str(reason) for is_so, reason in against if is_so), "")


def approvals_needed(amount_ore: int, settings: RefundSettings) -> int:
    """Return how many persons must approve a refund of an amount."""
    is_large = settings.two_above_ore is not None and amount_ore > settings.two_above_ore
    return MOST_APPROVALS if is_large else settings.approvals


def state_when_asked(approvals: int) -> RefundState:
    """Return the state that a refund begins in."""
    return RefundState.ASKED if approvals else RefundState.APPROVED


def is_same_person(one: str, other: str) -> bool:
    """Say whether two names are one person's: neither capital letters nor blanks make another of them."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()
