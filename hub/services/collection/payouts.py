"""Agencies' own money: known by the account it comes from, and placed on the settlement that says what it is for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from hub.banking_calendar import add_banking_days
from hub.errors import DataError, RuleViolation
from hub.model.books import Bucket, Posting, VoucherKey, VoucherLine
from hub.model.collection_cases import Settlement, WaitingPayout
from hub.model.payee_account import account_digits
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.collection.payouts import Together, paid_by, words_of
from hub.rules.collection.settling import accounts_of
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.agencies import Agencies
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "agency_payouts"
UNPAID = "settlement_unpaid"  # task
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
    found = _certain(work, tenant, agencies, unpaid, waiting) if waiting else []
    for together, money in found:
        place(work, tenant, together, money)
    placed = {one.settlement_no for together, _ in found for one in together}
    late = [one for one in sorted(unpaid) if one.settlement_no not in placed and _is_late(tenant, one, work.today)]
    work.commands.open_each(UNPAID, [(str(one.settlement_no), _about_unpaid(one)) for one in late])
    return len(found)


def _certain(
    work: UnitOfWork,
    tenant: Tenant,
    agencies: Agencies,
    unpaid: Sequence[Settlement],
    waiting: Sequence[WaitingPayout],
) -> list[tuple[Together, WaitingPayout]]:
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

    found = []
    for agency in sorted({one.agency for one in unpaid}):
        own = {account_digits(one) for one in agencies.accounts.get(agency, ())}
        theirs = [one for one in waiting if account_digits(one.payer_account) in own]
        of_agency = [one for one in unpaid if one.agency == agency]
        references = {one.payout_reference for one in paid if one.agency == agency}
        found += paid_by(of_agency, references, theirs, may_pay)
    return found


def place(work: UnitOfWork, tenant: Tenant, settlements: Sequence[Settlement], money: WaitingPayout) -> list[int]:
    """Move suspended money to the account of what agencies have settled; return the vouchers' numbers.

    It pays all that is left of the settlements, or a part of the one there is. What is other companies' of it leads
    over the account between companies.

    Raises:
        RuleViolation: a settlement of several companies is not paid whole.
    """
    amounts = {one.settlement_no: one.left_ore for one in settlements}
    if sum(amounts.values()) != money.remaining_ore:
        amounts = {settlements[0].settlement_no: money.remaining_ore}
    account = accounts_of(find_company(tenant, money.company)).payouts
    work.books.add([suspense_out(money, money.remaining_ore, SuspenseCause.PAYOUT_PLACED, account, work.today)])
    parts = _by_company(work, settlements, amounts)
    paid_to = VoucherKey(money.section_no, money.company, money.currency, work.today)
    coded = _between_companies(tenant, paid_to, parts)
    vouchers = work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, coded=coded)
    work.queue.take(money.payment_id, money.remaining_ore)
    for settlement in settlements:
        _note_paid(work, settlement, amounts[settlement.settlement_no], money.payment_id)
    return [voucher.number for voucher in vouchers]


def make_even(work: UnitOfWork, tenant: Tenant, settlements: Sequence[Settlement]) -> list[int]:
    """Let settlements that come to nothing together pay each other; return the vouchers' numbers.

    Raises:
        RuleViolation: a settlement of several companies has been paid in part.
    """
    amounts = {one.settlement_no: one.left_ore for one in settlements}
    parts = _by_company(work, settlements, amounts)
    first = VoucherKey(0, min(parts), settlements[0].currency, work.today)
    coded = _between_companies(tenant, first, parts)
    vouchers = work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, coded=coded)
    for settlement in settlements:
        _note_paid(work, settlement, amounts[settlement.settlement_no], None)
    return [voucher.number for voucher in vouchers]


def _note_paid(work: UnitOfWork, settlement: Settlement, amount_ore: int, payment_id: int | None) -> None:
    work.agency_told.note_paid(settlement.settlement_no, payment_id, amount_ore)
    work.commands.close_task(UNPAID, str(settlement.settlement_no))
    work.events.record(
        "settlement_paid",
        settlement_no=settlement.settlement_no,
        agency=settlement.agency,
        payout_reference=settlement.payout_reference,
        payment_id=payment_id,
        amount_ore=amount_ore,
        currency=settlement.currency,
    )


def _by_company(work: UnitOfWork, settlements: Sequence[Settlement], amounts: Mapping[int, int]) -> Counter[str]:
    """Return what of the amounts, given by settlement, is each company's."""
    shares = work.agency_told.shares([one.settlement_no for one in settlements if not one.company])
    parts: Counter[str] = Counter()
    for one in settlements:
        amount_ore = amounts[one.settlement_no]
        of_companies = {one.company: amount_ore} if one.company else shares[one.settlement_no]
        if sum(of_companies.values()) != amount_ore:
            raise RuleViolation(
                f"settlement {one.settlement_no} is of several companies: only money of all "
                f"{format_kronor(one.net_ore)} can be placed on it"
            )
        parts.update(of_companies)
    return parts


def _between_companies(
    tenant: Tenant, paid_to: VoucherKey, parts: Mapping[str, int]
) -> dict[VoucherKey, list[VoucherLine]]:
    """Return the lines by which the company that was paid owes the others their parts."""
    lines: dict[VoucherKey, list[VoucherLine]] = defaultdict(list)
    for company, amount_ore in parts.items():
        if company != paid_to.company and amount_ore:
            theirs = paid_to._replace(section_no=0, company=company)
            for key, sign in ((paid_to, 1), (theirs, -1)):
                own = accounts_of(find_company(tenant, key.company))
                lines[key] += [
                    VoucherLine(own.payouts, sign * amount_ore),
                    VoucherLine(own.between_companies, -sign * amount_ore),
                ]
    return lines


def suspense_out(money: WaitingPayout, amount_ore: int, cause: SuspenseCause, account: str, today: str) -> Posting:
    """Return the posting by which suspended money leaves for an account."""
    return Posting(
        receivable_id=0,
        bucket=Bucket.SUSPENSE,
        amount_ore=-amount_ore,
        group_no=0,
        company=money.company,
        payment_id=money.payment_id,
        exchange_no=money.exchange_no or None,
        section_no=money.section_no,
        account_no=money.account_no,
        currency=money.currency,
        transaction_date=money.booked_date,
        booked_date=today,
        cause=cause,
        contra=account,
    )


def money_of(work: UnitOfWork, payment_id: int) -> WaitingPayout:
    """Return suspended money, locked.

    Raises:
        DataError: there is no such payment in the queue.
        RuleViolation: it is not suspended, or nothing remains of it.
    """
    work.queue.lock([payment_id])
    found = work.agency_told.waiting_payouts(payment_id=payment_id)
    if not found:
        raise DataError(f"payment {payment_id} is not suspended: see hub payments show {payment_id}")
    if not found[0].remaining_ore:
        raise RuleViolation(f"nothing remains of payment {payment_id}")
    return found[0]


def _is_late(tenant: Tenant, settlement: Settlement, today: str) -> bool:
    days = max(
        (one.payout_banking_days for one in tenant.collection_agencies if one.agency == settlement.agency), default=0
    )
    last = add_banking_days(date.fromisoformat(settlement.dated_on), days)
    return settlement.left_ore > 0 and last.isoformat() < today


def _about_unpaid(settlement: Settlement) -> str:
    return (
        f"settlement {settlement.payout_reference} of {settlement.agency} says that "
        f"{format_kronor(settlement.left_ore)} is paid out, and no such money has been found: hub collection "
        f"settlements; place it by hub collection paid {settlement.settlement_no} PAYMENT"
    )
