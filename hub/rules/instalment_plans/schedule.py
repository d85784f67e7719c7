"""The schedule that a plan's terms come to: when, how much, and what of each claim every payment pays.

First come all fees and interest that had accrued when the plan was made; what is left of the month in which they are
paid goes to principal. After that a month pays new interest, notice fees (*aviavgifter*) and principal, in this order.
Within each, the oldest due claim comes first; the last payment is what remains. New interest is on the principal that
remains, at one rate, rounded to the öre for each claim and month; none is forgiven for the first months, it is paid
after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hub.errors import DataError
from hub.model.instalment_plans import PlanClaim, PlannedPayment, PlanShare, PlanTerms, Schedule
from hub.money import ORE_PER_KRONA, format_kronor
from hub.rules.instalment_plans.dates import payment_day
from hub.rules.interest.calculation import Claim, interest_on
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import InterestRate
from hub.rules.interest.reference_rates import shipped_rates

MOST_MONTHS = 48  # that are paid in, one payment in each; the first of them is soon after the plan's day

_ONE_DAY = timedelta(days=1)
_REFERENCES = shipped_rates()  # none is looked up: a plan's rate is fixed when it is made
_ACCRUED_FIRST = ("fee_ore", "interest_ore", "principal_ore", "new_interest_ore", "notice_fee_ore")
_ACCRUED_PAID = ("new_interest_ore", "notice_fee_ore", "principal_ore")


def make_schedule(terms: PlanTerms, claims: Sequence[PlanClaim]) -> Schedule:
    """Return the schedule of a plan.

    Raises:
        DataError: nothing is owed, or the payments agreed do not pay it within 48 months; with the amount that does.
    """
    ordered = tuple(sorted(claims, key=_oldest_first))
    if not sum(_owed_ore(claim) for claim in ordered):
        raise DataError("nothing is owed on the claims: there is nothing to make a plan of")
    payments, left_ore = _paid(terms, ordered)
    if left_ore:
        raise DataError(_why_not(terms, ordered, payments, left_ore))
    return Schedule(terms, ordered, payments)


def _oldest_first(claim: PlanClaim) -> tuple[str, int]:
    return claim.due_date, claim.claim_no


def _owed_ore(claim: PlanClaim) -> int:
    return claim.principal_ore + claim.fee_ore + claim.interest_ore


class _Owed:
    """What is owed of each claim as the months go; each list in the order of the claims."""

    def __init__(self, terms: PlanTerms, claims: Sequence[PlanClaim]) -> None:
        self._terms = terms
        self._claims = claims
        self._parts = {
            "fee_ore": [claim.fee_ore for claim in claims],
            "interest_ore": [claim.interest_ore for claim in claims],
            "principal_ore": [claim.principal_ore for claim in claims],
            "new_interest_ore": [0] * len(claims),
            "notice_fee_ore": [0] * len(claims),
        }

    @property
    def has_accrued(self) -> bool:
        return any(self._parts["fee_ore"]) or any(self._parts["interest_ore"])

    @property
    def principal_ore(self) -> int:
        return sum(self._parts["principal_ore"])

    @property
    def total_ore(self) -> int:
        return sum(map(sum, self._parts.values()))

    def accrue(self, first_day: date, last_day: date) -> None:
        """Add the interest of some days, and the notice fee of the payment that they lead to."""
        if self._terms.rate_percent is not None:
            rate, count = InterestRate(self._terms.rate_percent), DayCount.named(self._terms.day_count)
            for at, principal_ore in enumerate(self._parts["principal_ore"]):
                if principal_ore:
                    claim = Claim(principal_ore, first_day, (), rate, count)
                    self._parts["new_interest_ore"][at] += interest_on(claim, last_day, _REFERENCES).interest_ore
        self._parts["notice_fee_ore"][self._bears_notice()] += self._terms.notice_fee_ore

    def _bears_notice(self) -> int:
        """Return which claim bears a notice fee: the oldest receivable that is not paid."""
        own = [at for at, claim in enumerate(self._claims) if claim.receivable_id is not None]
        unpaid = [at for at in own if self._parts["principal_ore"][at]]
        return (unpaid or own or [0])[0]

    def pay(self, amount_ore: int) -> tuple[PlanShare, ...]:
        """Take a payment off, and say what it paid of each claim."""
        paid = [dict.fromkeys(self._parts, 0) for _ in self._claims]
        for part in _ACCRUED_FIRST if self.has_accrued else _ACCRUED_PAID:
            for at, owed_ore in enumerate(self._parts[part]):
                share_ore = min(amount_ore, owed_ore)
                self._parts[part][at] -= share_ore
                paid[at][part] += share_ore
                amount_ore -= share_ore
        pairs = zip(self._claims, paid, strict=True)
        return tuple(PlanShare(claim.claim_no, **parts) for claim, parts in pairs if any(parts.values()))


def _paid(terms: PlanTerms, claims: Sequence[PlanClaim]) -> tuple[tuple[PlannedPayment, ...], int]:
    """Return the payments, until nothing is owed, none is agreed or the months are over; and what is left then."""
    owed, from_day = _Owed(terms, claims), terms.made_on + _ONE_DAY
    payments: list[PlannedPayment] = []
    for payment_no in range(1, MOST_MONTHS + 1):
        amount_ore = terms.amount_of(payment_no)
        if amount_ore is None:
            break
        due_date = payment_day(terms.first_payment, payment_no, is_last_of_month=terms.is_last_of_month)
        owed.accrue(from_day, due_date)
        payments.append(PlannedPayment(payment_no, due_date, owed.pay(amount_ore), owed.principal_ore))
        if not owed.total_ore:
            break
        from_day = due_date + _ONE_DAY
    return tuple(payments), owed.total_ore


def _why_not(terms: PlanTerms, claims: Sequence[PlanClaim], payments: Sequence[PlannedPayment], left_ore: int) -> str:
    """Say why the payments agreed do not pay the debt, and what would."""
    count = len(payments)
    if count < MOST_MONTHS:
        return f"{count} payments leave {format_kronor(left_ore)}: say what is paid a month after them"
    is_eaten = not any(share.principal_ore for share in payments[-1].shares) and payments[-1].principal_left_ore
    what = "interest and fees eat the payments" if is_eaten else f"the plan would take more than {count} months"
    return f"{what}: agree on {format_kronor(_least_ore(terms, claims))} a month or more, or on no interest"


def _least_ore(terms: PlanTerms, claims: Sequence[PlanClaim]) -> int:
    """Return the least monthly amount, in whole kronor, that pays the debt in time; of two, the second."""
    enough_ore = 2 * sum(_owed_ore(claim) for claim in claims) + MOST_MONTHS * terms.notice_fee_ore + ORE_PER_KRONA
    low, high = 0, -(-enough_ore // ORE_PER_KRONA)
    while high - low > 1:
        middle = (low + high) // 2
        _, left_ore = _paid(_paying(terms, middle * ORE_PER_KRONA), claims)
        low, high = (middle, high) if left_ore else (low, middle)
    return high * ORE_PER_KRONA


def _paying(terms: PlanTerms, amount_ore: int) -> PlanTerms:
    """Return the terms with another amount, where it is paid to the end."""
    is_one = terms.months is None or terms.months >= MOST_MONTHS
    return terms._replace(amount_ore=amount_ore) if is_one else terms._replace(then_ore=amount_ore)
