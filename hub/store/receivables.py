"""Receivables and the references that mean them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam

from hub.identifiers.identity_key import identity_key
from hub.model.books import PostingGroup
from hub.model.receivables import OpenReceivable, Receivable, ReferenceRow
from hub.rules.charges import PAYS_NOTHING, EntryFacts
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.receivable_notes import ReceivableNotes
from hub.store.statements import listed, text

_RECEIVABLE = ", ".join(Receivable._fields)
_BY_IDS = f"SELECT {_RECEIVABLE} FROM receivable WHERE tenant = :t AND receivable_id IN :ids ORDER BY receivable_id"
_ENTRIES_OF = f"""
    SELECT receivable_id, {", ".join(EntryFacts._fields)} FROM entry
    WHERE tenant = :t AND receivable_id IN :ids ORDER BY receivable_id, entry_no
"""
_OPEN = """
    SELECT r.receivable_id, r.company, r.number, r.source_system, r.version, r.kind, r.routine, r.group_no, r.currency,
           r.due_date, r.debtor_name, r.debtor_identity,
           coalesce(o.principal_ore, 0), coalesce(o.fee_ore, 0), coalesce(o.interest_ore, 0),
           CASE WHEN w.receivable_id IS NULL THEN 0 ELSE 1 END, coalesce(c.fee_ore, 0), coalesce(c.interest_ore, 0)
    FROM receivable r
    LEFT JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id
    LEFT JOIN watch w ON w.tenant = r.tenant AND w.receivable_id = r.receivable_id
    LEFT JOIN printed_charge c ON c.tenant = r.tenant AND c.receivable_id = r.receivable_id
    WHERE r.tenant = :t
"""
_BY_NUMBER, _OF_COMPANY = " AND r.number = :number", " AND r.company = :company"
_BY_ID = " AND r.receivable_id = :id"

_OTHER_SYSTEMS = """
    SELECT DISTINCT source_system FROM receivable
    WHERE tenant = :t AND NOT EXISTS (SELECT 1 FROM receivable r WHERE r.tenant = :t AND r.source_system = :name)
    ORDER BY source_system
"""
_CONTESTED = """
    SELECT account_no, reference FROM reference
    WHERE tenant = :t AND account_no = :account_no AND reference IN :references AND closed_on IS NULL
    GROUP BY account_no, reference HAVING count(*) > 1
"""
_LIKE = "LIKE :like ESCAPE '!'"
_AS_IT_IS = str.maketrans({sign: f"!{sign}" for sign in "!%_"})
_OPEN_TARGETS = """
    SELECT r.account_no, r.reference, r.target_id FROM reference r
    JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.target_id
    WHERE r.tenant = :t AND r.account_no = :account_no AND r.reference IN :references AND r.closed_on IS NULL
"""


_OWN_FIRST = """
    SELECT r.account_no, r.reference, r.target_id, r.valid_from FROM reference r
    JOIN receivable n ON n.tenant = r.tenant AND n.receivable_id = r.target_id
    WHERE r.tenant = :t AND r.target_id IN :ids AND r.target_kind = 'receivable' AND r.closed_on IS NULL
    ORDER BY r.target_id, CASE WHEN EXISTS (
        SELECT 1 FROM reference o JOIN receivable v ON v.tenant = o.tenant AND v.receivable_id = o.target_id
        WHERE o.tenant = r.tenant AND o.account_no = r.account_no AND o.reference = r.reference
          AND o.target_kind = 'receivable' AND v.chain_id = n.chain_id AND v.version < n.version
    ) THEN 1 ELSE 0 END, r.account_no, r.reference
"""


class SqlReceivables(ReceivableNotes):
    """Receivables of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def take_ids(self, count: int) -> int:
        """Take `count` receivable ids and return the first."""
        return take_numbers(self._connection, self._tenant, "receivable", count)

    def posting_group(self, company: str, routine: str, kind: str) -> int:
        """Return the number of a posting group; a new one is made when there is none."""
        key = {"t": self._tenant, "company": company, "routine": routine, "kind": kind}
        found = self._connection.execute(
            text(
                "SELECT group_no FROM posting_group WHERE tenant = :t AND company = :company "
                "AND routine = :routine AND kind = :kind"
            ),
            key,
        ).scalar_one_or_none()
        if found is not None:
            return int(found)
        number = take_numbers(self._connection, self._tenant, "posting_group")
        self._connection.execute(
            text(
                "INSERT INTO posting_group (tenant, group_no, company, routine, kind) "
                "VALUES (:t, :number, :company, :routine, :kind)"
            ),
            {**key, "number": number},
        )
        return number

    def posting_groups(self) -> list[PostingGroup]:
        """Return all posting groups of the tenant."""
        rows = self._connection.execute(
            text("SELECT group_no, company, routine, kind FROM posting_group WHERE tenant = :t"), {"t": self._tenant}
        )
        return [PostingGroup._make(row) for row in rows]

    def other_source_systems(self, name: str) -> list[str]:
        """Return every source system that has been imported from, or none when `name` is one of them."""
        rows = self._connection.execute(text(_OTHER_SYSTEMS), {"t": self._tenant, "name": name})
        return [row.source_system for row in rows]

    def known_versions(self, company: str, numbers: Sequence[str]) -> list[Receivable]:
        """Return every version of the receivables with these numbers in a company."""
        statement = text(
            f"SELECT {_RECEIVABLE} FROM receivable WHERE tenant = :t AND company = :company AND number IN :numbers"
        ).bindparams(bindparam("numbers", expanding=True))
        found: list[Receivable] = []
        for start in range(0, len(numbers), 500):
            rows = self._connection.execute(
                statement, {"t": self._tenant, "company": company, "numbers": list(numbers[start : start + 500])}
            )
            found.extend(Receivable._make(row) for row in rows)
        return found

    def insert(self, receivables: Sequence[Receivable], run_no: int | None = None) -> None:
        """Insert new receivables; what they owe is posted apart, through the books."""
        insert_rows(
            self._connection,
            tables.receivable,
            ("tenant", *Receivable._fields, "debtor_key", "run_no", "imported_at"),
            [(self._tenant, *row, identity_key(row.debtor_identity), run_no, self._now) for row in receivables],
        )

    def add_references(self, rows: Sequence[ReferenceRow]) -> list[ReferenceRow]:
        """Add references and return those that mean another open receivable too, which are now contested.

        All that have had several targets are marked, settled ones too, since an undo reopens what was settled: the
        exact join leaves them alone, and the rules go by what is open when a payment comes.
        """
        insert_rows(
            self._connection,
            tables.reference,
            ("tenant", "account_no", "reference", "target_kind", "target_id", "valid_from"),
            [(self._tenant, r.account_no, r.reference, "receivable", r.receivable_id, r.valid_from) for r in rows],
        )
        contested = self._contested({(r.account_no, r.reference) for r in rows})
        if contested:
            self._connection.execute(
                text(
                    "UPDATE reference SET is_contested = 1 WHERE tenant = :t AND account_no = :account_no "
                    "AND reference = :reference AND closed_on IS NULL"
                ),
                [{"t": self._tenant, "account_no": account, "reference": value} for account, value in contested],
            )
        marked = [row for row in rows if (row.account_no, row.reference) in contested]
        return self._still_contested(marked)

    def _still_contested(self, marked: Sequence[ReferenceRow]) -> list[ReferenceRow]:
        """Leave out those whose other targets are all settled; what is added now owes nothing before it is posted."""
        added: dict[tuple[int, str], set[int]] = {}
        for row in marked:
            added.setdefault((row.account_no, row.reference), set()).add(row.receivable_id)
        for found in self._asked_of(added, _OPEN_TARGETS):
            added[found.account_no, found.reference].add(found.target_id)
        return [row for row in marked if len(added[row.account_no, row.reference]) > 1]

    def _contested(self, references: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
        return {(row.account_no, row.reference) for row in self._asked_of(references, _CONTESTED)}

    def _asked_of(self, references: Iterable[tuple[int, str]], question: str) -> Iterator[Row[Any]]:
        """Ask about references, account by account and five hundred at a time; yield the rows."""
        statement = text(question).bindparams(bindparam("references", expanding=True))
        by_account: dict[int, list[str]] = {}
        for account_no, reference in sorted(references):
            by_account.setdefault(account_no, []).append(reference)
        for account_no, wanted in by_account.items():
            for start in range(0, len(wanted), 500):
                part = {"t": self._tenant, "account_no": account_no, "references": wanted[start : start + 500]}
                yield from self._connection.execute(statement, part).all()

    def move_references(self, old_receivable_id: int, new_receivable_id: int, on_date: str) -> None:
        """Let the open references of a receivable mean its new version from now on."""
        values = {"t": self._tenant, "old": old_receivable_id, "new": new_receivable_id, "date": on_date}
        self._connection.execute(
            text(
                "INSERT INTO reference "
                "(tenant, account_no, reference, target_kind, target_id, valid_from, is_contested) "
                "SELECT tenant, account_no, reference, target_kind, :new, :date, is_contested FROM reference "
                "WHERE tenant = :t AND target_id = :old AND target_kind = 'receivable' AND closed_on IS NULL "
                "ON CONFLICT DO NOTHING"
            ),
            values,
        )
        self._connection.execute(
            text(
                "UPDATE reference SET closed_on = :date WHERE tenant = :t AND target_id = :old "
                "AND target_kind = 'receivable' AND closed_on IS NULL"
            ),
            values,
        )

    def references_of(self, receivable_ids: Sequence[int]) -> list[ReferenceRow]:
        """Return the open references of receivables; those that came with a version before those of earlier ones."""
        statement = text(_OWN_FIRST).bindparams(bindparam("ids", expanding=True))
        found: list[ReferenceRow] = []
        for start in range(0, len(receivable_ids), 500):
            rows = self._connection.execute(
                statement, {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            )
            found.extend(ReferenceRow._make(row) for row in rows)
        return found

    def find(self, *, number: str = "", company: str = "", receivable_id: int | None = None) -> list[OpenReceivable]:
        """Return receivables by number or id, with what is open on them, newest version first."""
        asked = [
            clause
            for given, clause in ((number, _BY_NUMBER), (company, _OF_COMPANY), (receivable_id, _BY_ID))
            if given  # SQLite takes no index where a clause may be void
        ]
        rows = self._connection.execute(
            text(_OPEN + "".join(asked) + " ORDER BY r.company, r.number, r.version DESC LIMIT 200"),
            {"t": self._tenant, "number": number, "company": company, "id": receivable_id or 0},
        )
        return [OpenReceivable._make(row) for row in rows]

    def search(
        self, *, company: str = "", search: str = "", open_only: bool = True, limit: int = 100
    ) -> list[OpenReceivable]:
        """Return receivables in number order; `search` is a part of number, name, identity or register identity."""
        open_clause = " AND o.receivable_id IS NOT NULL" if open_only else ""
        rows = self._connection.execute(
            text(
                _OPEN + open_clause + " AND (:company = '' OR r.company = :company) AND (:search = '' "
                f"OR r.number {_LIKE} OR lower(r.debtor_name) LIKE lower(:like) ESCAPE '!' "
                f"OR r.debtor_identity {_LIKE} OR r.register_identity {_LIKE}) "
                "ORDER BY r.company, r.number, r.version LIMIT :limit"
            ),
            {"t": self._tenant, "company": company, "search": search, "like": _anywhere(search), "limit": limit},
        )
        return [OpenReceivable._make(row) for row in rows]

    def entries(self, receivable_id: int) -> list[dict[str, Any]]:
        """Return every entry of a receivable, in the order they were posted."""
        rows = self._connection.execute(
            text(
                "SELECT entry_no, cause, bucket, amount_ore, currency, transaction_date, booked_date, voucher_no, "
                "payment_id, exchange_no, rule, reverses_no FROM entry WHERE tenant = :t AND receivable_id = :id "
                "ORDER BY entry_no"
            ),
            {"t": self._tenant, "id": receivable_id},
        ).mappings()
        return [dict(row) for row in rows]

    def lock(self, receivable_ids: Sequence[int]) -> None:
        """Let nobody else change what is open on receivables, or replace them, until the transaction ends.

        A settled one has no open item, so its own row is locked too. SQLite has one writer at a time anyway.
        """
        if self._connection.dialect.name == "postgresql" and receivable_ids:
            for table in ("receivable", "open_item"):
                statement = text(
                    f"SELECT 1 FROM {table} WHERE tenant = :t AND receivable_id IN :ids "
                    "ORDER BY receivable_id FOR UPDATE"
                ).bindparams(bindparam("ids", expanding=True))
                self._connection.execute(statement, {"t": self._tenant, "ids": list(receivable_ids)})

    def versions(self, receivable_id: int) -> list[Receivable]:
        """Return every version of a receivable, the first one first."""
        rows = self._connection.execute(
            text(
                f"SELECT {_RECEIVABLE} FROM receivable WHERE tenant = :t AND (company, number, source_system) = "
                "(SELECT company, number, source_system FROM receivable WHERE tenant = :t AND receivable_id = :id) "
                "ORDER BY version"
            ),
            {"t": self._tenant, "id": receivable_id},
        )
        return [Receivable._make(row) for row in rows]

    def by_ids(self, receivable_ids: Sequence[int]) -> list[Receivable]:
        """Return receivables by their ids, in the order of the ids."""
        return [Receivable._make(row) for row in self._of_ids(_BY_IDS, receivable_ids)]

    def entries_of(self, receivable_ids: Sequence[int]) -> dict[int, list[EntryFacts]]:
        """Return the entries of receivables, by receivable, in the order they were posted."""
        found: dict[int, list[EntryFacts]] = {receivable_id: [] for receivable_id in receivable_ids}
        for row in self._of_ids(_ENTRIES_OF, receivable_ids):
            found[row[0]].append(EntryFacts._make(row[1:]))
        return found

    def _of_ids(self, question: str, receivable_ids: Sequence[int]) -> Iterator[Row[Any]]:
        """Ask about receivables, five hundred at a time; yield the rows."""
        statement = text(question).bindparams(bindparam("ids", expanding=True))
        for start in range(0, len(receivable_ids), 500):
            part = {"t": self._tenant, "ids": list(receivable_ids[start : start + 500])}
            yield from self._connection.execute(statement, part)

    def fully_paid_on(self, receivable_id: int) -> str | None:
        """Return the latest transaction date of what paid or credited it when all sums to zero, else None.

        `rules.charges.fully_paid_on` says the same of entries that are at hand.
        """
        found = self._connection.execute(
            text(
                f"SELECT max(CASE WHEN cause NOT IN ({listed(PAYS_NOTHING)}) THEN transaction_date END) FROM entry "
                "WHERE tenant = :t AND receivable_id = :id HAVING sum(amount_ore) = 0"
            ),
            {"t": self._tenant, "id": receivable_id},
        ).scalar_one_or_none()
        return None if found is None else str(found)

    def with_open(self, company: str, currency: str, amount_ore: int, limit: int = 20) -> list[OpenReceivable]:
        """Return at most `limit` receivables with exactly this amount open, the oldest due first."""
        rows = self._connection.execute(
            text(
                _OPEN + " AND o.receivable_id IS NOT NULL AND r.company = :company AND r.currency = :currency "
                "AND o.principal_ore + o.fee_ore + o.interest_ore = :amount "
                "ORDER BY r.due_date, r.receivable_id LIMIT :limit"
            ),
            {
                "t": self._tenant,
                "company": company,
                "currency": currency,
                "amount": amount_ore,
                "limit": limit,
            },
        )
        return [OpenReceivable._make(row) for row in rows]


def _anywhere(searched: str) -> str:
    """Return the pattern of a text that stands anywhere; what SQL takes for wildcards is looked for as it is."""
    return f"%{searched.translate(_AS_IT_IS)}%"
