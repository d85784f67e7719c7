"""Agencies' own money: known by the account it comes from, and placed on the settlement that says what it is for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from hub.banking_calendar import add_banking_days
from hub.errors import DataError, RuleViolation
from hub.model.books import Bucket, Posting
from hub.model.collection_cases import Settlement, WaitingPayout
from hub.model.payments import AGENCY_PAYOUT, MatchProposal, UnmatchedPayment
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.collection.settling import accounts_of
from hub.rules.collection.telling import account_digits
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.agencies import Agencies
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "agency_payouts"
UNPAID = "settlement_unpaid"  # task
NEAR_DAYS = 15

Propose = Callable[[Sequence[UnmatchedPayment]], Mapping[int, MatchProposal]]


def proposer(accounts: Collection[str], plugins: Propose | None) -> Propose | None:
    """Return what answers 'match payments': agencies' money first, then what plugins propose; None when nobody does."""
    own = {account_digits(one) for one in accounts} - {""}
    if not own:
        return plugins

    def propose(payments: Sequence[UnmatchedPayment]) -> Mapping[int, MatchProposal]:
        theirs = {one.payment_id for one in payments if account_digits(one.payer_account) in own}
        rest = [one for one in payments if one.payment_id not in theirs]
        others = plugins(rest) if plugins is not None and rest else {}
        return {**others, **dict.fromkeys(theirs, AGENCY_PAYOUT)}

    return propose


def place_payouts(work: UnitOfWork, tenant: Tenant, agencies: Agencies) -> int:
    """Place money of agencies that waits, where one settlement is it: by its reference, else by amount and days.

    Returns how many were placed. What of a settlement has not been paid for too long becomes a task.
    """
    unpaid = work.agency_told.settlements(unpaid_only=True, limit=1_000)
    waiting = work.agency_told.waiting_payouts() if unpaid else []
    placed = 0
    for settlement in sorted(unpaid):
        found = _money_of(settlement, waiting, agencies.accounts.get(settlement.agency, frozenset()))
        if found is not None and settlement.company:
            place(work, tenant, settlement, found)
            waiting.remove(found)
            placed += 1
        else:
            _ask_about_unpaid(work, tenant, settlement)
    return placed


def _money_of(
    settlement: Settlement, waiting: Sequence[WaitingPayout], accounts: Collection[str]
) -> WaitingPayout | None:
    """Return the one payment that is a settlement's money, None when there is none, or when several may be."""
    digits = {account_digits(one) for one in accounts}
    left_ore = settlement.net_ore - settlement.paid_ore
    may_be = [
        one
        for one in waiting
        if one.remaining_ore == left_ore
        and (one.company, one.currency) == (settlement.company, settlement.currency)
        and account_digits(one.payer_account) in digits
    ]
    named = [one for one in may_be if settlement.payout_reference in f"{one.reference}\n{one.texts}"]
    near = [one for one in may_be if _days_apart(one.booked_date, settlement.dated_on) <= NEAR_DAYS]
    chosen = named or near
    return chosen[0] if len(chosen) == 1 else None


def _days_apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def place(work: UnitOfWork, tenant: Tenant, settlement: Settlement, money: WaitingPayout) -> list[int]:
    """Move suspended money to the account of what agencies have settled; return the vouchers' numbers."""
    account = accounts_of(find_company(tenant, money.company)).payouts
    work.books.add([suspense_out(money, money.remaining_ore, SuspenseCause.PAYOUT_PLACED, account, work.today)])
    vouchers = work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    work.queue.take(money.payment_id, money.remaining_ore)
    work.agency_told.note_paid(settlement.settlement_no, money.payment_id, money.remaining_ore)
    work.commands.close_task(UNPAID, str(settlement.settlement_no))
    work.events.record(
        "settlement_paid",
        settlement_no=settlement.settlement_no,
        agency=settlement.agency,
        payout_reference=settlement.payout_reference,
        payment_id=money.payment_id,
        amount_ore=money.remaining_ore,
        currency=money.currency,
    )
    return [voucher.number for voucher in vouchers]


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


def _ask_about_unpaid(work: UnitOfWork, tenant: Tenant, settlement: Settlement) -> None:
    days = max(
        (one.payout_banking_days for one in tenant.collection_agencies if one.agency == settlement.agency), default=0
    )
    if add_banking_days(date.fromisoformat(settlement.dated_on), days).isoformat() >= work.today:
        return
    left_ore = settlement.net_ore - settlement.paid_ore
    message = (
        f"settlement {settlement.payout_reference} of {settlement.agency} says that {format_kronor(left_ore)} is paid "
        f"out, and no such money has been found: hub collection settlements; place it by hub collection paid "
        f"{settlement.settlement_no} PAYMENT"
    )
    work.commands.open_task(UNPAID, str(settlement.settlement_no), message)
