"""Interest that others collect of their own count: debited on its receivable as it is collected, so that it counts.

One rule for agencies and the authority: what they have collected stands debited like what we debit ourselves, dated the
day that it bears interest to. Whatever charges interest later, be it a letter, an invoice, a plan or a claim, deducts
what stands debited.
"""

from __future__ import annotations

from hub.model.books import Bucket, Contra
from hub.rules.charges import Cause, Change


def debit_of(amount_ore: int, until: str) -> Change:
    """Return the debit of interest in öre that others have collected up to and with a day; below zero: taken back."""
    return Change(Bucket.INTEREST, amount_ore, Cause.COLLECTED_INTEREST_DEBITED, Contra.INTEREST, paid_on=until)
