"""The tenant's chart of accounts, as its settings give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.errors import ConfigurationError
from hub.model.books import Contra, PostingGroup
from hub.model.company import Company
from hub.model.payee_account import PayeeAccount
from hub.model.receivables import ReceivableKind
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork


class TenantChart:
    """Finds the ledger account for each role of a posting; see `rules.books.Chart`."""

    def __init__(self, tenant: Tenant, groups: Sequence[PostingGroup], account_numbers: Mapping[str, int]) -> None:
        self._companies = {company.number: company for company in tenant.companies}
        self._groups = {group.group_no: group for group in groups}
        self._payee_accounts: dict[int, PayeeAccount] = {}
        for company in tenant.companies:
            for account in company.payee_accounts:
                number = account_numbers.get(canonical_key(account))
                if number is not None:
                    self._payee_accounts[number] = account

    def receivable(self, group_no: int, company: str) -> str:
        """Receivables account of a posting group."""
        group = self._groups[group_no]
        owner = self._company(company)
        if group.kind == ReceivableKind.INTERNAL and owner.accounts.internal_receivable:
            return owner.accounts.internal_receivable
        return owner.receivable_account(group.routine)

    def suspense(self, company: str) -> str:
        """Suspense account (*observationskonto*)."""
        return self._company(company).accounts.suspense

    def contra(self, role: str, *, company: str, account_no: int, group_no: int) -> str:
        """Account for a contra role; a role that is an account number stands for itself.

        A payee account that the settings have no longer is booked on the company's own accounts.
        """
        owner = self._company(company)
        payee_account = self._payee_accounts.get(account_no)
        if role == Contra.CLEARING:
            return owner.clearing_account(payee_account)
        if role == Contra.BANK:
            return owner.bank_account(payee_account)
        group = self._groups.get(group_no)
        routine = group.routine if group else ""
        if role == Contra.REVENUE:
            return owner.revenue_account(routine)
        return _routine_account(owner, routine, role) or _company_account(owner, role)

    def _company(self, number: str) -> Company:
        if number not in self._companies:
            raise ConfigurationError(
                f"company {number} has entries but no settings", where="companies", hint="put its table back"
            )
        return self._companies[number]


def _routine_account(company: Company, number: str, role: str) -> str:
    """Return the account that a billing routine has of its own for a role, '' when it has none."""
    routine = company.routine(number)
    if routine is None:
        return ""
    by_role = {
        Contra.WRITE_OFF: routine.write_off_account,
        Contra.REMINDER_FEE: routine.reminder_fee_account,
        Contra.DEMAND_FEE: routine.demand_fee_account,
        Contra.COMPENSATION: routine.compensation_account,
        Contra.INTEREST: routine.interest_account,
    }
    return by_role.get(Contra(role), "") if role in by_role else ""


def _company_account(company: Company, role: str) -> str:
    """An account that the settings leave out falls back on the error account, as a wrong one does (*felkonto*)."""
    accounts = company.accounts
    by_role = {
        Contra.SUSPENSE: accounts.suspense,
        Contra.WRITE_OFF: accounts.write_off,
        Contra.ROUNDING: accounts.rounding,
        Contra.CARRIED: accounts.carried,
        Contra.REMINDER_FEE: accounts.reminder_fee,
        Contra.DEMAND_FEE: accounts.demand_fee,
        Contra.COMPENSATION: accounts.compensation,
        Contra.INTEREST: accounts.interest_revenue,
        Contra.COURT_COSTS: accounts.court_costs,
        Contra.TRANSFER: accounts.clearing,
        Contra.REFUNDS: accounts.refund_clearing,
    }
    if role in by_role:
        return by_role[Contra(role)] or accounts.error_account
    return role


def canonical_key(account: PayeeAccount) -> str:
    """Return the key of a canonical payee account, such as `bankgiro:9912346`."""
    return f"{account.scheme}:{account.number}"


def chart_of(work: UnitOfWork, tenant: Tenant) -> TenantChart:
    """Return the tenant's chart of accounts."""
    return TenantChart(tenant, work.receivables.posting_groups(), work.accounts.numbers())
