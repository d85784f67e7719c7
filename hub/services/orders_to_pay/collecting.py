"""Interest that the authority reports as collected: shared out over the receivables of the case, and debited on each.

The money comes as any payment does, before the report or after it, and pays what is debited. What came before it, and
stands as paid too much, pays it at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hub.model.orders_to_pay import OrderClaim
from hub.model.tenant import Tenant
from hub.rules.charges import paid_ahead
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.orders_to_pay.interest import collected_shares
from hub.services.books.collected_interest import debit_of
from hub.services.books.finding import Ledger, find_company
from hub.services.books.interest import accrued
from hub.services.books.posting import change_posting, rematch_reopened
from hub.services.chart import chart_of
from hub.services.orders_to_pay.looking import source_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "dunning"  # fees and interest are debited under one type, whatever debits them


def share_out(
    work: UnitOfWork, tenant: Tenant, order_no: int, collected_ore: int, until: str, rates: ReferenceRates
) -> Mapping[int, int]:
    """Return what of collected interest in öre is of each receivable of a case, locked; nothing where none was.

    Raises:
        RuleViolation: a reference rate that is needed is not known.
    """
    if not collected_ore:
        return {}
    numbers = [claim.receivable_id for claim in work.orders_to_pay.claims(order_no)]
    work.receivables.lock(sorted(numbers))
    last_day = date.fromisoformat(until)
    found = accrued(work, tenant, numbers, last_day, rates, without_holds_of=source_of(order_no))
    shares = collected_shares(collected_ore, [found[number].left_ore for number in numbers])
    return {number: share_ore for number, share_ore in zip(numbers, shares, strict=True) if share_ore}


def debit_collected(
    work: UnitOfWork, tenant: Tenant, claims: Sequence[OrderClaim], shares: Mapping[int, int], until: str, source: str
) -> None:
    """Debit shares of collected interest, and let what waits or was paid too much pay them."""
    postings = []
    for claim in claims:
        share_ore = shares.get(claim.receivable_id, 0)
        if share_ore:
            (row,) = work.receivables.find(receivable_id=claim.receivable_id)
            ledger = Ledger(work, find_company(tenant, claim.company), row)
            changes = [debit_of(share_ore, until), *paid_ahead(ledger.open, share_ore, ledger.entries)]
            postings += [change_posting(row, change, work.today, rule=source) for change in changes]
    if postings:
        work.books.add(postings)
        work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
        rematch_reopened(work, tenant, f"{source}:{until}", sorted(shares))
