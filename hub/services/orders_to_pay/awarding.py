"""Costs that a decision awards become entries, where the settings say so."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import RuleViolation
from hub.model.books import Bucket, Contra
from hub.model.orders_to_pay import OrderClaim, OrderToPay
from hub.model.tenant import Tenant
from hub.rules.charges import Cause, Change
from hub.services.books.finding import find_company
from hub.services.books.posting import change_posting
from hub.services.chart import chart_of
from hub.services.orders_to_pay.looking import source_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "court_costs"


def book_awarded(
    work: UnitOfWork, tenant: Tenant, order: OrderToPay, claims: Sequence[OrderClaim], exchange_no: int
) -> None:
    """Debit awarded costs to the receivable that is due first, by a fee with a kind of its own."""
    if not order.awarded_ore or not find_company(tenant, order.company).orders_to_pay.books_costs:
        return
    first = claims[0].receivable_id
    work.receivables.lock([first])
    (row,) = work.receivables.find(receivable_id=first)
    change = Change(Bucket.FEE, order.awarded_ore, Cause.COURT_COSTS_DEBITED, Contra.COURT_COSTS)
    posting = change_posting(row, change, work.today, on=order.decided_on, rule=source_of(order.order_no))
    work.books.add([posting._replace(exchange_no=exchange_no or None)])
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, exchange_no=exchange_no or None)
    _note_debited(work, order.order_no, order.awarded_ore)


def lower_awarded(work: UnitOfWork, tenant: Tenant, order: OrderToPay, claims: Sequence[OrderClaim]) -> None:
    """Take debited costs back by an entry of their own, of receivables that are locked.

    Raises:
        RuleViolation: some of them have been paid.
    """
    first, source = claims[0].receivable_id, source_of(order.order_no)
    debited_ore = sum(
        entry.amount_ore
        for entry in work.dunning.entries_of([first]).get(first, ())
        if entry.rule == source and entry.cause in (Cause.COURT_COSTS_DEBITED, Cause.COURT_COSTS_LOWERED)
    )
    (row,) = work.receivables.find(receivable_id=first)
    if row.fee_ore < debited_ore:
        raise RuleViolation(
            f"costs that the decision awarded have been paid on {row.number}: move or refund that money first, hub "
            "payments move"
        )
    if debited_ore:
        change = Change(Bucket.FEE, -debited_ore, Cause.COURT_COSTS_LOWERED, Contra.COURT_COSTS)
        work.books.add([change_posting(row, change, work.today, rule=source)])
        work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
        _note_debited(work, order.order_no, 0)


def _note_debited(work: UnitOfWork, order_no: int, costs_ore: int) -> None:
    """Let what stands debited of awarded costs be known to the authority, which awarded them."""
    first, *others = work.orders_to_pay.claims(order_no)
    known = first._replace(costs_ore=costs_ore, told_costs_ore=costs_ore, before_costs_ore=0)
    work.orders_to_pay.change_claims(order_no, [known, *others])
