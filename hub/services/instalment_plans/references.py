"""A plan has a reference of its own: a payment by it pays its receivables in the order of the plan."""

from __future__ import annotations

from typing import NamedTuple

from hub.errors import IdentifierError
from hub.model.company import Company
from hub.model.payment_reference import ReferenceControl
from hub.rules.references import make_letter_reference
from hub.services.chart import canonical_key
from hub.services.ports import UnitOfWork

MOST_TRIES = 20  # of numbers that are somebody's reference already


class PaidBy(NamedTuple):
    """What a plan is paid by; blank where the company has no payee account, or no number fits its control."""

    payee_account: str = ""
    reference: str = ""


def give_reference(work: UnitOfWork, company: Company, plan_no: int) -> PaidBy:
    """Let a reference that nothing else is paid by mean a plan, at the company's first payee account.

    Without one its payments name the receivables.
    """
    account = next(iter(company.payee_accounts), None)
    if account is None:
        return PaidBy()
    key = canonical_key(account)
    account_no = work.accounts.register({(key, company.number)})[key]
    reference = _free(work, account_no, company.reference_control(account))
    if reference:
        work.instalment_plans.add_reference(account_no, reference, plan_no, work.today)
    return PaidBy(key, reference)


def _free(work: UnitOfWork, account_no: int, control: ReferenceControl) -> str:
    """Return a reference of the series that letters have theirs of; blank where none fits."""
    for _ in range(MOST_TRIES):
        try:
            reference = make_letter_reference(work.letters.take_reference_numbers(1), control)
        except IdentifierError:
            return ""
        if not work.letters.known_references({(account_no, reference)}):
            return reference
    return ""
