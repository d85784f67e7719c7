"""What counts as a payment in a payment list (*betalningslista*), and where it came from."""

from __future__ import annotations

from hub.rules.charges import Cause
from hub.rules.receivables import Cause as InvoiceCause

NO_MONEY = frozenset(
    {
        "difference_written_off",
        "difference_carried",
        "printed_fee_debited",
        "printed_interest_debited",
        InvoiceCause.MOVED_TO_NEW_VERSION,
    }
)
"""Entries that name a payment and are none: what was done beside it, and what a new version took over."""

BY_CORE_LEDGER = Cause.OWN_PAYMENT
