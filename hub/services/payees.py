"""From the account a file names to the tenant's company and canonical payee account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hub.model.company import Company
from hub.model.payee_account import PayeeAccount
from hub.model.payment_file import PayeeAccount as FileAccount
from hub.model.payment_reference import ReferenceControl
from hub.model.tenant import Tenant
from hub.rules.references import normal_form, scan_references
from hub.services.chart import canonical_key
from hub.services.ports import UnitOfWork

LONGEST_TEXT_REFERENCE = 35


class Payee(NamedTuple):
    """One canonical payee account of the tenant."""

    account_no: int
    company: Company
    account: PayeeAccount

    @property
    def control(self) -> ReferenceControl:
        """How references paid to the account are checked; the softest when none is declared."""
        return self.company.reference_control(self.account)

    def reference_in(self, texts: Sequence[str]) -> str:
        """Return the one reference that texts hold, else the first text itself in normal form; empty without texts."""
        scanned = scan_references(texts, self.control) if self.company.matching.scan_texts else ()
        if len(scanned) == 1:
            return scanned[0]
        return normal_form(texts[0])[:LONGEST_TEXT_REFERENCE] if texts else ""


class Payees:
    """The tenant's payee accounts with their numbers."""

    def __init__(self, tenant: Tenant, numbers: Mapping[str, int]) -> None:
        self._tenant = tenant
        self._numbers = numbers
        self._found: dict[tuple[str, str], Payee | None] = {}
        self.by_number = {
            numbers[canonical_key(account)]: Payee(numbers[canonical_key(account)], company, account)
            for company in tenant.companies
            for account in company.payee_accounts
            if canonical_key(account) in numbers
        }

    def get(self, account_no: int) -> Payee | None:
        """Return the payee account of a number, or None when the settings have it no longer."""
        return self.by_number.get(account_no)

    def paid_into(self, payee: Payee) -> int | None:
        """Return the number of the account that the settings say a payee account is paid into; None: they do not."""
        if payee.account.paid_into is None:
            return None
        return self._numbers[canonical_key(payee.company.paid_into(payee.account))]

    def find_written(self, *accounts: str) -> Payee | None:
        """Find the payee account that one of these, written such as `bankgiro:9912346`, means."""
        for account in accounts:
            scheme, _, number = account.partition(":")
            payee = self.find(FileAccount(scheme, number))
            if payee is not None:
                return payee
        return None

    def find(self, account: FileAccount | None) -> Payee | None:
        """Find the payee account that a file's account means, or None when the tenant has no such account."""
        if account is None:
            return None
        key = (account.scheme, account.number)
        if key not in self._found:
            owner = self._tenant.canonical_account(*key)
            self._found[key] = (
                None if owner is None else self.by_number.get(self._numbers.get(canonical_key(owner[1]), 0))
            )
        return self._found[key]


def register_payees(work: UnitOfWork, tenant: Tenant) -> Payees:
    """Give every payee account of the settings its number, write down where each is paid in, and return them all."""
    wanted = [
        (canonical_key(account), company.number) for company in tenant.companies for account in company.payee_accounts
    ]
    numbers = work.accounts.register(wanted)
    payees = Payees(tenant, numbers)
    said = {payee.account_no: payees.paid_into(payee) for payee in payees.by_number.values()}
    work.accounts.note_paid_into(said | _merged(payees, numbers))
    return payees


def _merged(payees: Payees, numbers: Mapping[str, int]) -> dict[int, int]:
    """Return the accounts that are another's number by now, each with that one: its money is told there."""
    found = {number: payees.find_written(written) for written, number in numbers.items() if not payees.get(number)}
    return {number: payee.account_no for number, payee in found.items() if payee is not None}
