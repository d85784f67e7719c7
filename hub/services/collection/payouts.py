"""Agencies' own money: known by the account it comes from, and placed on the settlement that says what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.banking_calendar import add_banking_days
from hub.model.collection_cases import Settlement, WaitingPayout
from hub.model.payee_account import account_digits
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.collection.payouts import PartsLeft, Paying, paid_by, words_of
from hub.rules.collection.settling import can_be
from hub.services.collection.agencies import Agencies
from hub.services.collection.payout_books import UNPAID, parts_left, place
from hub.services.ports import UnitOfWork

AT_ONCE = 1_000


def place_payouts(work: UnitOfWork, tenant: Tenant, agencies: Agencies) -> int:
    """Place money of agencies that waits, where it is certain which settlements it is for.

    Returns how many payments were placed. What of a settlement has not been paid for too long becomes a task.
    """
    unpaid = work.agency_told.settlements(unpaid_only=True, limit=AT_ONCE)
    waiting = work.agency_told.waiting_payouts() if unpaid else []
    if waiting:
        work.queue.lock([one.payment_id for one in waiting])  # what a person moves meanwhile is read again below
        work.agency_told.lock_settlements(sorted(one.settlement_no for one in unpaid))
        unpaid = work.agency_told.settlements(unpaid_only=True, limit=AT_ONCE)
        waiting = work.agency_told.waiting_payouts()
    left = parts_left(work, unpaid) if waiting else {}
    found = _certain(work, tenant, agencies, unpaid, waiting, left) if waiting else []
    for one in found:
        place(work, tenant, one, left)
    placed = {each.settlement_no for one in found for each in one.settlements}
    left_unpaid = [one for one in sorted(unpaid) if one.settlement_no not in placed and one.left_ore > 0]
    taken_off = work.agency_told.taken_off([one.settlement_no for one in left_unpaid])
    asked = [(one, one.settlement_no in taken_off) for one in left_unpaid]
    late = [(one, is_off) for one, is_off in asked if is_off or _is_late(tenant, one, work.today)]
    work.commands.open_each(UNPAID, [(str(one.settlement_no), _about_unpaid(one, is_off=off)) for one, off in late])
    return len(found)


def _certain(
    work: UnitOfWork,
    tenant: Tenant,
    agencies: Agencies,
    unpaid: Sequence[Settlement],
    waiting: Sequence[WaitingPayout],
    left: PartsLeft,
) -> list[Paying]:
    """Return the payments that are certain, with what they pay; an agency's money pays its own settlements."""
    shares = work.agency_told.shares([one.settlement_no for one in unpaid])
    said = {word for one in waiting for word in words_of(one)}
    paid = [one for one in work.agency_told.settlements_named(said) if not one.left_ore]
    company_of = {company.number: company.organisation_number for company in tenant.companies}

    def may_pay(money: WaitingPayout, settlement: Settlement) -> bool:
        companies = shares[settlement.settlement_no]
        is_whole = sum(companies.values()) == settlement.net_ore  # all its rows have been booked
        belong = {company_of.get(company) for company in companies} == {company_of.get(money.company)}
        return is_whole and belong and money.currency == settlement.currency

    found: list[Paying] = []
    for agency in sorted({one.agency for one in unpaid}):
        own = {account_digits(one) for one in agencies.accounts.get(agency, ())}
        theirs = [one for one in waiting if account_digits(one.payer_account) in own]
        of_agency = [one for one in unpaid if one.agency == agency]
        references = {one.payout_reference for one in paid if one.agency == agency}
        found += paid_by(of_agency, references, theirs, may_pay, left)
    return found


def _is_late(tenant: Tenant, settlement: Settlement, today: str) -> bool:
    days = max(
        (one.payout_banking_days for one in tenant.collection_agencies if one.agency == settlement.agency), default=0
    )
    # One that was booked before impossible days were held counts from when it was booked.
    since = settlement.dated_on if can_be(settlement.dated_on, settlement.posted_on) else settlement.posted_on
    last = add_banking_days(date.fromisoformat(since), days)
    return last.isoformat() < today


def _about_unpaid(settlement: Settlement, *, is_off: bool) -> str:
    if is_off:
        return (
            f"the money of settlement {settlement.payout_reference} of {settlement.agency} was taken off it, and "
            f"{format_kronor(settlement.left_ore)} is unpaid: where the bank has taken it back, ask the agency to pay "
            f"again; that is placed when it comes, or by hub collection paid {settlement.settlement_no} PAYMENT"
        )
    return (
        f"settlement {settlement.payout_reference} of {settlement.agency} says that "
        f"{format_kronor(settlement.left_ore)} is paid out, and no such money has been found: hub collection "
        f"settlements; place it by hub collection paid {settlement.settlement_no} PAYMENT, or with --coding where it "
        "was paid in another way"
    )
