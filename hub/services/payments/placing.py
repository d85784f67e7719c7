"""What people do with suspended money: move it to receivables, pay it back, write a small amount off."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.books import Contra, Posting
from hub.model.command import Command
from hub.model.commands import MovePayment, RefundPayment, Share, WriteOffSuspended
from hub.model.payments import QueuedPayment, UnmatchedPayment
from hub.model.receivables import ReceivableKind
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.charges import Change, refuse_credit_balance
from hub.rules.payments.manual import paid_off
from hub.services.books.finding import Ledger, find, find_company
from hub.services.chart import chart_of
from hub.services.payments.deciding import suspense_posting
from hub.services.ports import JsonObject, UnitOfWork

VOUCHER_TYPE = "suspense_moves"


def move_payment(work: UnitOfWork, tenant: Tenant, command: MovePayment) -> JsonObject:
    """Move suspended money, whole or in part, to one receivable or several.

    The transaction date stays the day the money came; the move is booked today.

    Raises:
        RuleViolation: more than remains, another company or currency, or a balance that would go below zero.
    """
    payment = suspended(work, command.payment_id)
    ledgers = [find(work, tenant, share) for share in command.shares]
    if len({ledger.row.receivable_id for ledger in ledgers}) < len(ledgers):
        raise DataError("a receivable stands twice among the shares: give it one share")
    amounts = _share_amounts(payment, command.shares)
    whole = as_unmatched(work, payment)
    rule = f"by_person:{command.user}"
    postings = [_out(whole, -sum(amounts), SuspenseCause.MOVED, Contra.CLEARING)]
    for ledger, amount_ore in zip(ledgers, amounts, strict=True):
        postings += _onto(whole, ledger, amount_ore, rule, work.today, is_allowed=command.allow_credit_balance)
    result = _post(work, tenant, payment, postings, sum(amounts))
    _signal_watched(work, payment, ledgers)
    moved = [
        {"number": ledger.row.number, "receivable_id": ledger.row.receivable_id, "amount_ore": amount_ore}
        for ledger, amount_ore in zip(ledgers, amounts, strict=True)
    ]
    record(work, "payment_moved", command, payment, shares=moved, **result)
    return {**result, "moved": moved}


def _share_amounts(payment: QueuedPayment, shares: Sequence[Share]) -> list[int]:
    """Return each share with the sign of the payment: a deduction's shares are below zero."""
    sign = -1 if payment.remaining_ore < 0 else 1
    rest_ore = abs(payment.remaining_ore)
    amounts = []
    for share in shares:
        amount_ore = rest_ore if share.amount_ore is None else share.amount_ore
        if amount_ore > rest_ore or not amount_ore:
            raise RuleViolation(f"{format_kronor(abs(payment.remaining_ore))} remains of the payment: no more can move")
        amounts.append(sign * amount_ore)
        rest_ore -= amount_ore
    return amounts


def _onto(
    payment: UnmatchedPayment, ledger: Ledger, amount_ore: int, rule: str, today: str, *, is_allowed: bool
) -> list[Posting]:
    row = ledger.row
    if (row.company, row.currency) != (payment.company, payment.currency):
        raise RuleViolation(
            f"receivable {row.number} belongs to company {row.company} in {row.currency}, the money to company "
            f"{payment.company} in {payment.currency}: they must agree"
        )
    if row.kind == ReceivableKind.INTERNAL:
        raise RuleViolation(f"receivable {row.number} is internal: it is settled by voucher, never by a payment")
    if amount_ore < 0 and row.open_ore > amount_ore:
        raise RuleViolation(f"receivable {row.number} has no such credit open: a deduction settles a credit note")
    if amount_ore > 0:
        refuse_credit_balance(row.open_ore, row.open_ore - amount_ore, is_allowed=is_allowed)
    changes = paid_off(row, amount_ore, payment.kind, Contra.CLEARING)
    return [_entry(payment, ledger, change, rule, today) for change in changes]


def _entry(payment: UnmatchedPayment, ledger: Ledger, change: Change, rule: str, today: str) -> Posting:
    return Posting(
        receivable_id=ledger.row.receivable_id,
        bucket=change.bucket,
        amount_ore=change.amount_ore,
        group_no=ledger.row.group_no,
        company=payment.company,
        payment_id=payment.payment_id,
        exchange_no=payment.exchange_no or None,
        section_no=0,
        account_no=payment.account_no,
        currency=payment.currency,
        transaction_date=payment.booked_date,
        booked_date=today,
        cause=change.cause,
        rule=rule,
        contra=change.contra,
    )


def refund_payment(work: UnitOfWork, tenant: Tenant, command: RefundPayment) -> JsonObject:
    """Pay suspended money back: it leaves the suspense account for the bank, and the event says what to pay out.

    Raises:
        RuleViolation: more than remains, a deduction, which no money came with, or nobody knows where to pay it.
    """
    payment = suspended(work, command.payment_id)
    amount_ore = payment.remaining_ore if command.amount_ore is None else command.amount_ore
    if payment.remaining_ore <= 0:
        raise RuleViolation("a deduction brought no money: move it to its credit note, or reverse it at its file")
    if amount_ore > payment.remaining_ore:
        raise RuleViolation(f"{format_kronor(payment.remaining_ore)} remains of the payment: no more can be refunded")
    if find_company(tenant, payment.company).refunds.is_paid_here:
        raise RuleViolation(
            f"company {payment.company} pays refunds by payment orders, so this would be paid twice: hub refunds "
            f"request --payment {payment.payment_id}"
        )
    whole = as_unmatched(work, payment)
    payee_account = command.payee_account or whole.payer_account
    if not payee_account:
        raise RuleViolation(
            "the file does not say which account the money came from: ask the payer, and give payee_account, such as "
            "bankgiro:991-2346 or an IBAN"
        )
    result = _post(work, tenant, payment, [_out(whole, -amount_ore, SuspenseCause.REFUNDED, Contra.BANK)], amount_ore)
    record(
        work,
        "refund_ordered",
        command,
        payment,
        amount_ore=amount_ore,
        payee_account=payee_account,
        payee_name=whole.payer_name,
        remark=command.remark,
        **result,
    )
    return {**result, "refunded_ore": amount_ore}


def write_off_suspended(work: UnitOfWork, tenant: Tenant, command: WriteOffSuspended) -> JsonObject:
    """Write off what remains of a suspended payment, within the company's limit for overpayments.

    Raises:
        RuleViolation: more remains than the limit, and the person does not answer for it.
    """
    payment = suspended(work, command.payment_id)
    limit_ore = find_company(tenant, payment.company).limits.over_payment_limit_ore
    if abs(payment.remaining_ore) > limit_ore and not command.above_limit:
        raise RuleViolation(
            f"{format_kronor(payment.remaining_ore)} remains, the company's limit is {format_kronor(limit_ore)}: "
            "move or refund it, or say above_limit"
        )
    amount_ore = payment.remaining_ore
    whole = as_unmatched(work, payment)
    result = _post(
        work, tenant, payment, [_out(whole, -amount_ore, SuspenseCause.WRITTEN_OFF, Contra.WRITE_OFF)], amount_ore
    )
    record(work, "suspended_payment_written_off", command, payment, amount_ore=amount_ore, remark=command.remark)
    return {**result, "written_off_ore": amount_ore}


def suspended(work: UnitOfWork, payment_id: int) -> QueuedPayment:
    """Return a suspended payment, locked.

    Raises:
        DataError: there is no such payment in the queue.
        RuleViolation: it is held, or nothing remains of it.
    """
    work.queue.lock([payment_id])
    payment = work.queue.get(payment_id)
    if payment is None:
        raise DataError(_why_not_waiting(work, payment_id))
    if payment.state == "held":
        raise RuleViolation(f"payment {payment_id} is held ({payment.reason}): decide it first, as same or new money")
    if payment.state != "suspended":
        raise RuleViolation(f"nothing remains of payment {payment_id}: it has been placed, refunded or undone")
    return payment


def _why_not_waiting(work: UnitOfWork, payment_id: int) -> str:
    if not work.matching.payments([payment_id]):
        return f"there is no payment {payment_id}; see: hub payments list"
    return f"payment {payment_id} is not suspended; what became of it: hub payments show {payment_id}"


def as_unmatched(work: UnitOfWork, payment: QueuedPayment) -> UnmatchedPayment:
    """Return a payment of the queue with what remains of it as its amount."""
    found = work.matching.unallocated([payment.payment_id])[0]
    return found._replace(section_no=0)


def _out(payment: UnmatchedPayment, amount_ore: int, cause: SuspenseCause, contra: str) -> Posting:
    return suspense_posting(payment, amount_ore, cause, contra)


def _post(
    work: UnitOfWork, tenant: Tenant, payment: QueuedPayment, postings: Sequence[Posting], taken_ore: int
) -> JsonObject:
    work.books.add([posting._replace(booked_date=work.today) for posting in postings])
    vouchers = work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    work.queue.take(payment.payment_id, taken_ore)
    return {
        "payment_id": payment.payment_id,
        "remaining_ore": payment.remaining_ore - taken_ore,
        "vouchers": [voucher.number for voucher in vouchers],
    }


def _signal_watched(work: UnitOfWork, payment: QueuedPayment, ledgers: Sequence[Ledger]) -> None:
    for ledger in ledgers:
        if ledger.row.is_watched:
            work.events.record(
                "watched_receivable_paid",
                receivable_id=ledger.row.receivable_id,
                number=ledger.row.number,
                company=ledger.row.company,
                payment_id=payment.payment_id,
                amount_ore=payment.amount_ore,
                currency=payment.currency,
            )


def record(work: UnitOfWork, event: str, command: Command, payment: QueuedPayment, **data: object) -> None:
    """Record what a person did with a payment of the queue."""
    work.events.record(
        event,
        **{
            "payment_id": payment.payment_id,
            "company": payment.company,
            "currency": payment.currency,
            "user": command.user,
            "command_key": command.key,
            **data,
        },
    )
