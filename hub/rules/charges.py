"""What stands debited on a receivable, how it is taken back, and when the receivable was fully paid.

The fee bucket holds reminder fees and demand fees (*inkassoersättning*) alike. Which of them stands debited is read
from the causes of the entries: each kind is raised and lowered by causes of its own, and an entry that reverses another
counts as that one's kind. A part of a bucket whose cause names no kind can be credited, never lowered by a method code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    INTEREST_DEBITED = "interest_debited"
    PLAN_FEE_DEBITED = "plan_fee_debited"  # for making an instalment plan
    NOTICE_FEE_DEBITED = "notice_fee_debited"  # aviavgift of a payment of one
    PLAN_FEE_LOWERED = "plan_fee_lowered"
    REMINDER_FEE_LOWERED = "reminder_fee_lowered"
    DEMAND_FEE_LOWERED = "demand_fee_lowered"
    INTEREST_LOWERED = "interest_lowered"
    REALLOCATED = "reallocated"  # a payment that had gone to a fee or interest taken back pays principal instead
    OWN_PAYMENT = "own_payment"
    MANUAL_PAYMENT = "manual_payment"
    MANUAL_DEBIT = "manual_debit"


MONEY_CAUSES = frozenset({Cause.OWN_PAYMENT, Cause.MANUAL_PAYMENT, Cause.MANUAL_DEBIT, Cause.REALLOCATED})

_KIND_BY_CAUSE = {
    Cause.REMINDER_FEE_DEBITED: Lowers.REMINDER_FEE,
    "printed_fee_debited": Lowers.REMINDER_FEE,
    Cause.REMINDER_FEE_LOWERED: Lowers.REMINDER_FEE,
    Cause.DEMAND_FEE_DEBITED: Lowers.DEMAND_FEE,
    Cause.DEMAND_FEE_LOWERED: Lowers.DEMAND_FEE,
    Cause.INTEREST_DEBITED: Lowers.INTEREST,
    "printed_interest_debited": Lowers.INTEREST,
    Cause.INTEREST_LOWERED: Lowers.INTEREST,
}
BUCKET_OF = {
    Lowers.REMINDER_FEE: Bucket.FEE,
    Lowers.DEMAND_FEE: Bucket.FEE,
    Lowers.INTEREST: Bucket.INTEREST,
}
LOWERED_BY = {
    Lowers.REMINDER_FEE: (Cause.REMINDER_FEE_LOWERED, Contra.REMINDER_FEE),
    Lowers.DEMAND_FEE: (Cause.DEMAND_FEE_LOWERED, Contra.DEMAND_FEE),
    Lowers.INTEREST: (Cause.INTEREST_LOWERED, Contra.INTEREST),
}
_LATEST_FIRST = (Lowers.DEMAND_FEE, Lowers.REMINDER_FEE, Lowers.INTEREST)
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


def fully_paid_on(entries: Iterable[EntryFacts]) -> str | None:
    """Return the date fully paid: the latest transaction date among the entries, once they sum to zero; else None.

    A later debit clears it. Removing a fee with an early date never makes a receivable look paid too early.
    """
    known = list(entries)
    if not known or sum(entry.amount_ore for entry in known) != 0:
        return None
    return max(entry.transaction_date for entry in known)


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


def _causes(entries: Iterable[EntryFacts]) -> dict[int, str]:
    return {entry.entry_no: entry.cause for entry in entries}


def _kind(entry: EntryFacts, causes: Mapping[int, str]) -> Lowers | None:
    cause = entry.cause if entry.reverses_no is None else causes.get(entry.reverses_no, "")
    return _KIND_BY_CAUSE.get(cause)


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


def reallocated(amounts: OpenAmounts, changes: Iterable[Change]) -> list[Change]:
    """Return what moves between buckets when a fee or interest that was paid is taken back: it pays principal.

    Both sides hit the same receivables account, so no voucher says it.
    """
    after = after_changes(amounts, changes)
    moved = []
    for bucket, below_ore in ((Bucket.FEE, after.fee_ore), (Bucket.INTEREST, after.interest_ore)):
        if below_ore < 0:
            moved.append(Change(bucket, -below_ore, Cause.REALLOCATED, Contra.NONE))
            moved.append(Change(Bucket.PRINCIPAL, below_ore, Cause.REALLOCATED, Contra.NONE))
    return moved


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
