"""Booking agencies' money: out of the suspense account onto settlements, company by company, and off them again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hub.errors import DataError, RuleViolation
from hub.model.books import Bucket, Posting, VoucherKey, VoucherLine
from hub.model.collection_cases import PaidPart, Settlement, WaitingPayout
from hub.model.import_rows import CodingLine
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.rules.coding import given_lines
from hub.rules.collection.payouts import PartsLeft, Paying
from hub.rules.collection.settling import accounts_of
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "agency_payouts"
UNPAID = "settlement_unpaid"  # task
TAKEN_OFF = "payout_taken_off"  # why money waits


def parts_left(work: UnitOfWork, settlements: Iterable[Settlement]) -> PartsLeft:
    """Return what is left to be paid of settlements, by number and company."""
    chosen = list(settlements)
    of_several = work.agency_told.parts_left([one.settlement_no for one in chosen if not one.company])
    return {
        one.settlement_no: {one.company: one.left_ore} if one.company else of_several[one.settlement_no]
        for one in chosen
    }


def place(work: UnitOfWork, tenant: Tenant, paying: Paying, left: PartsLeft) -> list[int]:
    """Move suspended money to the account of what agencies have settled; return the vouchers' numbers.

    What is other companies' of it leads over the account between companies. `left` is as `parts_left` says.

    Raises:
        RuleViolation: what is left by company is not the money: rows of the settlement are still being booked.
    """
    money = paying.money
    account = accounts_of(find_company(tenant, money.company)).payouts
    paid = list(_paid(paying, left))
    if sum(one.amount_ore for one in paid) != money.remaining_ore:
        raise RuleViolation("rows of the settlement are being booked: place its money when its file is posted")
    work.books.add([suspense_out(money, money.remaining_ore, SuspenseCause.PAYOUT_PLACED, account, work.today)])
    paid_to = VoucherKey(money.section_no, money.company, money.currency, work.today)
    vouchers = _book(work, tenant, paid_to, paid)
    work.queue.take(money.payment_id, money.remaining_ore)
    _note_paid(work, paying.settlements, paid)
    return vouchers


def _paid(paying: Paying, left: PartsLeft) -> Iterable[PaidPart]:
    """Yield what money pays: all that is left, what is one company's of it, or a part of the one settlement."""
    payment_id, amount_ore = paying.money.payment_id, paying.money.remaining_ore
    if paying.is_part:
        yield PaidPart(paying.settlements[0].settlement_no, paying.company, payment_id, amount_ore)
        return
    for one in paying.settlements:
        for company, part_ore in left[one.settlement_no].items():
            if part_ore and paying.company in ("", company):
                yield PaidPart(one.settlement_no, company, payment_id, part_ore)


def make_even(work: UnitOfWork, tenant: Tenant, settlements: Sequence[Settlement]) -> list[int]:
    """Let settlements that come to nothing together pay each other; return the vouchers' numbers."""
    left = parts_left(work, settlements)
    paid = [PaidPart(no, company, None, ore) for no, parts in left.items() for company, ore in parts.items() if ore]
    first = VoucherKey(0, min(one.company for one in paid), settlements[0].currency, work.today)
    vouchers = _book(work, tenant, first, paid)
    _note_paid(work, settlements, paid)
    return vouchers


def pay_elsewhere(
    work: UnitOfWork, tenant: Tenant, settlement: Settlement, company: str, coding: Sequence[CodingLine]
) -> list[int]:
    """Let ledger accounts bear what is left of a company's part of a settlement; return the vouchers' numbers.

    Raises:
        DataError: there is no such company, or the coding does not add up to what is left.
        RuleViolation: it is left of several companies, and none is named; nothing is left; or the coding names an
            account that the hub alone books on.
    """
    left = {one: ore for one, ore in parts_left(work, [settlement])[settlement.settlement_no].items() if ore}
    named = find_company(tenant, company).number if company else ", ".join(sorted(left))
    if named not in left:
        raise RuleViolation(f"settlement {settlement.settlement_no} is of several companies, or paid: name one of them")
    lines = given_lines(find_company(tenant, named), coding, left[named], is_debit=False)
    account = accounts_of(find_company(tenant, named)).payouts
    key = VoucherKey(0, named, settlement.currency, work.today)
    coded = {key: [VoucherLine(account, -left[named]), *lines]}
    vouchers = work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, coded=coded)
    _note_paid(work, [settlement], [PaidPart(settlement.settlement_no, named, None, left[named])])
    return [voucher.number for voucher in vouchers]


def take_off(work: UnitOfWork, tenant: Tenant, payment_id: int) -> list[int]:
    """Take money off the settlements that it was placed on, which are unpaid again; return their numbers, or none.

    It waits in the suspense account for a reason of its own, so that no round places it again.
    """
    paid = work.agency_told.paid_by(payment_id)
    numbers = sorted({one.settlement_no for one in paid})
    if not paid:
        return []
    work.queue.lock([payment_id])
    work.agency_told.lock_settlements(numbers)
    paid = [one._replace(amount_ore=-one.amount_ore) for one in work.agency_told.paid_by(payment_id)]
    if not paid:
        return []
    (money,) = work.agency_told.waiting_payouts(payment_id=payment_id, is_closed=True)
    back_ore = -sum(one.amount_ore for one in paid)
    account = accounts_of(find_company(tenant, money.company)).payouts
    work.books.add([suspense_out(money, -back_ore, SuspenseCause.PAYOUT_TAKEN_OFF, account, work.today)])
    _book(work, tenant, VoucherKey(money.section_no, money.company, money.currency, work.today), paid)
    work.queue.change([payment_id], state="suspended", remaining_ore=money.remaining_ore + back_ore, reason=TAKEN_OFF)
    settlements = [one for one in map(work.agency_told.settlement, numbers) if one is not None]
    _note_paid(work, settlements, paid)
    return numbers


def _book(work: UnitOfWork, tenant: Tenant, paid_to: VoucherKey, paid: Iterable[PaidPart]) -> list[int]:
    parts: Counter[str] = Counter()
    for one in paid:
        parts[one.company] += one.amount_ore
    coded = _between_companies(tenant, paid_to, parts)
    vouchers = work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, coded=coded)
    return [voucher.number for voucher in vouchers]


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


def _note_paid(work: UnitOfWork, settlements: Sequence[Settlement], paid: Sequence[PaidPart]) -> None:
    work.agency_told.note_paid(paid, work.today)
    for settlement in settlements:
        own = [one for one in paid if one.settlement_no == settlement.settlement_no]
        amount_ore = sum(one.amount_ore for one in own)
        now = work.agency_told.settlement(settlement.settlement_no)  # two payments may pay it in one round
        if now is not None and not now.left_ore:
            work.commands.close_task(UNPAID, str(settlement.settlement_no))
        work.events.record(
            "settlement_paid",
            settlement_no=settlement.settlement_no,
            agency=settlement.agency,
            payout_reference=settlement.payout_reference,
            payment_id=own[0].payment_id if own else None,
            amount_ore=amount_ore,
            currency=settlement.currency,
        )


def suspense_out(money: WaitingPayout, amount_ore: int, cause: SuspenseCause, account: str, today: str) -> Posting:
    """Return the posting by which suspended money leaves for an account; below zero it comes back."""
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
