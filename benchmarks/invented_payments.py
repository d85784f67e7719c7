"""Payments that never happened: the same N facts for every format, for the receivables they pay, and for every run.

Nothing here is random: payment `k` pays receivable `(k * stride + start) mod N`, so that payments come in another order
than receivables lie in, as they do at a bank, without a list of a million numbers in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import NamedTuple

from hub.identifiers.ocr_reference import with_length_and_check_digit

BANKGIRO = "9912346"  # the check digit is right; the number is the one Bankgirot's own examples use
PER_SECTION = 10_000  # payments of one BgMax section, details of one camt entry
BOOKED = "2026-11-20"
FIRST_OPEN = 10_000_000  # eight digits, then the length digit and the check digit
FIRST_UNKNOWN = 50_000_000
STRANGERS = 10_000_000  # payers from here on are no debtors
_GOLDEN = 0.6180339887498949  # a stride of this share of N spreads neighbours far apart


class InventedPayment(NamedTuple):
    """One payment: `number` counts from 0 in file order, `receivable` is the index of what it pays."""

    number: int
    receivable: int
    amount_ore: int
    reference: str
    identity: str  # the payer's organisation number


def ocr(serial: int) -> str:
    """Return an OCR number of ten digits: eight of its own, length digit 0, check digit."""
    return with_length_and_check_digit(f"{serial:08}")


def amount_of(receivable: int) -> int:
    """Return what a receivable is about, in öre."""
    return 10_000 + receivable * 37 % 500_000


def invented_payments(count: int, *, matching: bool = True) -> Iterator[InventedPayment]:
    """Yield payments that settle `count` receivables one by one; else references and payers are unknown."""
    stride = max(1, int(count * _GOLDEN))
    while gcd(stride, count) != 1:
        stride += 1
    first, first_payer = (FIRST_OPEN, 0) if matching else (FIRST_UNKNOWN, STRANGERS)
    for number in range(count):
        receivable = (number * stride + 17) % count
        payer = invented_identity(first_payer + receivable)
        yield InventedPayment(number, receivable, amount_of(receivable), ocr(first + receivable), payer)


def invented_name(receivable: int) -> str:
    """Return a payer's name; some hold Swedish letters, some fill the field."""
    return ("Testföretaget Åkeri", "Provaren AB", "Exempelbostäder i Norr ek. förening")[receivable % 3]


def invented_identity(payer: int) -> str:
    """Return a fictitious organisation number of ten digits."""
    return f"{5_560_000_000 + payer:010}"
