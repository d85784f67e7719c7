"""The receivable that a command means, locked, with what the rules need of it."""

from __future__ import annotations

from functools import cached_property

from hub.errors import DataError
from hub.identifiers import personal_identity_number
from hub.model.books import OpenAmounts
from hub.model.command import Target
from hub.model.company import Company
from hub.model.payment_method import Lowers
from hub.model.receivables import OpenReceivable, Receivable
from hub.model.tenant import Tenant
from hub.rules.charges import EntryFacts, standing_debited
from hub.services.ports import UnitOfWork


class Ledger:
    """One receivable as a command sees it; nobody else changes what is open on it until the transaction ends."""

    def __init__(self, work: UnitOfWork, company: Company, row: OpenReceivable) -> None:
        self._work = work
        self.company = company
        self.row = row

    @property
    def open(self) -> OpenAmounts:
        return OpenAmounts(self.row.principal_ore, self.row.fee_ore, self.row.interest_ore)

    @cached_property
    def receivable(self) -> Receivable:
        return self._versions[-1]

    @cached_property
    def _versions(self) -> list[Receivable]:
        versions = self._work.receivables.versions(self.row.receivable_id)
        return [version for version in versions if version.version <= self.row.version]

    @cached_property
    def entries(self) -> list[EntryFacts]:
        """Entries of this version."""
        return entries_of(self._work, self.row.receivable_id)

    @cached_property
    def standing(self) -> dict[Lowers, int]:
        """What stands debited of each kind, over all versions."""
        return standing_debited(
            [entry for version in self._versions for entry in entries_of(self._work, version.receivable_id)]
        )


def entries_of(work: UnitOfWork, receivable_id: int) -> list[EntryFacts]:
    """Return the entries of one version of a receivable."""
    rows = work.receivables.entries(receivable_id)
    return [EntryFacts(*(row[name] for name in EntryFacts._fields)) for row in rows]


def find_company(tenant: Tenant, number: str) -> Company:
    """Return a company by number. Raises DataError when there is none."""
    company = tenant.company(number)
    if company is None:
        known = ", ".join(company.number for company in tenant.companies)
        raise DataError(f"there is no company {number}: the tenant has {known}")
    return company


def find(work: UnitOfWork, tenant: Tenant, target: Target) -> Ledger:
    """Find the newest version of the receivable that a command names, and lock it.

    Raises:
        DataError: there is none, or several source systems use the number.
    """
    company = find_company(tenant, target.company)
    found = named(work, company, target)
    work.receivables.lock([found.receivable_id])
    locked = work.receivables.find(receivable_id=found.receivable_id)[0]
    return Ledger(work, company, locked)


def named(work: UnitOfWork, company: Company, target: Target) -> OpenReceivable:
    """Return the newest version of the receivable that a command names, not locked. Raises DataError as `find`."""
    rows = work.receivables.find(number=target.number, company=company.number)
    named = [row for row in rows if target.source_system in ("", row.source_system)]
    number = "with a personal number" if personal_identity_number.is_valid(target.number) else target.number
    place = f"receivable {number} of company {company.number}"
    if not named:
        raise DataError(f"there is no {place}: check the number, or import it first")
    systems = sorted({row.source_system for row in named})
    if len(systems) > 1:
        raise DataError(f"{place} exists in several source systems: say which one ({', '.join(systems)})")
    return max(named, key=lambda row: row.version)
