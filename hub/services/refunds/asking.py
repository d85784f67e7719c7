"""Asking for a refund by command: of suspended money, or of a credit balance."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.company import Company
from hub.model.refund_commands import RequestRefund
from hub.model.refunds import NewRefund, Refundable, RefundSource
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.refunds.accounts import payers_account, town_of
from hub.rules.refunds.deciding import approvals_needed, state_when_asked
from hub.services.books.finding import find, find_company
from hub.services.ports import JsonObject, UnitOfWork


def request_refund(work: UnitOfWork, tenant: Tenant, command: RequestRefund) -> JsonObject:
    """Write a refund down that somebody asks for; nothing is booked before it is ordered.

    Raises:
        DataError: there is no such payment or receivable.
        RuleViolation: its company is paid for by the core ledger, nothing or not so much is left to pay back, or nobody
            knows where to.
    """
    one = _refundable(work, tenant, command)
    company = find_company(tenant, one.company)
    if not company.refunds.is_paid_here:
        raise RuleViolation(
            f"company {company.number} pays no refunds from here: give refunds.writer in its settings, or pay it "
            "yourself and say so: hub payments refund"
        )
    if one.currency != company.currency:
        raise RuleViolation(
            f"the money is in {one.currency} and company {company.number} pays in {company.currency}: pay it from the "
            "internet bank, and say so: hub payments write-off"
        )
    amount_ore = _amount(work, one, command.amount_ore)
    new = _new(one, company, command, amount_ore)
    [number] = work.refunds.add([new], company.refunds.id_prefix)
    tell_asked(work, {number: new}, command_key=command.key, remark=command.remark)
    return {"refund_no": number, "state": new.state, "amount_ore": amount_ore, "approvals_needed": new.approvals_needed}


def _refundable(work: UnitOfWork, tenant: Tenant, command: RequestRefund) -> Refundable:
    if command.payment_id is not None:
        work.queue.lock([command.payment_id])
        source, number, hint = RefundSource.PAYMENT, command.payment_id, "hub payments show"
    else:
        assert command.receivable is not None  # the command has one of them
        number = find(work, tenant, command.receivable).row.receivable_id
        source, hint = RefundSource.RECEIVABLE, "hub receivables show"
    found = work.refunds.refundable_of(source, [number])
    if not found:
        lacks = "has nothing in the suspense account" if command.payment_id else "has no credit balance"
        raise RuleViolation(f"{source} {number} {lacks}: nothing can be paid back; see: {hint}")
    return found[0]


def _amount(work: UnitOfWork, one: Refundable, wanted_ore: int | None) -> int:
    """Return how much is to be paid back, of what other refunds have not set aside."""
    free_ore = one.amount_ore - work.refunds.set_aside(RefundSource(one.source), one.source_no)
    amount_ore = free_ore if wanted_ore is None else wanted_ore
    if amount_ore <= 0 or amount_ore > free_ore:
        raise RuleViolation(
            f"{format_kronor(free_ore)} is left to pay back when the refunds that are asked for are set aside: "
            "no more can be"
        )
    return amount_ore


def _new(one: Refundable, company: Company, command: RequestRefund, amount_ore: int) -> NewRefund:
    account = command.payee_account or payers_account(one.payer_account, one.payer_family)
    if not account:
        raise RuleViolation(
            "no file says without doubt which account the money came from: ask the payer, and give payee_account, such "
            "as bankgiro:991-2346, bban:9150-1234567 or an IBAN"
        )
    name = command.payee_name or one.payer_name
    if not name.strip():
        raise RuleViolation("no file says who is to be paid: give payee_name")
    town = command.payee_town or town_of(one.payer_address)
    text = command.text or company.refunds.text
    return new_refund(
        one, company, amount_ore, account, command.user, name=name, town=town, reference=command.reference, text=text
    )


def new_refund(
    one: Refundable,
    company: Company,
    amount_ore: int,
    account: str,
    user: str,
    *,
    name: str = "",
    town: str = "",
    reference: str = "",
    text: str = "",
    run_no: int = 0,
) -> NewRefund:
    """Return what is written of a refund; what is not given is the payer's or the debtor's own."""
    approvals = approvals_needed(amount_ore, company.refunds)
    is_payment = one.source == RefundSource.PAYMENT
    return NewRefund(
        company=one.company,
        source=one.source,
        payment_id=one.source_no if is_payment else 0,
        receivable_id=0 if is_payment else one.source_no,
        group_no=one.group_no,
        account_no=one.account_no,
        amount_ore=amount_ore,
        currency=one.currency,
        payee_account=account,
        payee_name=name or one.payer_name,
        payee_town=town or town_of(one.payer_address),
        reference=reference,
        text=text or company.refunds.text,
        state=state_when_asked(approvals),
        asked_by=user,
        run_no=run_no,
        approvals_needed=approvals,
    )


def tell_asked(work: UnitOfWork, refunds: dict[int, NewRefund], **more: object) -> None:
    """Tell the feed of refunds that are asked for."""
    for number, one in refunds.items():
        work.events.record(
            "refund_asked",
            refund_no=number,
            company=one.company,
            payment_id=one.payment_id or None,
            receivable_id=one.receivable_id or None,
            amount_ore=one.amount_ore,
            currency=one.currency,
            state=one.state,
            asked_by=one.asked_by,
            **more,
        )


def find_refund_company(tenant: Tenant, number: str) -> Company:
    """Return the company of a refund. Raises DataError when the settings have it no longer."""
    found = tenant.company(number)
    if found is None:
        raise DataError(f"there is no company {number} in the settings: put its table back")
    return found
