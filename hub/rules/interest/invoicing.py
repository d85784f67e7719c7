"""Interest invoices (*räntefaktura*): what of the interest on a fully paid receivable is invoiced, and its number.

The number is the original's with 50 added to its two routine digits, so its reference has a new check digit. Nothing
bears interest on interest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.books import Bucket
from hub.model.company import Company, Routine
from hub.rules.charges import EntryFacts
from hub.rules.interest.calculation import Interest
from hub.rules.interest.charging import ChargingLimits, chargeable_ore
from hub.rules.interest.start import moved_to_weekday

_ROUTINE_DIGITS = 2
_BY_METHOD = "method:"


class SettledLate(NamedTuple):
    """A fully paid receivable, and what it has earned in interest."""

    number: str
    routine: str
    paid_on: str | None
    interest: Interest
    debited_ore: int  # with the demand, or noted as paid
    stopped_by: str  # a hold code by which it bears none
    charged_before: bool  # its interest is in an interest invoice, or carried to the next invoice
    settled_without_interest: bool  # the row that settled it has a method that bears none
    handed_over: str = ""  # `HandedOver`: somebody else asks for it, or has


class InvoicedInterest(NamedTuple):
    """The interest to invoice, or why there is none."""

    amount_ore: int
    why_none: str = ""


def interest_to_invoice(facts: SettledLate, routine: Routine | None, limits: ChargingLimits) -> InvoicedInterest:
    """Return the interest of a receivable to the day it was fully paid, less what was debited or paid before.

    Never twice for the same days: what has been charged once by invoice, or carried, is not charged again, and nothing
    is charged beside an agency or an order to pay.
    """
    why_none = _refused(facts, routine)
    if why_none:
        return InvoicedInterest(0, why_none)
    amount_ore = chargeable_ore(facts.interest, limits, charged_before_ore=facts.debited_ore)
    if amount_ore:
        return InvoicedInterest(amount_ore)
    return InvoicedInterest(0, "debited_before" if facts.debited_ore >= facts.interest.interest_ore else "below_limits")


def _refused(facts: SettledLate, routine: Routine | None) -> str:
    if facts.paid_on is None:
        return "not_fully_paid"
    if facts.charged_before:
        return "charged_before"
    if facts.handed_over:
        return facts.handed_over
    if facts.stopped_by:
        return f"hold: {facts.stopped_by}"
    if facts.settled_without_interest:
        return "settled_without_interest"
    if not facts.interest.interest_ore:
        return "paid_in_time"
    if routine is None or routine.interest_routine is None:
        return "routine_invoices_no_interest"
    return "" if facts.number.startswith(routine.number) else "number_without_routine"


def interest_invoice_number(number: str, routine: Routine) -> str:
    """Return the number of a receivable's interest invoice. Raises RuleViolation when its own has no such routine."""
    twin = routine.interest_routine
    if twin is None or not number.startswith(routine.number):
        raise RuleViolation(f"receivable {number} does not begin with a routine whose interest is invoiced")
    return twin + number[_ROUTINE_DIGITS:]


def due_date_of(company: Company, invoiced_on: date) -> date:
    """Return the due date of an interest invoice: the company's days to pay, moved to a weekday."""
    return moved_to_weekday(invoiced_on + timedelta(days=company.dunning.interest.invoice_days_to_pay))


def is_settled_without_interest(entries: Sequence[EntryFacts], methods: Collection[str]) -> bool:
    """Say whether the latest entry that lowered the principal is a row by a method that bears no interest."""
    lowering = [one for one in entries if one.bucket == Bucket.PRINCIPAL and one.amount_ore < 0]
    if not lowering:
        return False
    latest = max(lowering, key=lambda one: (one.transaction_date, one.entry_no))
    return latest.rule.startswith(_BY_METHOD) and latest.rule.removeprefix(_BY_METHOD) in methods
