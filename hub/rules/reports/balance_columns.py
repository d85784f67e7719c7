"""Which column of an open balance list (*saldolista*) an entry stands in: invoiced + added + paid = balance.

- invoiced: what the invoice, credit note or opening balance said, less what a new version credited of it;
- added: fees and interest that were debited, less those taken back, and rows that a person debited;
- paid, with its sign: money, credits and write-offs, and those taken back.

An entry that takes another back stands in that one's column. The database sums by the same names: `store.reports`.
"""

from __future__ import annotations

from enum import StrEnum

from hub.model.books import Bucket
from hub.rules.charges import Cause
from hub.rules.receivables import Cause as InvoiceCause

INVOICED_BY = frozenset(
    {
        InvoiceCause.INVOICED,
        InvoiceCause.CREDIT_NOTE,
        InvoiceCause.OPENING_BALANCE,
        InvoiceCause.CREDITED_BY_NEW_VERSION,
    }
)
ADDED_BY = frozenset(
    {
        Cause.REMINDER_FEE_DEBITED,
        Cause.DEMAND_FEE_DEBITED,
        Cause.COMPENSATION_DEBITED,
        Cause.INTEREST_DEBITED,
        Cause.REMINDER_FEE_LOWERED,
        Cause.DEMAND_FEE_LOWERED,
        Cause.COMPENSATION_LOWERED,
        Cause.INTEREST_LOWERED,
        Cause.COLLECTED_INTEREST_DEBITED,
        Cause.PLAN_FEE_DEBITED,
        Cause.NOTICE_FEE_DEBITED,
        Cause.PLAN_FEE_LOWERED,
        Cause.COURT_COSTS_DEBITED,
        Cause.COURT_COSTS_LOWERED,
        Cause.MANUAL_DEBIT,
        "printed_fee_debited",
        "printed_interest_debited",
    }
)
MOVED = InvoiceCause.MOVED_TO_NEW_VERSION


class BalanceColumn(StrEnum):
    INVOICED = "invoiced"
    ADDED = "added"
    PAID = "paid"


def column_of(cause: str, bucket: str, *, payment_id: int | None = None, takes_back: str = "") -> BalanceColumn:
    """Return the column of an entry; `takes_back` is the cause of the entry that it reverses, if it does.

    What a new version takes over of fees and interest was added, all else paid.
    """
    meant = takes_back or cause
    if meant in INVOICED_BY:
        return BalanceColumn.INVOICED
    is_moved_charge = meant == MOVED and bucket != Bucket.PRINCIPAL and payment_id is None
    return BalanceColumn.ADDED if meant in ADDED_BY or is_moved_charge else BalanceColumn.PAID
