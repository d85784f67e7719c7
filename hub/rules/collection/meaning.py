"""Which case an agency means that says an invoice's number and no more: two companies may have the same. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.model.collection_cases import Case, CaseState
from hub.model.company import Company
from hub.model.payee_account import account_digits

Known = frozenset[str]
"""What something says; empty: nothing."""


class PaidFor(NamedTuple):
    """What is known of those whom a settlement is for: by its head, its other rows, and its money."""

    currency: str
    organisations: tuple[Known, ...]  # a settlement is for one organisation number
    companies: tuple[Known, ...]


def may_be_for(case: Case, paid_for: PaidFor) -> bool:
    """Say whether nothing that is known of a settlement speaks against a row of this case."""
    return (
        case.currency == paid_for.currency
        and all(not known or case.organisation_number in known for known in paid_for.organisations)
        and all(not known or case.company in known for known in paid_for.companies)
    )


def meant(cases: Sequence[Case], is_live: Callable[[Case], bool] = lambda case: case.is_open) -> Case | None:
    """Return the case that is meant: of the only receivable with a live one, else the latest that was taken.

    Cases of one receivable are one claim: money that comes late finds it whichever of them it is told of. Between
    receivables there is no guess: None.
    """
    live = [case for case in cases if is_live(case)]
    chosen = live or [case for case in cases if case.state != CaseState.REFUSED] or list(cases)
    if len({case.receivable_id for case in chosen}) != 1:
        return None
    return max(chosen, key=lambda case: (case.is_open, case.case_no))


def of_their_number(cases: Sequence[Case], agency_case_no: str) -> list[Case]:
    """Return the cases that the agency may call by a number; those it calls by another only where there are no more."""
    fitting = [case for case in cases if not agency_case_no or case.agency_case_no in ("", agency_case_no)]
    return fitting or list(cases)


def paid_out_to(company: Company) -> Known:
    """Return the digits of the account that a company's claims name for payouts, by all its numbers."""
    named = account_digits(company.claims.payout_account)
    for account in company.payee_accounts:
        numbers = frozenset(account_digits(number) for _, number in account.numbers)
        if not named or named in numbers:
            return numbers
    return frozenset({named}) if named else frozenset()
