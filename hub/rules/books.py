"""Double entry: which accounts a posting hits, and that a voucher balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from hub.errors import LedgerError
from hub.model.books import DEBT_BUCKETS, Bucket, Contra, PostingSum, VoucherKey, VoucherLine


class Chart(Protocol):
    """The tenant's accounts, as its settings give them."""

    def receivable(self, group_no: int, company: str) -> str:
        """Receivables account of a posting group."""
        ...

    def suspense(self, company: str) -> str:
        """Suspense account (*observationskonto*)."""
        ...

    def contra(self, role: str, *, company: str, account_no: int, group_no: int) -> str:
        """Account for a contra role; a role that is an account number stands for itself."""
        ...


def voucher_lines(
    sums: Iterable[PostingSum],
    chart: Chart,
    coded: Mapping[VoucherKey, Iterable[VoucherLine]],
) -> dict[VoucherKey, tuple[VoucherLine, ...]]:
    """Make the balanced lines of each voucher from the sums of its postings.

    `coded` gives the lines that stand for contra role `coded`. Lines come in account order; an account whose debits and
    credits cancel out is left out. Postings with contra role none make no voucher.

    Raises:
        LedgerError: the lines of a voucher do not sum to zero.
    """
    totals: dict[VoucherKey, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for item in sums:
        if item.contra != Contra.NONE:
            for account, amount_ore in _both_sides(item, chart):
                totals[item.key][account, ""] += amount_ore
    for key, lines in coded.items():
        for line in lines:
            totals[key][line.account, line.coding] += line.amount_ore
    return {key: _balanced(key, by_account) for key, by_account in totals.items()}


def _both_sides(item: PostingSum, chart: Chart) -> Iterable[tuple[str, int]]:
    debit_ore = item.amount_ore if item.bucket in DEBT_BUCKETS else -item.amount_ore
    yield _own_account(item, chart), debit_ore
    if item.contra != Contra.CODED:
        contra = chart.contra(item.contra, company=item.key.company, account_no=item.account_no, group_no=item.group_no)
        yield contra, -debit_ore


def _own_account(item: PostingSum, chart: Chart) -> str:
    if item.bucket == Bucket.SUSPENSE:
        return chart.suspense(item.key.company)
    return chart.receivable(item.group_no, item.key.company)


def _balanced(key: VoucherKey, by_account: Mapping[tuple[str, str], int]) -> tuple[VoucherLine, ...]:
    rest_ore = sum(by_account.values())
    if rest_ore:
        raise LedgerError(f"voucher of {key.company} on {key.booked_date} would be out of balance by {rest_ore} öre")
    return tuple(
        VoucherLine(account, amount_ore, coding)
        for (account, coding), amount_ore in sorted(by_account.items())
        if amount_ore
    )
