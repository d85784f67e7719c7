"""A file of refunds as a bank's writer is given it: the same again, however often it is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hub.banking_calendar import add_banking_days, is_banking_day, swedish_time
from hub.contracts import PaymentOrderWriter
from hub.errors import DataError
from hub.model.company import Company
from hub.model.payment_orders import OrderBatch, PaymentOrder
from hub.model.refunds import Refund, RefundOrder
from hub.rules.refunds.accounts import order_account
from hub.services.ports import UnitOfWork


def new_order(work: UnitOfWork, company: Company, refunds: Sequence[Refund]) -> RefundOrder:
    """Return a file that is about to be made; its exchange is not known yet."""
    settings = company.refunds
    assert settings.charged is not None  # the settings say so of every company with a writer
    number = work.refunds.next_order()
    return RefundOrder(
        order_no=number,
        company=company.number,
        writer=settings.writer,
        message_id=f"{settings.id_prefix}{company.number}-{work.today[2:].replace('-', '')}-{number}",
        exchange_no=0,
        name=company.name,
        organisation_number="".join(filter(str.isdigit, company.organisation_number)),
        currency=company.currency,
        made_at=swedish_time(datetime.fromisoformat(work.now)).isoformat(timespec="seconds"),
        pay_on=pay_day(date.fromisoformat(work.today), settings.banking_days_ahead).isoformat(),
        charged=":".join(settings.charged.key),
        drawn_on=settings.drawn_on.number if settings.drawn_on is not None else "",
        refunds=len(refunds),
        amount_ore=sum(one.amount_ore for one in refunds),
        answer="",
    )


def pay_day(today: date, banking_days_ahead: int) -> date:
    """Return the day that the bank is asked to pay: a banking day, today at the earliest."""
    if banking_days_ahead:
        return add_banking_days(today, banking_days_ahead)
    return today if is_banking_day(today) else add_banking_days(today, 1)


def batch_of(order: RefundOrder, refunds: Sequence[Refund]) -> OrderBatch:
    """Return what a writer is given of a file."""
    return OrderBatch(
        message_id=order.message_id,
        company=order.company,
        name=order.name,
        organisation_number=order.organisation_number,
        currency=order.currency,
        made_at=order.made_at,
        pay_on=order.pay_on,
        debtor=order_account(order.charged),
        debtor_giro=order_account(f"bankgiro:{order.drawn_on}") if order.drawn_on else None,
        orders=tuple(payment_order(one) for one in refunds),
    )


def payment_order(one: Refund) -> PaymentOrder:
    """Return a refund as the bank is asked to pay it."""
    return PaymentOrder(
        end_to_end_id=one.end_to_end_id,
        amount_ore=one.amount_ore,
        payee=order_account(one.payee_account),
        payee_name=one.payee_name,
        payee_town=one.payee_town,
        reference=one.reference,
        text=one.text,
    )


def made_again(work: UnitOfWork, order: RefundOrder, writer: PaymentOrderWriter) -> bytes:
    """Make the bytes of a file anew from the rows. Raises DataError when its names have been erased."""
    refunds = work.refunds.in_order(order.order_no)
    if not all(one.payee_account for one in refunds):
        raise DataError(f"the payees of file {order.order_no} have been erased: it cannot be made again")
    return writer.write(batch_of(order, refunds))
