"""Finding the receivables of payments: the exact join in the database, and the candidates for the rules."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from hub.model.payment_file import Part
from hub.model.payments import Candidate, LoadedChunk, UnmatchedPayment
from hub.store.books import POSTING_COLUMNS, SqlBooks
from hub.store.database import WRITES
from hub.store.payments.matching_parts import DATE, IS_OPEN_CASE
from hub.store.payments.placed_shares import placed_shares
from hub.store.payments.unknown import suspend_unknown
from hub.store.statements import text
from hub.store.temporary import PAYMENT_IDS, lay_out

_ONE_OPEN_TARGET = """
    JOIN reference r ON r.tenant = p.tenant AND r.account_no = p.account_no AND r.reference = p.reference
                    AND r.target_kind = 'receivable' AND r.closed_on IS NULL AND r.is_contested = 0
    JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.target_id AND o.currency = p.currency
                    AND o.principal_ore <> 0 AND o.principal_ore + o.fee_ore + o.interest_ore = p.amount_ore
"""
_NOBODY_ELSE_NAMES_IT = """
    AND NOT EXISTS (SELECT 1 FROM repeated_reference q WHERE q.tenant = p.tenant AND q.exchange_no = p.exchange_no
                    AND q.account_no = p.account_no AND q.reference = p.reference)
    AND NOT EXISTS (SELECT 1 FROM unallocated_payment u WHERE u.tenant = p.tenant AND u.account_no = p.account_no
                    AND u.reference = p.reference AND u.state <> 'closed')
    AND NOT EXISTS (SELECT 1 FROM watch w WHERE w.tenant = o.tenant AND w.receivable_id = o.receivable_id)
"""
_PAYER_ACCOUNTS = text("""
    SELECT payment_id, payer_account FROM payment
    WHERE tenant = :t AND payment_id BETWEEN :first AND :last AND payer_account <> ''
""")
_EXACT = f"""
    SELECT o.receivable_id, 'principal' AS bucket, -o.principal_ore AS amount_ore, o.group_no, a.company, p.payment_id,
           p.exchange_no, p.section_no, p.account_no, p.currency, {DATE} AS transaction_date, {DATE} AS booked_date,
           p.kind AS cause, CASE p.quality WHEN 'text' THEN 'reference_in_text' ELSE 'exact_reference' END AS rule,
           'clearing' AS contra, 1 AS settles, CAST(NULL AS BIGINT) AS reverses_no
    FROM payment p
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    {_ONE_OPEN_TARGET}
    WHERE p.tenant = :t AND p.payment_id BETWEEN :first AND :last AND p.reference <> ''
      AND p.parts = '' {_NOBODY_ELSE_NAMES_IT} {IS_OPEN_CASE}
      AND p.payment_id NOT IN (SELECT payment_id FROM no_debtors_money)
"""

_EXACT_FIRST = f"""
    SELECT {", ".join(POSTING_COLUMNS)} FROM (
        SELECT q.*, row_number() OVER (PARTITION BY q.receivable_id ORDER BY q.payment_id) AS nth
        FROM ({_EXACT}) AS q
    ) AS numbered WHERE nth = 1
"""

# CROSS JOIN holds SQLite to the order written, here and below: from the few things wanted to the many rows there are.
_EXACT_OTHER_BUCKETS = """
    SELECT q.receivable_id, b.bucket, -CASE b.bucket WHEN 'fee' THEN o.fee_ore ELSE o.interest_ore END, q.group_no,
           q.company, q.payment_id, q.exchange_no, q.section_no, q.account_no, q.currency, q.transaction_date,
           q.booked_date, q.cause, q.rule, q.contra, 1, CAST(NULL AS BIGINT)
    FROM posting q
    CROSS JOIN open_item o
    CROSS JOIN (SELECT 'fee' AS bucket UNION ALL SELECT 'interest') AS b
    WHERE q.settles = 1 AND q.bucket = 'principal' AND o.tenant = :t AND o.receivable_id = q.receivable_id
      AND (o.fee_ore <> 0 OR o.interest_ore <> 0)
      AND CASE b.bucket WHEN 'fee' THEN o.fee_ore ELSE o.interest_ore END <> 0
    ORDER BY b.bucket, q.seq
"""

_REST = f"""
    SELECT p.payment_id, p.account_no, p.amount_ore, p.currency, {DATE}, p.reference, p.quality, p.parts, p.texts,
           p.payer_name, p.payer_account, p.payer_identity, p.exchange_no, p.section_no, coalesce(a.company, ''),
           p.kind
    FROM payment p
    LEFT JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE p.tenant = :t AND p.payment_id BETWEEN :first AND :last {IS_OPEN_CASE}
      AND p.payment_id NOT IN (SELECT payment_id FROM posting)
    ORDER BY p.payment_id
"""

_CANDIDATE = """
    {how} AS how, w.token, w.account_no, r.receivable_id, r.company, r.number, r.kind, r.routine, r.group_no,
    r.currency, r.due_date, r.debtor_identity, coalesce(o.principal_ore, 0), coalesce(o.fee_ore, 0),
    coalesce(o.interest_ore, 0),
    CASE WHEN x.receivable_id IS NULL THEN 0 ELSE 1 END, coalesce(c.fee_ore, 0), coalesce(c.interest_ore, 0),
    {contested}
"""
_BESIDE = """
    LEFT JOIN watch x ON x.tenant = r.tenant AND x.receivable_id = r.receivable_id
    LEFT JOIN printed_charge c ON c.tenant = r.tenant AND c.receivable_id = r.receivable_id
"""
# A reference that several receivables have had means the one of them that is open; the exact join leaves it alone.
_OPEN_TARGETS = """
    (SELECT count(*) FROM reference g
     JOIN open_item i ON i.tenant = g.tenant AND i.receivable_id = g.target_id
     WHERE g.tenant = f.tenant AND g.account_no = f.account_no AND g.reference = f.reference
       AND g.target_kind = 'receivable' AND g.closed_on IS NULL)
"""
_IS_CONTESTED = f"CASE WHEN f.is_contested = 1 AND 1 <> {_OPEN_TARGETS} THEN 1 ELSE 0 END"
# A letter is about what its receivables have become: what was open on an earlier version is open on the newest.
_NEWEST_OF_V = """
    r.tenant = :t AND r.company = v.company AND r.number = v.number AND r.source_system = v.source_system
    AND r.version = (SELECT max(n.version) FROM receivable n WHERE n.tenant = v.tenant AND n.company = v.company
                     AND n.number = v.number AND n.source_system = v.source_system)
"""
_CANDIDATES = f"""
    SELECT {_CANDIDATE.format(how="'reference'", contested=_IS_CONTESTED)}
    FROM wanted w
    CROSS JOIN reference f
    CROSS JOIN receivable r
    LEFT JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id {_BESIDE}
    WHERE w.how = 'reference' AND f.tenant = :t AND f.account_no = w.account_no AND f.reference = w.token
      AND f.target_kind = 'receivable' AND f.closed_on IS NULL AND r.tenant = :t AND r.receivable_id = f.target_id
      AND (f.is_contested = 0 OR o.receivable_id IS NOT NULL OR 0 = {_OPEN_TARGETS})
    UNION ALL
    SELECT {_CANDIDATE.format(how="'letter'", contested="0")}
    FROM wanted w
    CROSS JOIN reference f
    CROSS JOIN document_balance b
    CROSS JOIN receivable v
    CROSS JOIN receivable r
    LEFT JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id {_BESIDE}
    WHERE w.how = 'reference' AND f.tenant = :t AND f.account_no = w.account_no AND f.reference = w.token
      AND f.target_kind = 'letter' AND f.closed_on IS NULL AND b.tenant = :t AND b.document_no = f.target_id
      AND v.tenant = :t AND v.receivable_id = b.receivable_id AND {_NEWEST_OF_V}
    UNION ALL
    SELECT {_CANDIDATE.format(how="'plan'", contested="0")}
    FROM wanted w
    CROSS JOIN reference f
    CROSS JOIN instalment_claim b
    CROSS JOIN receivable r
    LEFT JOIN open_item o ON o.tenant = r.tenant AND o.receivable_id = r.receivable_id {_BESIDE}
    WHERE w.how = 'reference' AND f.tenant = :t AND f.account_no = w.account_no AND f.reference = w.token
      AND f.target_kind = 'plan' AND f.closed_on IS NULL AND b.tenant = :t AND b.plan_no = f.target_id
      AND r.tenant = :t AND r.receivable_id = b.receivable_id
    UNION ALL
    SELECT {_CANDIDATE.format(how="'number'", contested="0")}
    FROM wanted w
    CROSS JOIN receivable r
    CROSS JOIN open_item o {_BESIDE}
    WHERE w.how = 'number' AND r.tenant = :t AND r.company = w.company AND r.number = w.token
      AND o.tenant = :t AND o.receivable_id = r.receivable_id
    UNION ALL
    SELECT {_CANDIDATE.format(how="'payer'", contested="0")}
    FROM wanted w
    CROSS JOIN receivable r
    CROSS JOIN open_item o {_BESIDE}
    WHERE w.how = 'payer' AND r.tenant = :t AND r.debtor_key = w.token AND r.company = w.company
      AND o.tenant = :t AND o.receivable_id = r.receivable_id
"""

_LOCK_CANDIDATES = """
    SELECT 1 FROM open_item WHERE tenant = :t AND receivable_id IN (
        SELECT f.target_id FROM wanted w JOIN reference f ON f.account_no = w.account_no AND f.reference = w.token
        WHERE w.how = 'reference' AND f.tenant = :t AND f.target_kind = 'receivable' AND f.closed_on IS NULL
        UNION ALL
        SELECT r.receivable_id FROM wanted w JOIN reference f ON f.account_no = w.account_no AND f.reference = w.token
        JOIN document_balance b ON b.tenant = f.tenant AND b.document_no = f.target_id
        JOIN receivable v ON v.tenant = b.tenant AND v.receivable_id = b.receivable_id
        JOIN receivable r ON r.tenant = v.tenant AND r.company = v.company AND r.number = v.number
                         AND r.source_system = v.source_system
        WHERE w.how = 'reference' AND f.tenant = :t AND f.target_kind = 'letter' AND f.closed_on IS NULL
        UNION ALL
        SELECT c.receivable_id FROM wanted w JOIN reference f ON f.account_no = w.account_no AND f.reference = w.token
        JOIN instalment_claim c ON c.tenant = f.tenant AND c.plan_no = f.target_id AND c.receivable_id IS NOT NULL
        WHERE w.how = 'reference' AND f.tenant = :t AND f.target_kind = 'plan' AND f.closed_on IS NULL
        UNION ALL
        SELECT r.receivable_id FROM wanted w JOIN receivable r ON r.company = w.company AND r.number = w.token
        WHERE w.how = 'number' AND r.tenant = :t
        UNION ALL
        SELECT r.receivable_id FROM wanted w JOIN receivable r ON r.company = w.company AND r.debtor_key = w.token
        WHERE w.how = 'payer' AND r.tenant = :t)
    ORDER BY receivable_id FOR UPDATE
"""


class SqlMatching:
    """Matching of one chunk within one transaction."""

    def __init__(self, connection: Connection, tenant: int, books: SqlBooks) -> None:
        self._connection = connection
        self._tenant = tenant
        self._books = books

    def note_repeated_references(self, exchange_no: int) -> None:
        """Write down the references that several payments of a file name, before its first chunk is posted."""
        self._connection.execute(text(_NOTE_REPEATED), {"t": self._tenant, "x": exchange_no})

    def chunks(self, exchange_no: int) -> list[LoadedChunk]:
        """Return the chunks of a file in order."""
        rows = self._connection.execute(
            text(
                "SELECT exchange_no, chunk_no, first_payment, last_payment, payments, amount_ore, state FROM chunk "
                "WHERE tenant = :t AND exchange_no = :x ORDER BY chunk_no"
            ),
            {"t": self._tenant, "x": exchange_no},
        )
        return [LoadedChunk._make(row) for row in rows]

    def mark_posted(self, exchange_no: int, chunk_no: int) -> None:
        """Write down that a chunk is posted."""
        self._connection.execute(
            text("UPDATE chunk SET state = 'posted' WHERE tenant = :t AND exchange_no = :x AND chunk_no = :chunk"),
            {"t": self._tenant, "x": exchange_no, "chunk": chunk_no},
        )

    def payer_accounts(self, first: int, last: int) -> list[tuple[int, str]]:
        """Return the payments of a chunk that say which account they came from, each with it."""
        rows = self._connection.execute(_PAYER_ACCOUNTS, {"t": self._tenant, "first": first, "last": last})
        return [(row[0], row[1]) for row in rows]

    def post_exact(self, first: int, last: int, *, but_for: Collection[int] = ()) -> int:
        """Gather in the books the postings of payments whose reference means one receivable with exactly that open.

        Payments of `but_for` are no debtors' money, and are left. Returns how many payments were settled so. Their open
        items are gone afterwards; see `SqlBooks.settle_open_items`.
        """
        span = {"t": self._tenant, "first": first, "last": last}
        lock = " FOR UPDATE OF o" if self._connection.dialect.name == "postgresql" else ""
        lay_out(self._connection, "no_debtors_money", PAYMENT_IDS, [(number,) for number in but_for])
        settled = self._books.postings.add_selected(_EXACT + lock, span)
        if (
            self._books.postings.receivables() != settled
        ):  # two references of one receivable: the first payment settles it
            self._books.postings.clear()
            settled = self._books.postings.add_selected(_EXACT_FIRST, span)
        self._books.postings.add_selected(_EXACT_OTHER_BUCKETS, {"t": self._tenant})
        self._books.settle_open_items(expected=settled)
        return settled

    def suspend_unknown(self, first: int, last: int, account_nos: Collection[int]) -> int:
        """Suspend the payments of a chunk that name nothing we know; see `store/payments/unknown.py`."""
        return suspend_unknown(self._connection, self._tenant, self._books, first, last, account_nos)

    def rest(self, first: int, last: int) -> list[UnmatchedPayment]:
        """Return the payments of a chunk that the exact join left, in file order; closed and held ones left out."""
        self._books.prepare()
        rows = self._connection.execute(text(_REST), {"t": self._tenant, "first": first, "last": last})
        return [_unmatched(row) for row in rows]

    def payments(self, payment_ids: Sequence[int]) -> list[UnmatchedPayment]:
        """Return payments with their whole amounts, in order."""
        self._wanted_ids(payment_ids)
        rows = self._connection.execute(text(_PAYMENTS), {"t": self._tenant})
        return [_unmatched(row) for row in rows]

    def unallocated(self, payment_ids: Sequence[int]) -> list[UnmatchedPayment]:
        """Return unallocated payments with what remains of them as their amount, in order.

        Those that state parts say what has been placed of them.
        """
        self._wanted_ids(payment_ids)
        payments = [_unmatched(row) for row in self._connection.execute(text(_UNALLOCATED), {"t": self._tenant})]
        if not any(payment.parts for payment in payments):
            return payments
        placed = placed_shares(self._connection, self._tenant)
        return [payment._replace(placed=placed.get(payment.payment_id, ())) for payment in payments]

    def candidates(self, wanted: Iterable[tuple[str, str, int, str]]) -> list[Candidate]:
        """Return candidates for (how, token, account number, company), all with one query.

        `how` is `reference`, `number` or `payer`; what a letter's or a plan's reference means is found as `letter` or
        `plan`. Receivables found by one of these may be settled; the others are open.
        In a transaction that writes nobody else changes what is open on them until it ends.
        """
        rows = sorted(set(wanted))
        if not rows:
            return []
        columns = {"how": "TEXT", "token": "TEXT", "account_no": "BIGINT", "company": "TEXT"}
        lay_out(self._connection, "wanted", columns, rows)
        if self._connection.dialect.name == "postgresql" and self._connection.get_execution_options().get(WRITES):
            self._connection.execute(text(_LOCK_CANDIDATES), {"t": self._tenant})
        return [Candidate._make(row) for row in self._connection.execute(text(_CANDIDATES), {"t": self._tenant})]

    def _wanted_ids(self, payment_ids: Sequence[int]) -> None:
        lay_out(self._connection, "wanted_payment", PAYMENT_IDS, [(value,) for value in sorted(set(payment_ids))])


def _unmatched(row: Row[Any]) -> UnmatchedPayment:
    payment = UnmatchedPayment._make((*row, ()))
    return payment._replace(
        parts=tuple(Part(*part) for part in json.loads(row.parts)) if row.parts else (),
        texts=tuple(row.texts.split("\n")) if row.texts else (),
    )


_NOTE_REPEATED = f"""
    INSERT INTO repeated_reference (tenant, exchange_no, account_no, reference)
    SELECT :t, :x, p.account_no, p.reference
    FROM chunk c JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    WHERE c.tenant = :t AND c.exchange_no = :x AND p.reference <> '' {IS_OPEN_CASE}
    GROUP BY p.account_no, p.reference HAVING count(*) > 1
"""

_PAYMENTS = f"""
    SELECT p.payment_id, p.account_no, p.amount_ore, p.currency, {DATE}, p.reference, p.quality, p.parts, p.texts,
           p.payer_name, p.payer_account, p.payer_identity, p.exchange_no, p.section_no, coalesce(a.company, ''),
           p.kind
    FROM wanted_payment w
    CROSS JOIN payment p
    LEFT JOIN payee_account a ON a.tenant = p.tenant AND a.account_no = p.account_no
    LEFT JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE p.tenant = :t AND p.payment_id = w.payment_id
    ORDER BY p.payment_id
"""

_UNALLOCATED = """
    SELECT p.payment_id, u.account_no, u.remaining_ore, p.currency, u.booked_date, p.reference, p.quality, p.parts,
           p.texts, p.payer_name, p.payer_account, p.payer_identity, p.exchange_no, p.section_no, u.company, p.kind
    FROM wanted_payment w
    CROSS JOIN unallocated_payment u
    CROSS JOIN payment p
    WHERE u.tenant = :t AND u.payment_id = w.payment_id AND u.state = 'suspended'
      AND p.tenant = :t AND p.payment_id = w.payment_id
    ORDER BY p.payment_id
"""
