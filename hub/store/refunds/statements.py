"""What statements say of refunds: debits by which they left, payments as which they came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam

from hub.model.refunds import RefundReturn, StatementDebit, Telling
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.refunds.pages import pages
from hub.store.statements import text

_DEBITS = text("""
    SELECT e.exchange_no, e.statement_entry_no, e.section_no, s.account_no, -e.amount_ore, e.currency,
           coalesce(e.booked_date, s.booked_date, x.created_at), s.family, e."references", e.texts
    FROM statement_entry e
    JOIN section s ON s.tenant = e.tenant AND s.exchange_no = e.exchange_no AND s.section_no = e.section_no
    JOIN exchange x ON x.tenant = e.tenant AND x.exchange_no = e.exchange_no AND x.state = 'posted'
    WHERE e.tenant = :t AND e.exchange_no = :x AND e.kind = 'debit' AND e.amount_ore < 0
      AND e.statement_entry_no > :after AND (e."references" <> '' OR e.texts <> '')
    ORDER BY e.statement_entry_no LIMIT :limit
""")
_RETURNS = text("""
    SELECT f.refund_no, p.payment_id,
           CASE WHEN u.state = 'suspended' AND u.remaining_ore = p.amount_ore AND u.company = f.company
                THEN 1 ELSE 0 END
    FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    JOIN payment_extra_key k ON k.tenant = p.tenant AND k.payment_id = p.payment_id AND k.kind = 'end_to_end_id'
    JOIN refund f ON f.tenant = k.tenant AND f.end_to_end_id = k.value AND f.amount_ore = p.amount_ore
                 AND f.currency = p.currency AND f.order_no > 0 AND f.returned_payment = 0
    LEFT JOIN unallocated_payment u ON u.tenant = p.tenant AND u.payment_id = p.payment_id
    WHERE c.tenant = :t AND c.exchange_no = :x
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
    ORDER BY f.refund_no, p.payment_id
""")
_WAITS = text("""
    SELECT 1 FROM unallocated_payment u JOIN payment p ON p.tenant = u.tenant AND p.payment_id = u.payment_id
    WHERE u.tenant = :t AND u.payment_id = :payment AND u.company = :company AND u.state = 'suspended'
      AND u.remaining_ore = p.amount_ore
""")
_TOLD = text("""
    SELECT f.refund_no, min(o.exchange_no) AS other FROM refund f
    LEFT JOIN refund_telling l ON l.tenant = f.tenant AND l.refund_no = f.refund_no AND l.exchange_no <> :x
    LEFT JOIN exchange o ON o.tenant = l.tenant AND o.exchange_no = l.exchange_no AND o.state = 'posted'
    WHERE f.tenant = :t AND f.booked_exchange = :x GROUP BY f.refund_no ORDER BY f.refund_no
""")
_TELLINGS = text("""
    SELECT l.refund_no, l.exchange_no, l.statement_entry_no, s.account_no, s.family,
           coalesce(e.booked_date, s.booked_date, x.created_at), CASE x.state WHEN 'posted' THEN 1 ELSE 0 END
    FROM refund_telling l
    JOIN exchange x ON x.tenant = l.tenant AND x.exchange_no = l.exchange_no
    JOIN statement_entry e ON e.tenant = l.tenant AND e.exchange_no = l.exchange_no
                          AND e.statement_entry_no = l.statement_entry_no
    JOIN section s ON s.tenant = e.tenant AND s.exchange_no = e.exchange_no AND s.section_no = e.section_no
    WHERE l.tenant = :t AND l.refund_no IN :numbers ORDER BY l.refund_no, l.exchange_no, l.statement_entry_no
""").bindparams(bindparam("numbers", expanding=True))
_RETURNED_AS = text("SELECT coalesce(max(refund_no), 0) FROM refund WHERE tenant = :t AND returned_payment = :payment")
_RETURNED_BY = text("""
    SELECT f.refund_no FROM refund f
    JOIN payment p ON p.tenant = f.tenant AND p.payment_id = f.returned_payment
    WHERE f.tenant = :t AND f.returned_payment > 0 AND f.is_given_back = 0 AND p.exchange_no = :x
    ORDER BY f.refund_no
""")


class RefundStatements:
    """What statements say, within one transaction."""

    _connection: Connection
    _tenant: int

    def debits(self, exchange_no: int, *, after: int, limit: int) -> list[StatementDebit]:
        """Return entries of a posted file by which money left and that name something, in the file's order.

        Some banks say an id of ours in a line of text: rules leave such an entry alone, so it is looked for there too.
        """
        given = {"t": self._tenant, "x": exchange_no, "after": after, "limit": limit}
        rows = self._connection.execute(_DEBITS, given)
        return [StatementDebit._make((*row[:6], row[6][:10], row[7], _names(row[8], row[9]))) for row in rows]

    def tell(self, tellings: Iterable[tuple[int, int, int]]) -> None:
        """Write by which entries refunds left: refund, exchange and entry number."""
        rows = [(self._tenant, *one) for one in tellings]
        columns = ("tenant", "refund_no", "exchange_no", "statement_entry_no")
        insert_rows(self._connection, tables.refund_telling, columns, rows)

    def tellings(self, refund_numbers: Collection[int]) -> dict[int, list[Telling]]:
        """Return by which entries refunds are said to have left, by refund, those of undone files too."""
        found: dict[int, list[Telling]] = defaultdict(list)
        for some in pages(refund_numbers):
            for number, *row in self._connection.execute(_TELLINGS, {"t": self._tenant, "numbers": some}):
                found[number].append(Telling._make((*row[:4], row[4][:10], bool(row[5]))))
        return found

    def returns(self, exchange_no: int) -> list[RefundReturn]:
        """Return payments of a file that say they are refunds coming back, where none is known to have; by refund."""
        rows = self._connection.execute(_RETURNS, {"t": self._tenant, "x": exchange_no})
        return [RefundReturn(row[0], row[1], bool(row[2])) for row in rows]

    def is_waiting(self, payment_id: int, company: str) -> bool:
        """Say whether all of a payment waits in the suspense account of a company."""
        found = self._connection.execute(_WAITS, {"t": self._tenant, "payment": payment_id, "company": company})
        return found.first() is not None

    def booked_by(self, exchange_no: int) -> list[tuple[int, int | None]]:
        """Return the refunds that a file has booked, each with another posted file that says so too."""
        rows = self._connection.execute(_TOLD, {"t": self._tenant, "x": exchange_no})
        return [(row[0], row[1]) for row in rows]

    def returned_as(self, payment_id: int) -> int:
        """Return the refund that came back as a payment, 0 when none did."""
        return int(self._connection.execute(_RETURNED_AS, {"t": self._tenant, "payment": payment_id}).scalar_one())

    def returned_by(self, exchange_no: int) -> list[int]:
        """Return the refunds that came back as payments of a file and were not given back for it."""
        return list(self._connection.execute(_RETURNED_BY, {"t": self._tenant, "x": exchange_no}).scalars())


def _names(*told: str) -> tuple[str, ...]:
    """Return what an entry may name something by: its references, then its lines of text, each once."""
    return tuple(dict.fromkeys(name for lines in told for name in lines.split("\n") if name))
