"""Money that the authority pays out itself: it knows of it, so nobody is asked to tell it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hub.model.books import Bucket, OpenAmounts
from hub.model.orders_to_pay import OrderClaim, PaidOnOrder
from hub.model.payee_account import account_digits
from hub.model.receivables import ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.paid_out import known_after
from hub.services.ports import UnitOfWork

CLAIM = "orders to pay"  # whoever moves applications goes one after the other
CURSOR = "orders_to_pay_paid_out"


def heed_payouts(work: UnitOfWork, tenant: Tenant) -> None:
    """Let what came from the authority's own accounts since the last time be known to it; the caller holds CLAIM."""
    latest = work.events.latest()
    theirs = {company.number: _digits(company.orders_to_pay.giro_numbers) for company in tenant.companies}
    if any(theirs.values()):
        found = work.orders_to_pay.paid_on(after=work.events.heard_by(CURSOR), until=latest)
        own = [one for one in found if account_digits(one.payer_account) in theirs.get(one.company, ())]
        for order_no, paid in groupby(own, key=lambda one: one.order_no):
            _note(work, order_no, list(paid))
    work.events.note_heard(CURSOR, latest)


def _digits(accounts: Sequence[str]) -> frozenset[str]:
    return frozenset(account_digits(one) for one in accounts)


def _note(work: UnitOfWork, order_no: int, paid: Sequence[PaidOnOrder]) -> None:
    order = work.orders_to_pay.get(order_no, to_change=True)
    assert order is not None
    claims = work.orders_to_pay.claims(order_no)
    known = [_known(work, claim, [one for one in paid if one.claim_no == claim.claim_no]) for claim in claims]
    work.orders_to_pay.change_claims(order_no, known)
    amount_ore = -sum(one.amount_ore for one in paid)
    work.events.record("order_to_pay_paid_out", order_no=order_no, company=order.company, amount_ore=amount_ore)


def _known(work: UnitOfWork, claim: OrderClaim, paid: Sequence[PaidOnOrder]) -> OrderClaim:
    if not paid:
        return claim
    (row,) = work.receivables.find(receivable_id=claim.receivable_id)
    sums = OpenAmounts(
        *(-sum(one.amount_ore for one in paid if one.bucket == bucket) for bucket in _BUCKETS),
    )
    now = OpenAmounts(row.principal_ore, row.fee_ore, row.interest_ore)
    if row.kind == ReceivableKind.FEE_INVOICE and not claim.principal_ore:  # told as costs
        sums, now = _as_costs(sums), _as_costs(now)
    return known_after(claim, sums, now)


_BUCKETS = (Bucket.PRINCIPAL, Bucket.FEE, Bucket.INTEREST)


def _as_costs(amounts: OpenAmounts) -> OpenAmounts:
    return OpenAmounts(0, amounts.principal_ore + amounts.fee_ore, amounts.interest_ore)
