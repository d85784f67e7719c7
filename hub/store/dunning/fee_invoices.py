"""Fees that are invoices of their own: whose step they are of, and what is open on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, TextClause, bindparam

from hub.model.fee_invoices import FeeInvoice, StandingFee
from hub.rules.charges import EntryFacts
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text
from hub.store.temporary import lay_out

_AT_ONCE = 500
_STANDING = """
    SELECT f.invoice_id, f.receivable_id, f.plan_no, r.company, r.number, r.source_system, f.amount_ore,
           coalesce(o.principal_ore + o.fee_ore + o.interest_ore, 0)
    FROM fee_invoice f
    JOIN receivable r ON r.tenant = f.tenant AND r.receivable_id = f.invoice_id
    LEFT JOIN open_item o ON o.tenant = f.tenant AND o.receivable_id = f.invoice_id
    WHERE f.tenant = :t AND f.{by} IN :ids AND f.undone_at IS NULL
    ORDER BY f.receivable_id, f.invoice_id
"""
_STANDING_OF, _STANDING_THEMSELVES = (
    text(_STANDING.format(by=by)).bindparams(bindparam("ids", expanding=True)) for by in ("receivable_id", "invoice_id")
)
_CREDITING = text(f"""
    SELECT a.receivable_id, {", ".join(f"e.{name}" for name in EntryFacts._fields)}
    FROM asked a
    JOIN receivable r ON r.tenant = :t AND r.receivable_id = a.receivable_id
    JOIN receivable c ON c.tenant = :t AND c.company = r.company AND c.credits_number = r.number
                     AND c.credits_number <> '' AND c.source_system = r.source_system
    JOIN entry e ON e.tenant = :t AND e.receivable_id = c.receivable_id
    ORDER BY a.receivable_id, e.entry_no
""")
_TAKE_BACK = text(
    "UPDATE fee_invoice SET undone_at = :now WHERE tenant = :t AND invoice_id = :invoice_id AND undone_at IS NULL"
)


class SqlFeeInvoices:
    """Fee invoices of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def take_numbers(self, company: str, count: int) -> int:
        """Take numbers of a company's own series and return the first; the first of all is 1."""
        return take_numbers(self._connection, self._tenant, f"fee_invoice:{company}", count)

    def record(self, made: Sequence[FeeInvoice]) -> None:
        """Write down which receivables are fees of which steps."""
        rows = [(self._tenant, *one._replace(made_at=self._now)) for one in made]
        insert_rows(self._connection, tables.fee_invoice, ("tenant", *FeeInvoice._fields), rows)

    def standing(self, receivable_ids: Iterable[int]) -> list[StandingFee]:
        """Return the fee invoices of receivables that nobody has taken back, settled ones too."""
        return self._standing(_STANDING_OF, receivable_ids)

    def by_ids(self, invoice_ids: Iterable[int]) -> list[StandingFee]:
        """Return those of receivables that are fee invoices themselves, and that nobody has taken back."""
        return self._standing(_STANDING_THEMSELVES, invoice_ids)

    def _standing(self, question: TextClause, numbers: Iterable[int]) -> list[StandingFee]:
        ids, found = sorted(set(numbers)), list[StandingFee]()
        for start in range(0, len(ids), _AT_ONCE):
            rows = self._connection.execute(question, {"t": self._tenant, "ids": ids[start : start + _AT_ONCE]})
            found += [StandingFee._make(row) for row in rows]
        return found

    def crediting(self, receivable_ids: Sequence[int]) -> dict[int, list[EntryFacts]]:
        """Return the entries of the credit notes that name receivables, of all their versions, by receivable."""
        lay_out(self._connection, "asked", {"receivable_id": "BIGINT PRIMARY KEY"}, [(one,) for one in receivable_ids])
        found: dict[int, list[EntryFacts]] = {one: [] for one in receivable_ids}
        for row in self._connection.execute(_CREDITING, {"t": self._tenant}):
            found[row[0]].append(EntryFacts._make(row[1:]))
        return found

    def take_back(self, invoice_ids: Sequence[int]) -> None:
        """Write down that they stand no more."""
        rows = [{"t": self._tenant, "now": self._now, "invoice_id": one} for one in invoice_ids]
        if rows:
            self._connection.execute(_TAKE_BACK, rows)
