"""Instalment plans (*amorteringsplaner*): a debt that is paid in parts by an agreed schedule. Amounts are whole öre."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

IN_PLAN = "instalment plan"  # begins what is said of a receivable that is in one


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


class InstalmentPlan(NamedTuple):
    """One row of `instalment_plan`. Days are ISO text."""

    plan_no: int
    company: str
    currency: str
    state: str
    made_on: str
    made_by: str
    first_payment: str
    is_last_of_month: int
    amount_ore: int
    months: int | None
    then_ore: int | None
    notice_fee_ore: int
    plan_fee_ore: int
    rate_percent: str  # blank: no interest
    day_count: str
    second_debtor_name: str
    second_debtor_identity: str
    reference: str
    open_ore: int
    replaces: int | None
    ended_on: str | None = None
    ended_because: str = ""

    @property
    def terms(self) -> PlanTerms:
        """What was agreed."""
        return PlanTerms(
            made_on=date.fromisoformat(self.made_on),
            first_payment=date.fromisoformat(self.first_payment),
            amount_ore=self.amount_ore,
            months=self.months,
            then_ore=self.then_ore,
            is_last_of_month=bool(self.is_last_of_month),
            notice_fee_ore=self.notice_fee_ore,
            plan_fee_ore=self.plan_fee_ore,
            rate_percent=Decimal(self.rate_percent) if self.rate_percent else None,
            day_count=self.day_count,
        )


class KeptPayment(NamedTuple):
    """One row of `instalment`: a payment, when what it costs is debited, and how long it may take."""

    payment_no: int
    due_date: str
    notice_on: str
    late_after: str
    amount_ore: int
    own_ore: int
    principal_left_ore: int
    debited_on: str | None = None
    debited_ore: int = 0


class PaymentDays(NamedTuple):
    """When what a payment costs is debited, and the last day it may come without breaking the plan; ISO."""

    notice_on: str
    late_after: str


class FallingDue(NamedTuple):
    """What a payment that falls due costs one receivable: interest and notice fee that are not debited yet."""

    plan_no: int
    payment_no: int
    claim_no: int
    receivable_id: int
    due_date: str
    new_interest_ore: int
    notice_fee_ore: int
    debited_before_ore: int  # new interest, by the plan's earlier payments


class PlanStanding(NamedTuple):
    """Where an active plan stands: what is open, and what may be open at most."""

    plan_no: int
    open_items: int  # receivables on which anything is open
    open_ore: int
    allowed_ore: int
    late_since: str  # due date of the last payment that had to have come; blank before the first
