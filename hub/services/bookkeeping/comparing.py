"""Comparing the subledger (*reskontra*), our vouchers and the general ledger (*huvudbok*), per account and month."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.errors import DataError
from hub.model.account_roles import Role
from hub.model.bookkeeping import Month
from hub.model.company import Company
from hub.model.tenant import Tenant
from hub.rules.bookkeeping.comparing import AccountComparison, compared_accounts, explained
from hub.services.chart import TenantChart, chart_of
from hub.services.ports import UnitOfWork

MOST_OPENINGS = 20
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def checked_month(text: str) -> str:
    """Return a month written as 2026-11. Raises DataError."""
    if not _MONTH.fullmatch(text):
        raise DataError("a period is a month, written as 2026-11")
    return text


def compare(work: UnitOfWork, tenant: Tenant, company: Company, month: str) -> Iterator[AccountComparison]:
    """Yield each compared account of a company in a month, in the order of the accounts."""
    of, chart = Month(company.number, checked_month(month)), chart_of(work, tenant)
    subledger = _Subledger(work, of, company, chart)
    file = work.comparing.file_of(of)
    for account, strings in compared_accounts(company).items():
        in_month, in_all, opening_ore, groups = subledger.of(strings)
        vouchers_ore, vouchers_balance_ore = work.comparing.vouchers(of, strings)
        ledger = work.comparing.ledger(of, file, account) if file else (None, None)
        yield AccountComparison(
            company=company.number,
            account=account,
            month=month,
            subledger_ore=in_month,
            opening_ore=opening_ore,
            vouchers_ore=vouchers_ore,
            ledger_ore=ledger[0],
            subledger_balance_ore=in_all,
            vouchers_balance_ore=vouchers_balance_ore,
            ledger_balance_ore=ledger[1],
            ledger_until=file.until if file else "",
            explanations=explained(work.comparing.differing(of, file, account, strings)) if file else [],
            openings=work.comparing.taken_over(of, groups, MOST_OPENINGS) if opening_ore else [],
        )


class _Subledger:
    """The subledger's sums of a month by account string, read once for all accounts."""

    def __init__(self, work: UnitOfWork, of: Month, company: Company, chart: TenantChart) -> None:
        self._suspense = work.comparing.suspense(of)
        self._suspense_account = company.accounts.suspense
        self._entries = [
            (chart.receivable(group_no, company.number), group_no, is_opening, month_ore, all_ore)
            for group_no, is_opening, month_ore, all_ore in work.comparing.entries(of)
        ]

    def of(self, strings: dict[str, Role]) -> tuple[int | None, int | None, int, set[int]]:
        """Return the sum in the month and up to its end, what of it was taken over, and the groups of that.

        The sums are None for an account that has no subledger.
        """
        if not {Role.RECEIVABLE, Role.SUSPENSE}.intersection(strings.values()):
            return None, None, 0, set()
        own = [row for row in self._entries if row[0] in strings]
        openings = [row for row in own if row[2]]
        suspense = self._suspense if self._suspense_account in strings else (0, 0)
        in_month = sum(row[3] for row in own) + suspense[0]
        in_all = sum(row[4] for row in own) + suspense[1]
        return in_month, in_all, sum(row[3] for row in openings), {row[1] for row in openings}
