"""How the money of a payment is shared over the receivables it means, and what becomes of a difference."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.model.books import Bucket, Contra
from hub.model.match_settings import DifferenceHandling, DifferenceLimits
from hub.model.payments import Candidate
from hub.rules.payments.balances import PAY_OFF_ORDER, OpenBalances
from hub.rules.payments.matching import Found, Reason, Rule
from hub.rules.payments.shares import no_more_than


class Cause(StrEnum):
    """Why an entry was made; also the kind of its event."""

    PAYMENT = "payment"
    DEDUCTION = "deduction"
    DIFFERENCE_WRITTEN_OFF = "difference_written_off"
    DIFFERENCE_CARRIED = "difference_carried"
    PRINTED_FEE_DEBITED = "printed_fee_debited"
    PRINTED_INTEREST_DEBITED = "printed_interest_debited"


class Movement(NamedTuple):
    """One change of one bucket of one receivable."""

    candidate: Candidate
    bucket: str
    amount_ore: int  # above zero raises the debt
    cause: str
    contra: str


class Allocation(NamedTuple):
    """What becomes of a payment: movements on receivables, and what is left for the suspense account."""

    movements: tuple[Movement, ...]
    rest_ore: int
    reason: str  # why the rest is left; empty when nothing is


def allocate(
    amount_ore: int, found: Found, balances: OpenBalances, limits: DifferenceLimits, *, cause: str = Cause.PAYMENT
) -> Allocation:
    """Share `amount_ore` over the receivables found, lowering `balances`.

    One receivable: differences within the limits are written off or carried, and money above the balance by exactly the
    fee or interest that the latest letter printed pays that. Several: each is paid in turn as far as the money goes,
    of a letter also what it printed without debiting it, when exactly that came. An instalment plan's reference pays
    the fees of all its receivables, then their interest, then principal.
    """
    if not found.candidates:
        return Allocation((), amount_ore, found.reason)
    if found.shares_ore:
        return _stated_shares(amount_ore, found, balances, cause)
    if len(found.candidates) == 1:
        return _one(amount_ore, found.candidates[0], balances, limits, cause)
    if found.rule == Rule.LETTER:
        return _letter(amount_ore, found.candidates, balances, cause)
    if found.rule == Rule.PLAN:
        return _plan(amount_ore, found.candidates, balances, cause)
    return _in_turn(amount_ore, found.candidates, balances, cause)


def _letter(amount_ore: int, candidates: Sequence[Candidate], balances: OpenBalances, cause: str) -> Allocation:
    """Pay what a letter is about; money above that by exactly what the letter printed of each pays that too."""
    raised = [movement for candidate in candidates for movement in _printed(candidate) if movement.amount_ore > 0]
    difference_ore = amount_ore - sum(balances.open_ore(candidate.receivable_id) for candidate in candidates)
    if difference_ore <= 0 or sum(movement.amount_ore for movement in raised) != difference_ore:
        return _in_turn(amount_ore, candidates, balances, cause)
    for movement in raised:
        balances.change(movement.candidate.receivable_id, movement.bucket, movement.amount_ore)
    paid = _in_turn(amount_ore, candidates, balances, cause)
    return paid._replace(movements=(*raised, *paid.movements))


def _plan(amount_ore: int, candidates: Sequence[Candidate], balances: OpenBalances, cause: str) -> Allocation:
    movements: list[Movement] = []
    rest_ore = amount_ore
    for bucket in PAY_OFF_ORDER:
        for candidate in candidates:
            open_ore = balances.of_bucket(candidate.receivable_id, bucket)
            share_ore = max(0, min(rest_ore, open_ore))
            if share_ore:
                balances.change(candidate.receivable_id, bucket, -share_ore)
                movements.append(Movement(candidate, bucket, -share_ore, cause, Contra.CLEARING))
                rest_ore -= share_ore
    return Allocation(tuple(movements), rest_ore, Reason.OVERPAYMENT if rest_ore else "")


def _pay(candidate: Candidate, amount_ore: int, balances: OpenBalances, cause: str) -> list[Movement]:
    changes = balances.pay_off(candidate.receivable_id, amount_ore)
    return [Movement(candidate, bucket, change_ore, cause, Contra.CLEARING) for bucket, change_ore in changes]


def _stated_shares(amount_ore: int, found: Found, balances: OpenBalances, cause: str) -> Allocation:
    """Pay the shares as stated, as far as the receivables are open; never more than the money that came.

    Nor may more be left than came: a credit note that is found beside an invoice that is not would swell the rest.
    """
    shares = _open_shares(found, balances)
    rest_ore = amount_ore - sum(share_ore for _, share_ore in shares)
    if not min(amount_ore, 0) <= rest_ore <= max(amount_ore, 0):
        return Allocation((), amount_ore, Reason.SHARES_DIFFER)
    movements = [m for candidate, share_ore in shares for m in _pay(candidate, share_ore, balances, cause)]
    return Allocation(tuple(movements), rest_ore, (found.reason or Reason.OVERPAYMENT) if rest_ore else "")


def _open_shares(found: Found, balances: OpenBalances) -> list[tuple[Candidate, int]]:
    shares: list[tuple[Candidate, int]] = []
    taken: dict[int, int] = {}
    for candidate, stated_ore in zip(found.candidates, found.shares_ore, strict=True):
        number = candidate.receivable_id
        share_ore = no_more_than(stated_ore, balances.open_ore(number) - taken.get(number, 0))
        taken[number] = taken.get(number, 0) + share_ore
        shares.append((candidate, share_ore))
    return shares


def _in_turn(amount_ore: int, candidates: Sequence[Candidate], balances: OpenBalances, cause: str) -> Allocation:
    movements: list[Movement] = []
    rest_ore = amount_ore
    for candidate in candidates:
        share_ore = no_more_than(rest_ore, balances.open_ore(candidate.receivable_id))
        if share_ore:
            movements += _pay(candidate, share_ore, balances, cause)
            rest_ore -= share_ore
    return Allocation(tuple(movements), rest_ore, Reason.OVERPAYMENT if rest_ore else "")


def _one(
    amount_ore: int, candidate: Candidate, balances: OpenBalances, limits: DifferenceLimits, cause: str
) -> Allocation:
    difference_ore = amount_ore - balances.open_ore(candidate.receivable_id)
    if amount_ore < 0 or difference_ore == 0:
        return _in_turn(amount_ore, (candidate,), balances, cause)
    if difference_ore < 0:
        movements = _pay(candidate, amount_ore, balances, cause)
        if -difference_ore <= limits.under_payment_limit_ore:
            movements += _forgive_rest(candidate, balances, limits)
        return Allocation(tuple(movements), 0, "")
    return _overpaid(amount_ore, difference_ore, candidate, balances, limits, cause)


def _overpaid(
    amount_ore: int,
    difference_ore: int,
    candidate: Candidate,
    balances: OpenBalances,
    limits: DifferenceLimits,
    cause: str,
) -> Allocation:
    raised = _debit_what_was_printed(candidate, difference_ore)
    if not raised and difference_ore <= limits.over_payment_limit_ore:
        difference_cause, contra = _difference(limits)
        raised = [Movement(candidate, Bucket.PRINCIPAL, difference_ore, difference_cause, contra)]
    for movement in raised:
        balances.change(candidate.receivable_id, movement.bucket, movement.amount_ore)
    paid = _in_turn(amount_ore, (candidate,), balances, cause)
    return paid._replace(movements=(*raised, *paid.movements))


def _debit_what_was_printed(candidate: Candidate, difference_ore: int) -> list[Movement]:
    """The latest letter printed a fee or interest without debiting it, and exactly that was paid."""
    fee, interest = _printed(candidate)
    for choice in ([fee, interest], [fee], [interest]):
        asked = [movement for movement in choice if movement.amount_ore > 0]
        if asked and sum(movement.amount_ore for movement in asked) == difference_ore:
            return asked
    return []


def _printed(candidate: Candidate) -> tuple[Movement, Movement]:
    """Return the fee and the interest that the latest letter printed, as they would be debited."""
    fee = Movement(candidate, Bucket.FEE, candidate.printed_fee_ore, Cause.PRINTED_FEE_DEBITED, Contra.REMINDER_FEE)
    interest = Movement(
        candidate, Bucket.INTEREST, candidate.printed_interest_ore, Cause.PRINTED_INTEREST_DEBITED, Contra.INTEREST
    )
    return fee, interest


def _forgive_rest(candidate: Candidate, balances: OpenBalances, limits: DifferenceLimits) -> list[Movement]:
    cause, contra = _difference(limits)
    rest_ore = balances.open_ore(candidate.receivable_id)
    changes = balances.pay_off(candidate.receivable_id, rest_ore)
    return [Movement(candidate, bucket, change_ore, cause, contra) for bucket, change_ore in changes]


def _difference(limits: DifferenceLimits) -> tuple[Cause, Contra]:
    if limits.difference_handling is DifferenceHandling.CARRY:
        return Cause.DIFFERENCE_CARRIED, Contra.CARRIED
    return Cause.DIFFERENCE_WRITTEN_OFF, Contra.WRITE_OFF
