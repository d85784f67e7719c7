"""What pays a receivable alone: its references in the books, at each payee account, as the bank takes them by now."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.company import Company
from hub.model.payee_account import PayeeAccount
from hub.rules.references import is_refused
from hub.services.ports import UnitOfWork


class OwnReferences:
    """The open references of some receivables, read for all of them at once.

    A control that was made hard since may refuse what the books have: what is written goes without it.
    """

    def __init__(self, work: UnitOfWork, receivable_ids: Sequence[int]) -> None:
        self._accounts = {number: name for name, number in work.accounts.numbers().items()}
        self._rows: dict[int, list[tuple[str, str]]] = {}
        for row in work.receivables.references_of(receivable_ids):
            named = self._accounts.get(row.account_no, ""), row.reference
            self._rows.setdefault(row.receivable_id, []).append(named)

    def at(self, receivable_id: int, company: Company, account: PayeeAccount) -> str:
        """Return what pays a receivable at an account of its company; blank when it has none that the bank takes."""
        names = {":".join(number) for number in account.numbers}
        control = company.reference_control(account)
        known = [reference for name, reference in self._rows.get(receivable_id, ()) if name in names]
        return next((reference for reference in known if not is_refused(reference, control)), "")

    def first_of(self, receivable_id: int, company: Company) -> str:
        """Return what pays a receivable at the first account of its company that it can be paid to by a reference."""
        found = (self.at(receivable_id, company, account) for account in company.payee_accounts)
        return next((reference for reference in found if reference), "")
