"""What stands debited on a receivable, how it is taken back, and when the receivable was fully paid.

The fee bucket holds reminder fees, demand fees (*inkassoersättning*) and compensation for late payment alike. Which of
them stands debited is read from the causes of the entries: each kind is raised and lowered by causes of its own, and an
entry that reverses another counts as that one's kind. A part of a bucket whose cause names no kind can be credited,
never lowered by a method code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.books import Bucket, Contra, OpenAmounts
from hub.model.payment_method import Lowers
from hub.money import format_kronor


class Cause(StrEnum):
    """Why a command made an entry; also the kind of its event."""

    CREDITED = "credited"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"
    REMINDER_FEE_DEBITED = "reminder_fee_debited"
    DEMAND_FEE_DEBITED = "demand_fee_debited"
    COMPENSATION_DEBITED = "compensation_debited"  # for late payment (*förseningsersättning*)
    INTEREST_DEBITED = "interest_debited"
    COLLECTED_INTEREST_DEBITED = (
        "collected_interest_debited"  # by an agency or the authority, beyond what stood debited
    )
    PLAN_FEE_DEBITED = "plan_fee_debited"  # for making an instalment plan
    NOTICE_FEE_DEBITED = "notice_fee_debited"  # aviavgift of a payment of one
    PLAN_FEE_LOWERED = "plan_fee_lowered"
    COURT_COSTS_DEBITED = "court_costs_debited"  # awarded by a decision on an order to pay
    COURT_COSTS_LOWERED = "court_costs_lowered"
    REMINDER_FEE_LOWERED = "reminder_fee_lowered"
    DEMAND_FEE_LOWERED = "demand_fee_lowered"
    COMPENSATION_LOWERED = "compensation_lowered"
    INTEREST_LOWERED = "interest_lowered"
    REALLOCATED = "reallocated"  # a payment that had gone to a fee or interest taken back pays principal instead
    OWN_PAYMENT = "own_payment"
    MANUAL_PAYMENT = "manual_payment"
    MANUAL_DEBIT = "manual_debit"
    REFUNDED = "refunded"  # a credit balance was paid back
    REFUND_GIVEN_BACK = "refund_given_back"  # and was not paid after all
    COLLECTED = "collected"  # by an agency, as its settlement says
    TRANSFERRED = "transferred"  # settled against the accounts of what is at an agency
    TRANSFER_TAKEN_BACK = "transfer_taken_back"


MONEY_CAUSES = frozenset(
    {
        Cause.OWN_PAYMENT,
        Cause.MANUAL_PAYMENT,
        Cause.MANUAL_DEBIT,
        Cause.REALLOCATED,
        Cause.COLLECTED,
        Cause.TRANSFERRED,
        Cause.TRANSFER_TAKEN_BACK,
    }
)

_TRANSFERS = frozenset({Cause.TRANSFERRED, Cause.TRANSFER_TAKEN_BACK})

_OWED_ALL_THE_SAME = frozenset({Cause.WRITTEN_OFF, Cause.REFUNDED, Cause.REFUND_GIVEN_BACK})

_KIND_BY_CAUSE = {
    Cause.REMINDER_FEE_DEBITED: Lowers.REMINDER_FEE,
    "printed_fee_debited": Lowers.REMINDER_FEE,
    Cause.REMINDER_FEE_LOWERED: Lowers.REMINDER_FEE,
    Cause.DEMAND_FEE_DEBITED: Lowers.DEMAND_FEE,
    Cause.DEMAND_FEE_LOWERED: Lowers.DEMAND_FEE,
    Cause.COMPENSATION_DEBITED: Lowers.COMPENSATION,
    Cause.COMPENSATION_LOWERED: Lowers.COMPENSATION,
    Cause.INTEREST_DEBITED: Lowers.INTEREST,
    "printed_interest_debited": Lowers.INTEREST,
    Cause.COLLECTED_INTEREST_DEBITED: Lowers.INTEREST,
    Cause.INTEREST_LOWERED: Lowers.INTEREST,
}
CHARGE_CAUSES = frozenset(_KIND_BY_CAUSE)
"""Causes of entries that debit a fee or interest, or take one back."""

PAYS_NOTHING = CHARGE_CAUSES | {Cause.REFUNDED, Cause.REFUND_GIVEN_BACK}
"""Causes of entries whose day makes nothing paid: charges, and what pays money back that was too much."""

BUCKET_OF = {
    Lowers.REMINDER_FEE: Bucket.FEE,
    Lowers.DEMAND_FEE: Bucket.FEE,
    Lowers.COMPENSATION: Bucket.FEE,
    Lowers.INTEREST: Bucket.INTEREST,
}
LOWERED_BY = {
    Lowers.REMINDER_FEE: (Cause.REMINDER_FEE_LOWERED, Contra.REMINDER_FEE),
    Lowers.DEMAND_FEE: (Cause.DEMAND_FEE_LOWERED, Contra.DEMAND_FEE),
    Lowers.COMPENSATION: (Cause.COMPENSATION_LOWERED, Contra.COMPENSATION),
    Lowers.INTEREST: (Cause.INTEREST_LOWERED, Contra.INTEREST),
}
_LATEST_FIRST = (Lowers.DEMAND_FEE, Lowers.REMINDER_FEE, Lowers.COMPENSATION, Lowers.INTEREST)
_CONTRA_OF_UNKNOWN_KIND = {Bucket.FEE: Contra.REMINDER_FEE, Bucket.INTEREST: Contra.INTEREST}


class EntryFacts(NamedTuple):
    """What the rules need of an entry."""

    entry_no: int
    cause: str
    bucket: str
    amount_ore: int
    transaction_date: str
    payment_id: int | None
    reverses_no: int | None
    rule: str = ""  # `method:A` of a row that was registered by hand


class Change(NamedTuple):
    """One change of one bucket; above zero raises the debt."""

    bucket: str
    amount_ore: int
    cause: str
    contra: str
    paid_on: str = ""  # of what moves a payment: the payment's own day and number
    payment_id: int | None = None


def fully_paid_on(entries: Iterable[EntryFacts]) -> str | None:
    """Return the date fully paid: the latest transaction date of what pays or credits, once all is zero; else None.

    A later debit clears it. Fees and interest count by the payment that pays them: taking one back pays nothing, so its
    day makes nothing look paid earlier or later.
    """
    known = list(entries)
    if not known or sum(entry.amount_ore for entry in known) != 0:
        return None
    return max((entry.transaction_date for entry in known if entry.cause not in PAYS_NOTHING), default=None)


def standing_debited(entries: Sequence[EntryFacts]) -> dict[Lowers, int]:
    """Return what stands debited of each kind, given the entries of every version of a receivable.

    Payments change none of it: a paid fee still stands debited until it is taken back.
    """
    causes = _causes(entries)
    standing: Counter[Lowers] = Counter()
    for entry in entries:
        kind = _kind(entry, causes)
        if kind is not None:
            standing[kind] += entry.amount_ore
    return {kind: standing[kind] for kind in BUCKET_OF}


def charged(entries: Sequence[EntryFacts]) -> OpenAmounts:
    """Return what has been debited less what has been taken back, by bucket; no money that came or went."""
    causes = _causes(entries)
    sums: Counter[str] = Counter()
    for entry in entries:
        is_money = entry.payment_id is not None or entry.cause in MONEY_CAUSES
        if not is_money or _kind(entry, causes) is not None:  # a printed fee is debited by the payment that pays it
            sums[entry.bucket] += entry.amount_ore
    return OpenAmounts(sums[Bucket.PRINCIPAL], sums[Bucket.FEE], sums[Bucket.INTEREST])


def is_credited_whole(entries: Sequence[EntryFacts]) -> bool:
    """Say whether credits have left no principal; what was written off was owed all the same."""
    causes = _causes(entries)
    return charged([one for one in entries if _first_cause(one, causes) not in _OWED_ALL_THE_SAME]).principal_ore <= 0


class CollectedInterest(NamedTuple):
    """Interest that others have collected beyond what stood debited: they counted it, and it is never charged again."""

    amount_ore: int = 0
    until: str = ""  # the last day that it bears; empty where there is none


def collected_interest(entries: Sequence[EntryFacts]) -> CollectedInterest:
    """Return what agencies and the authority have collected of their own count, less what they have taken back."""
    causes = _causes(entries)
    own = [one for one in entries if _first_cause(one, causes) == Cause.COLLECTED_INTEREST_DEBITED]
    amount_ore = sum(one.amount_ore for one in own)
    return (
        CollectedInterest(amount_ore, max(one.transaction_date for one in own))
        if amount_ore > 0
        else CollectedInterest()
    )


def came_to(entries: Sequence[EntryFacts], cause: str) -> int:
    """Return what entries of a cause come to in öre, less what reversed them."""
    causes = _causes(entries)
    return sum(entry.amount_ore for entry in entries if _first_cause(entry, causes) == cause)


def _first_cause(entry: EntryFacts, causes: Mapping[int, str]) -> str:
    return entry.cause if entry.reverses_no is None else causes.get(entry.reverses_no, "")


def _causes(entries: Iterable[EntryFacts]) -> dict[int, str]:
    return {entry.entry_no: entry.cause for entry in entries}


def _kind(entry: EntryFacts, causes: Mapping[int, str]) -> Lowers | None:
    return _KIND_BY_CAUSE.get(_first_cause(entry, causes))


def taken_back(
    amounts: OpenAmounts, standing: Mapping[Lowers, int], *, cause: str, principal_contra: str
) -> list[Change]:
    """Return the changes that take `amounts` back: principal by `cause`, each fee and the interest by its own."""
    changes = [Change(Bucket.PRINCIPAL, -amounts.principal_ore, cause, principal_contra)]
    for bucket, amount_ore in ((Bucket.FEE, amounts.fee_ore), (Bucket.INTEREST, amounts.interest_ore)):
        changes += _by_kind(bucket, amount_ore, standing, cause)
    return [change for change in changes if change.amount_ore]


def _by_kind(bucket: Bucket, amount_ore: int, standing: Mapping[Lowers, int], cause: str) -> list[Change]:
    changes, rest_ore = [], amount_ore
    for kind in _LATEST_FIRST:
        if BUCKET_OF[kind] is bucket:
            share_ore = max(0, min(rest_ore, standing.get(kind, 0)))
            lowered_by, contra = LOWERED_BY[kind]
            changes.append(Change(bucket, -share_ore, lowered_by, contra))
            rest_ore -= share_ore
    return [*changes, Change(bucket, -rest_ore, cause, _CONTRA_OF_UNKNOWN_KIND[bucket])]


def reallocated(amounts: OpenAmounts, changes: Iterable[Change], entries: Sequence[EntryFacts]) -> list[Change]:
    """Return what moves between buckets when a fee or interest that was paid is taken back: it pays principal.

    What was settled by a transfer to an agency has been paid by nobody: collection takes that back itself.
    It is dated as the payment that it moves, the latest first, and belongs to it: principal was paid on that day, and a
    payment that bounces takes it along. Both sides hit the same receivables account, so no voucher says it.
    """
    after = after_changes(amounts, changes)
    moved = []
    for bucket, below_ore in ((Bucket.FEE, after.fee_ore), (Bucket.INTEREST, after.interest_ore)):
        for paid, amount_ore in _latest_paid(entries, bucket, -below_ore - _transferred(entries, bucket)):
            own = (Cause.REALLOCATED, Contra.NONE, *paid)
            moved += [Change(bucket, amount_ore, *own), Change(Bucket.PRINCIPAL, -amount_ore, *own)]
    return moved


def paid_ahead(amounts: OpenAmounts, interest_ore: int, entries: Sequence[EntryFacts]) -> list[Change]:
    """Return what moves money from principal that is paid too much to interest that is debited after it.

    Dated as the payment that it moves, the latest first, and belonging to it.
    """
    causes = _causes(entries)
    money = [one for one in entries if one.payment_id is not None or _first_cause(one, causes) in MONEY_CAUSES]
    ahead_ore = min(interest_ore, -amounts.principal_ore)
    moved = []
    for paid, amount_ore in _latest_paid(money, Bucket.PRINCIPAL, ahead_ore) if ahead_ore > 0 else ():
        own = (Cause.REALLOCATED, Contra.NONE, *paid)
        moved += [Change(Bucket.PRINCIPAL, amount_ore, *own), Change(Bucket.INTEREST, -amount_ore, *own)]
    return moved


def _transferred(entries: Sequence[EntryFacts], bucket: str) -> int:
    """Return how much of a bucket stands settled against the accounts of what is at an agency."""
    return -sum(entry.amount_ore for entry in entries if entry.bucket == bucket and entry.cause in _TRANSFERS)


class _Paid(NamedTuple):
    paid_on: str = ""
    payment_id: int | None = None


def _latest_paid(entries: Sequence[EntryFacts], bucket: Bucket, amount_ore: int) -> Iterator[tuple[_Paid, int]]:
    """Yield what paid a bucket, the latest first, and how much of the amount each paid; of the rest nobody knows."""
    rest_ore = amount_ore
    for paid, paid_ore in sorted(_paid(entries, bucket), key=lambda one: one[0].paid_on, reverse=True):
        share_ore = min(rest_ore, paid_ore)
        if share_ore > 0:
            yield paid, share_ore
            rest_ore -= share_ore
    if rest_ore > 0:
        yield _Paid(), rest_ore


def _paid(entries: Sequence[EntryFacts], bucket: Bucket) -> list[tuple[_Paid, int]]:
    """Return what paid a bucket, the latest posted first; what bounced adds up to nothing."""
    causes, sums, first = _causes(entries), Counter[tuple[int, int]](), dict[tuple[int, int], _Paid]()
    for entry in entries:
        if entry.bucket == bucket and entry.cause not in _TRANSFERS and _kind(entry, causes) is None:
            key = (entry.payment_id or 0, 0 if entry.payment_id else entry.reverses_no or entry.entry_no)
            first.setdefault(key, _Paid(entry.transaction_date, entry.payment_id))
            sums[key] -= entry.amount_ore
    return [(first[key], amount_ore) for key, amount_ore in reversed(sums.items())]


def after_changes(amounts: OpenAmounts, changes: Iterable[Change]) -> OpenAmounts:
    """Return what is open by bucket after changes."""
    sums: Counter[str] = Counter()
    for change in changes:
        sums[change.bucket] += change.amount_ore
    return OpenAmounts(
        amounts.principal_ore + sums[Bucket.PRINCIPAL],
        amounts.fee_ore + sums[Bucket.FEE],
        amounts.interest_ore + sums[Bucket.INTEREST],
    )


def refuse_credit_balance(before_ore: int, after_ore: int, *, is_allowed: bool) -> None:
    """Refuse what takes a balance below zero, or further below it.

    Raises:
        RuleViolation: it would, and the command does not allow it.
    """
    if after_ore < 0 and after_ore < before_ore and not is_allowed:
        raise RuleViolation(
            f"{format_kronor(before_ore)} is open and {format_kronor(after_ore)} would be: "
            "lower the amount, or say allow_credit_balance"
        )
