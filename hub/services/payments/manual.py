"""Payments registered by hand, or reported by the core ledger, with a payment-method code (*inbetalningssätt*).

What a code says is kept with the entry: the rule is `method:<code>`, and the event holds its text, whether it bears
interest, the remark, and who registered it. Four dates stand apart: registered (the event's), transaction, booked, due.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.account_roles import Role
from hub.model.books import VoucherLine
from hub.model.commands import RegisterPayment, ReportOwnPayment
from hub.model.company import Company
from hub.model.payment_method import Lowers, PaymentEffect, PaymentMethod
from hub.model.tenant import Tenant
from hub.rules.charges import Cause, Change, after_changes, refuse_credit_balance
from hub.rules.coding import given_lines
from hub.rules.payments.manual import contra_of, row_changes
from hub.services.books.finding import Ledger, find
from hub.services.books.posting import post_changes, record, rematch_reopened, transaction_date
from hub.services.ports import JsonObject, UnitOfWork

VOUCHER_TYPE = "manual_payments"


def report_own_payment(work: UnitOfWork, tenant: Tenant, command: ReportOwnPayment) -> JsonObject:
    """Take in that the core ledger got money itself.

    Raises:
        DataError: the company has no such code, or the coding is not as the code says.
        RuleViolation: the code does not lower the balance, or more is reported than is open.
    """
    ledger = find(work, tenant, command.receivable)
    method = find_method(ledger.company, command.method)
    if method.effect is not PaymentEffect.CREDIT or method.lowers is not Lowers.NONE:
        raise RuleViolation(f"payment method {method.code} is no payment: use a code that lowers the whole balance")
    return _register(work, tenant, command, ledger, method, Cause.OWN_PAYMENT)


def register_payment(work: UnitOfWork, tenant: Tenant, command: RegisterPayment) -> JsonObject:
    """Register a row by hand: it lowers the balance, raises it, lowers a debited fee or interest, or leaves a remark.

    Raises:
        DataError: the company has no such code, or amount or coding are not as the code says.
        RuleViolation: more is lowered than stands debited, or than is open.
    """
    ledger = find(work, tenant, command.receivable)
    method = find_method(ledger.company, command.method)
    return _register(work, tenant, command, ledger, method, Cause.MANUAL_PAYMENT)


def find_method(company: Company, code: str) -> PaymentMethod:
    """Return a company's payment method. Raises DataError when it has none with this code."""
    method = company.payment_method(code)
    if method is None:
        known = ", ".join(method.code for method in company.payment_methods) or "none"
        raise DataError(f"company {company.number} has no payment method {code}; it has: {known}")
    return method


def _register(
    work: UnitOfWork,
    tenant: Tenant,
    command: RegisterPayment | ReportOwnPayment,
    ledger: Ledger,
    method: PaymentMethod,
    cause: Cause,
) -> JsonObject:
    on = transaction_date(work, command.transaction_date)
    contra = contra_of(method, has_coding=bool(command.coding))
    standing, entries = (ledger.standing, ledger.entries) if method.lowers is not Lowers.NONE else ({}, [])
    changes = row_changes(method, ledger.row, command.amount_ore, standing, contra=contra, cause=cause, entries=entries)
    after_ore = after_changes(ledger.open, changes).total_ore
    refuse_credit_balance(ledger.open.total_ore, after_ore, is_allowed=command.allow_credit_balance)
    result = post_changes(
        work,
        tenant,
        ledger,
        changes,
        voucher_type=VOUCHER_TYPE,
        on=on,
        rule=f"method:{method.code}",
        lines=_voucher_lines(command, ledger.company, method),
        remark=command.remark,
    )
    if after_ore > ledger.open.total_ore:
        rematch_reopened(work, tenant, command.key, [ledger.row.receivable_id])
    _record(work, command, ledger, method, changes, on)
    return {**result, "registered_ore": command.amount_ore or 0}


def _voucher_lines(
    command: RegisterPayment | ReportOwnPayment, company: Company, method: PaymentMethod
) -> list[VoucherLine]:
    if not command.coding:
        return []
    is_debit = method.effect is PaymentEffect.DEBIT
    lines = given_lines(company, command.coding, command.amount_ore or 0, is_debit=is_debit, role=Role.BY_HAND)
    return lines if method.gives_voucher else []


def _record(
    work: UnitOfWork,
    command: RegisterPayment | ReportOwnPayment,
    ledger: Ledger,
    method: PaymentMethod,
    changes: Sequence[Change],
    on: str,
) -> None:
    record(
        work,
        "payment_registered" if method.effect is not PaymentEffect.TEXT_ONLY else "remark_registered",
        command,
        ledger,
        method=method.code,
        text=method.text,
        amount_ore=sum(change.amount_ore for change in changes),
        bears_interest=method.bears_interest,
        is_booked=method.gives_voucher,
        transaction_date=on,
        registered_at=work.now,
        remark=command.remark,
        coding=[line.model_dump() for line in command.coding],
    )
