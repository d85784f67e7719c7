"""Commands that change what is owed: credit, cancel, write off."""

from __future__ import annotations

from hub.errors import RuleViolation
from hub.model.books import Contra, OpenAmounts, VoucherLine
from hub.model.commands import CancelReceivable, CreditReceivable, WriteOffReceivable
from hub.model.receivables import ReceivableKind
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.charges import (
    Cause,
    Change,
    after_changes,
    charged,
    reallocated,
    refuse_credit_balance,
    taken_back,
)
from hub.rules.coding import given_lines, own_lines
from hub.rules.payments.manual import paid_off
from hub.rules.receivables import OWN_CONTRA
from hub.services.books.finding import Ledger, find
from hub.services.books.posting import post_changes, record, rematch_reopened, transaction_date
from hub.services.ports import JsonObject, UnitOfWork

CREDITS, WRITE_OFFS = "credits", "write_offs"  # voucher types


def credit_receivable(work: UnitOfWork, tenant: Tenant, command: CreditReceivable) -> JsonObject:
    """Credit a receivable in whole or in part: a part lowers the principal, the whole its fees and interest too.

    Raises:
        DataError: the coding does not add up to the amount.
        RuleViolation: the balance would go below zero and the command does not allow it, or the coding names an account
            that the hub alone books on.
    """
    ledger = find(work, tenant, command.receivable)
    if ledger.row.kind == ReceivableKind.CREDIT_NOTE:
        raise RuleViolation("a credit note is cancelled, or sent again as a new version; it cannot be credited")
    on = transaction_date(work, command.transaction_date)
    amounts = _all_open(ledger) if command.amount_ore is None else OpenAmounts(command.amount_ore, 0, 0)
    lines = _given(ledger, command, amounts)
    changes, lines = _take_back(ledger, amounts, Cause.CREDITED, lines)
    refuse_credit_balance(
        ledger.open.principal_ore,
        ledger.open.principal_ore - amounts.principal_ore,
        is_allowed=command.allow_credit_balance,
    )
    result = post_changes(
        work, tenant, ledger, changes, voucher_type=CREDITS, on=on, lines=lines, remark=command.remark
    )
    credited_ore = -sum(change.amount_ore for change in changes)
    record(work, "receivable_credited", command, ledger, amount_ore=credited_ore, remark=command.remark, **result)
    return {**result, "credited_ore": credited_ore}


def _given(ledger: Ledger, command: CreditReceivable, amounts: OpenAmounts) -> list[VoucherLine] | None:
    if not command.coding:
        return None
    return given_lines(ledger.company, command.coding, amounts.principal_ore, is_debit=False)


def _all_open(ledger: Ledger) -> OpenAmounts:
    """Return what is open, if anything is; an overpaid bucket has nothing left to credit."""
    if ledger.open.total_ore <= 0:
        raise RuleViolation("nothing is open on the receivable: give an amount, and allow_credit_balance")
    return OpenAmounts(*(max(0, amount_ore) for amount_ore in ledger.open))


def cancel_receivable(work: UnitOfWork, tenant: Tenant, command: CancelReceivable) -> JsonObject:
    """Annul a receivable: all that was debited and not yet taken back is taken back, the fees and interest too.

    Raises:
        RuleViolation: there is nothing to cancel, or money has been paid on it and the command does not allow that.
    """
    ledger = find(work, tenant, command.receivable)
    amounts = charged(ledger.entries)
    changes, lines = _take_back(ledger, amounts, Cause.CANCELLED, None)
    if not changes:
        raise RuleViolation("there is nothing to cancel: all that was debited has been taken back")
    changes += reallocated(ledger.open, changes, ledger.entries)
    after_ore = after_changes(ledger.open, changes).total_ore
    if after_ore and not command.allow_credit_balance:
        raise RuleViolation(
            f"{format_kronor(-after_ore)} has been paid: move the money first, or say allow_credit_balance"
        )
    result = post_changes(
        work, tenant, ledger, changes, voucher_type=CREDITS, on=work.today, lines=lines, remark=command.remark
    )
    if after_ore > ledger.open.total_ore:
        rematch_reopened(work, tenant, command.key, [ledger.row.receivable_id])
    cancelled_ore = -sum(change.amount_ore for change in changes)
    record(work, "receivable_cancelled", command, ledger, amount_ore=cancelled_ore, remark=command.remark, **result)
    return {**result, "cancelled_ore": cancelled_ore}


def _take_back(
    ledger: Ledger, amounts: OpenAmounts, cause: Cause, lines: list[VoucherLine] | None
) -> tuple[list[Change], list[VoucherLine]]:
    """Take amounts back from the accounts they went to: the coding given, the receivable's own, or the settings'."""
    if lines is None:
        lines = own_lines(ledger.receivable.coding, -amounts.principal_ore)
    contra = Contra.CODED if lines else OWN_CONTRA.get(ReceivableKind(ledger.row.kind), Contra.REVENUE)
    return taken_back(amounts, ledger.standing, cause=cause, principal_contra=contra), lines


def write_off_receivable(work: UnitOfWork, tenant: Tenant, command: WriteOffReceivable) -> JsonObject:
    """Write off a receivable with a reason; without an amount all that is open, a credit balance too.

    Raises:
        RuleViolation: nothing is open, or less than the amount.
    """
    ledger = find(work, tenant, command.receivable)
    open_ore = ledger.open.total_ore
    if not open_ore:
        raise RuleViolation("nothing is open on the receivable: there is nothing to write off")
    amount_ore = open_ore if command.amount_ore is None else command.amount_ore
    if command.amount_ore is not None and amount_ore > open_ore:
        raise RuleViolation(f"{format_kronor(open_ore)} is open: no more can be written off")
    rule = f"reason:{command.reason_code}"
    changes = _everything(ledger) if amount_ore == open_ore else _paid_off(ledger, amount_ore)
    result = post_changes(
        work, tenant, ledger, changes, voucher_type=WRITE_OFFS, on=work.today, rule=rule, remark=command.remark
    )
    if amount_ore < 0:
        rematch_reopened(work, tenant, command.key, [ledger.row.receivable_id])
    record(
        work,
        "receivable_written_off",
        command,
        ledger,
        amount_ore=amount_ore,
        reason_code=command.reason_code,
        remark=command.remark,
        **result,
    )
    return {**result, "written_off_ore": amount_ore}


def _paid_off(ledger: Ledger, amount_ore: int) -> list[Change]:
    return paid_off(ledger.row, amount_ore, Cause.WRITTEN_OFF, Contra.WRITE_OFF)


def _everything(ledger: Ledger) -> list[Change]:
    buckets = zip(("principal", "fee", "interest"), ledger.open, strict=True)
    return [
        Change(bucket, -amount_ore, Cause.WRITTEN_OFF, Contra.WRITE_OFF) for bucket, amount_ore in buckets if amount_ore
    ]
