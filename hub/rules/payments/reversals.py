"""Which payment a reversal means: what its keys prove, else what its names find. And which reversals are the same.

A name is what the payer or a bank on the way called the payment. Payers use the same one month after month, so it finds
a payment only when everything else that both tell agrees, and not long after.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from hub.banking_calendar import add_banking_days, banking_days_between
from hub.model.payment_file import DATED_KINDS, LOOKUP_KINDS
from hub.model.payments import DayWindow, KeyOwner, LoadedReversal, Standing

LATEST_BANKING_DAYS = (
    15  # by name: rent comes again within a month, and another bank has about two weeks to ask it back
)
TOLD_AGAIN_BANKING_DAYS = 5  # the formats may book the same movement on different days


class Outcome(StrEnum):
    """What became of a reversal."""

    DONE = "done"
    DUPLICATE = "duplicate"  # another family's file had told it already
    HELD = "held"  # waits for a person
    CODED = "coded"  # a person had it booked against ledger accounts; no payment was taken back


def outcome_of(reversal: LoadedReversal, owners: Sequence[KeyOwner]) -> tuple[Outcome, int | None]:
    """Choose what becomes of a reversal, and which payment it means; several that may be meant are for a person.

    What another family has told already comes first: it is the same reversal, whatever else has the key.
    """
    meant = _may_mean(reversal, owners)
    for standing, outcome in ((Standing.TOLD_ELSEWHERE, Outcome.DUPLICATE), (Standing.BOOKED, Outcome.DONE)):
        payments = [payment_id for payment_id, told in meant.items() if told == standing]
        if payments:
            return (outcome, payments[0]) if len(payments) == 1 else (Outcome.HELD, None)
    return Outcome.HELD, None


def gone_payment(reversal: LoadedReversal, owners: Sequence[KeyOwner]) -> int | None:
    """Return the one payment that a held reversal means, whose money has gone since; None when there is none such."""
    gone = [payment_id for payment_id, told in _may_mean(reversal, owners).items() if told == Standing.GONE]
    return gone[0] if len(gone) == 1 else None


def told_again_window(reversal: LoadedReversal) -> DayWindow:
    """Return the days on which another family may book the same reversal."""
    day = date.fromisoformat(reversal.booked_date)
    first, last = (add_banking_days(day, count) for count in (-TOLD_AGAIN_BANKING_DAYS, TOLD_AGAIN_BANKING_DAYS))
    return DayWindow(reversal.booked_date, first.isoformat(), last.isoformat())


def same_reversal(reversal: LoadedReversal, others: Iterable[LoadedReversal]) -> LoadedReversal | None:
    """Return which reversal of another family is the same, by a key that proves it: the one booked nearest.

    The others are of the same account, currency, amount and direction, and within `told_again_window`.
    """
    keys = proofs(reversal)
    same = [other for other in others if keys & proofs(other)]
    return min(same, key=lambda other: abs(_days(other.booked_date, reversal)), default=None)


def proofs(reversal: LoadedReversal) -> set[tuple[str, str]]:
    """Return the keys of a reversal that prove money, and no names that others may have."""
    return {(kind, value) for kind, value in reversal.keys if kind not in LOOKUP_KINDS}


def _may_mean(reversal: LoadedReversal, owners: Sequence[KeyOwner]) -> Mapping[int, str]:
    """Return the payments that a reversal may mean, and how each stands.

    Keys that prove money decide. Else the names that others may have too find a payment when it alone has all of those
    that are known, and a debit takes back what it brought: whatever became of the others, they may be meant as well.
    """
    proved = [owner for owner in owners if owner.kind not in LOOKUP_KINDS]
    if proved or reversal.is_credit:
        return {owner.payment_id: owner.standing for owner in proved}
    named: dict[str, dict[int, KeyOwner]] = defaultdict(dict)
    for owner in owners:
        if _agrees(reversal, owner):
            named[owner.kind][owner.payment_id] = owner
    first, *others = named.values() or [{}]
    common = {number: owner for number, owner in first.items() if all(number in other for other in others)}
    return {number: _standing(reversal, owner) for number, owner in common.items()} if len(common) == 1 else {}


def _agrees(reversal: LoadedReversal, owner: KeyOwner) -> bool:
    """Say whether a payment tells nothing else of the same kind, and was booked not long before, or on a day named."""
    for kind, value in (*reversal.keys, ("reference", reversal.reference)):
        told = owner.told(kind)
        if value and told and value not in told:
            return False
    latest = math.inf if owner.kind in DATED_KINDS else LATEST_BANKING_DAYS
    return any(0 <= _days(booked, reversal) <= latest for booked in owner.told("booked_date"))


def _standing(reversal: LoadedReversal, owner: KeyOwner) -> str:
    """Return how a payment stands; what was taken back on quite another day is not the same reversal told again."""
    near = (abs(_days(day, reversal)) <= TOLD_AGAIN_BANKING_DAYS for day in owner.told("taken_back"))
    is_old = owner.standing == Standing.TOLD_ELSEWHERE and not any(near)
    return Standing.TOLD if is_old else owner.standing


def _days(day: str, reversal: LoadedReversal) -> int:
    return banking_days_between(date.fromisoformat(day), date.fromisoformat(reversal.booked_date))
