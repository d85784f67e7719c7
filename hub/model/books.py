"""Bookkeeping nouns: a posting, a voucher and its lines, what is open on a receivable.

Amounts are whole öre. A *posting* is one movement: it becomes one entry on a receivable, or one movement of the
suspense account (*observationskonto*), and it is balanced by its contra account.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Bucket(StrEnum):
    """Which part of a debt a posting changes; `suspense` is no debt."""

    PRINCIPAL = "principal"
    FEE = "fee"
    INTEREST = "interest"
    SUSPENSE = "suspense"  # money that waits to be placed


DEBT_BUCKETS = (Bucket.PRINCIPAL, Bucket.FEE, Bucket.INTEREST)


class Contra(StrEnum):
    """Roles of contra accounts; a posting may also name an account number itself."""

    NONE = ""  # no voucher: opening balances
    CLEARING = "clearing"  # the payee account's own clearing account
    BANK = "bank"
    SUSPENSE = "suspense"
    WRITE_OFF = "write_off"
    ROUNDING = "rounding"
    CARRIED = "carried"  # differences carried to the debtor's next invoice
    REVENUE = "revenue"
    REMINDER_FEE = "reminder_fee"
    DEMAND_FEE = "demand_fee"
    COMPENSATION = "compensation"  # for late payment (*förseningsersättning*)
    INTEREST = "interest"
    COURT_COSTS = "court_costs"  # awarded by a decision on an order to pay
    CODED = "coded"  # account coding lines given beside the posting
    REFUNDS = "refunds"  # ordered, and not yet gone from the bank
    TRANSFER = "transfer"  # between receivables of one company; its postings sum to zero


class Posting(NamedTuple):
    """One movement.

    For a debt bucket `amount_ore` above zero raises what is owed. For `suspense` above zero is money that came in.
    """

    receivable_id: int  # 0: none
    bucket: str
    amount_ore: int
    group_no: int  # posting group of the receivable, 0: none
    company: str
    payment_id: int | None
    exchange_no: int | None
    section_no: int  # 0: not from a section
    account_no: int  # canonical payee account, 0: none
    currency: str
    transaction_date: str
    booked_date: str
    cause: str
    rule: str = ""
    contra: str = Contra.CLEARING
    settles: int = 0  # 1: the amount is the whole of the bucket and the receivable is settled by it
    reverses_no: int | None = None


class VoucherKey(NamedTuple):
    """Postings that share a voucher within a chunk."""

    section_no: int
    company: str
    currency: str
    booked_date: str


class PostingSum(NamedTuple):
    """Postings of one voucher that hit the same accounts, added up."""

    key: VoucherKey
    bucket: str
    group_no: int
    account_no: int
    contra: str
    amount_ore: int


class VoucherLine(NamedTuple):
    """One account of a voucher; above zero is debit."""

    account: str
    amount_ore: int
    coding: str = ""


class Voucher(NamedTuple):
    """A voucher (*verifikation*) whose lines sum to zero."""

    number: int
    key: VoucherKey
    lines: tuple[VoucherLine, ...]


class PostingGroup(NamedTuple):
    """Receivables that share accounts."""

    group_no: int
    company: str
    routine: str
    kind: str


class OpenAmounts(NamedTuple):
    """What is open on a receivable, by bucket."""

    principal_ore: int
    fee_ore: int
    interest_ore: int

    @property
    def total_ore(self) -> int:
        return self.principal_ore + self.fee_ore + self.interest_ore
