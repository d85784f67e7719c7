"""What a request says that its money is for: a reference that matching finds the receivable by."""

from __future__ import annotations

from collections.abc import Collection

from hub.model.receivables import ReferenceRow
from hub.services.ports import UnitOfWork

LONGEST = 16  # of a reference in a request
PREFIX = "AG"  # of those that are made here: no receivable has such a one of its own


def references_for(work: UnitOfWork, account_no: int, receivable_ids: Collection[int]) -> dict[int, str]:
    """Return the reference of each receivable at the payee account; one that has none that fits gets one."""
    found: dict[int, str] = {}
    for row in work.receivables.references_of(sorted(receivable_ids)):
        if row.account_no == account_no and len(row.reference) <= LONGEST:
            found.setdefault(row.receivable_id, row.reference)
    without = sorted(set(receivable_ids) - found.keys())
    made = [ReferenceRow(account_no, f"{PREFIX}{number}", number, work.today) for number in without]
    if made:
        work.receivables.add_references(made)
    return found | {row.receivable_id: row.reference for row in made}
