"""Instalment plans (*amorteringsplaner*): a debt that is paid in parts by an agreed schedule. Amounts are whole öre."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class InstalmentPlanState(StrEnum):
    """Where a plan stands; all but `active` are ends."""

    ACTIVE = "active"
    PAID = "paid"  # nothing is open on its receivables
    BROKEN = "broken"  # a payment did not come in time: the receivables are dunned again
    ENDED = "ended"  # by a person
    REPLACED = "replaced"  # by another plan


class PlanTerms(NamedTuple):
    """What was agreed of a plan."""

    made_on: date
    first_payment: date
    amount_ore: int  # of each month, or of the first `months`
    months: int | None = None
    then_ore: int | None = None  # of each month after those
    is_last_of_month: bool = False  # every payment is due on the last day of its month
    notice_fee_ore: int = 0  # aviavgift, with each payment
    plan_fee_ore: int = 0
    rate_percent: Decimal | None = None  # on the principal that remains, as known when it was made; None: no interest
    day_count: str = "act/act"

    def amount_of(self, payment_no: int) -> int | None:
        """Return what is paid the n-th month, None where nothing was agreed for it."""
        is_first = self.months is None or payment_no <= self.months
        return self.amount_ore if is_first else self.then_ore


class PlanClaim(NamedTuple):
    """One claim of a plan as it stood when the plan was made: a receivable, or another claim of the same creditor."""

    claim_no: int
    receivable_id: int | None  # None: another claim, which the hub does not follow
    number: str  # of the receivable; blank of another claim
    text: str
    due_date: str  # ISO; blank of a fee, which is paid first
    principal_ore: int
    fee_ore: int = 0  # the plan's own fee included
    interest_ore: int = 0  # accrued up to the plan's day


class PlanShare(NamedTuple):
    """What one payment pays of one claim."""

    claim_no: int
    fee_ore: int = 0  # of those owed when the plan was made
    interest_ore: int = 0  # accrued when the plan was made
    new_interest_ore: int = 0
    notice_fee_ore: int = 0
    principal_ore: int = 0

    @property
    def total_ore(self) -> int:
        """All of it."""
        return sum(self[1:])


class PlannedPayment(NamedTuple):
    """One payment of a plan (*delbetalning*), and what it pays of each claim."""

    payment_no: int
    due_date: date
    shares: tuple[PlanShare, ...]
    principal_left_ore: int  # of all claims together, after it

    @property
    def amount_ore(self) -> int:
        """What is to be paid."""
        return sum(share.total_ore for share in self.shares)


class Schedule(NamedTuple):
    """A plan as it is printed: its terms, its claims, and its payments in order."""

    terms: PlanTerms
    claims: tuple[PlanClaim, ...]
    payments: tuple[PlannedPayment, ...]

    @property
    def total_ore(self) -> int:
        """What all payments come to."""
        return sum(payment.amount_ore for payment in self.payments)

    @property
    def new_interest_ore(self) -> int:
        """The interest that the plan costs from the day it was made."""
        return sum(share.new_interest_ore for payment in self.payments for share in payment.shares)

    @property
    def notice_fees_ore(self) -> int:
        """The notice fees of all payments."""
        return sum(share.notice_fee_ore for payment in self.payments for share in payment.shares)
