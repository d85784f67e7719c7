"""What statements say of refunds: debits by which they left, payments as which they came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam

from hub.model.refunds import StatementDebit
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text

_DEBITS = text("""
    SELECT e.exchange_no, e.statement_entry_no, e.section_no, s.account_no, -e.amount_ore, e.currency,
           coalesce(e.booked_date, s.booked_date, x.created_at), e."references", e.texts
    FROM statement_entry e
    JOIN section s ON s.tenant = e.tenant AND s.exchange_no = e.exchange_no AND s.section_no = e.section_no
    JOIN exchange x ON x.tenant = e.tenant AND x.exchange_no = e.exchange_no AND x.state = 'posted'
    WHERE e.tenant = :t AND e.exchange_no = :x AND e.kind = 'debit' AND e.amount_ore < 0
      AND e.statement_entry_no > :after AND (e."references" <> '' OR e.texts <> '')
    ORDER BY e.statement_entry_no LIMIT :limit
""")
_RETURNS = text("""
    SELECT f.refund_no, p.payment_id
    FROM chunk c
    JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
    JOIN payment_extra_key k ON k.tenant = p.tenant AND k.payment_id = p.payment_id AND k.kind = 'end_to_end_id'
    JOIN refund f ON f.tenant = k.tenant AND f.end_to_end_id = k.value AND f.amount_ore = p.amount_ore
                 AND f.currency = p.currency AND f.order_no > 0 AND f.is_given_back = 0 AND f.returned_payment = 0
    WHERE c.tenant = :t AND c.exchange_no = :x
      AND NOT EXISTS (SELECT 1 FROM duplicate_payment d WHERE d.tenant = p.tenant AND d.payment_id = p.payment_id)
    ORDER BY f.refund_no, p.payment_id
""")
_TOLD = text("""
    SELECT f.refund_no, min(o.exchange_no) AS other FROM refund f
    LEFT JOIN refund_telling l ON l.tenant = f.tenant AND l.refund_no = f.refund_no AND l.exchange_no <> :x
    LEFT JOIN exchange o ON o.tenant = l.tenant AND o.exchange_no = l.exchange_no AND o.state = 'posted'
    WHERE f.tenant = :t AND f.booked_exchange = :x GROUP BY f.refund_no ORDER BY f.refund_no
""")
# Two families tell one debit on days of their own; statements of one family tell another day of another debit.
_ON_ANOTHER_DAY = text("""
    SELECT 1 FROM section own
    JOIN refund_telling l ON l.tenant = own.tenant AND l.refund_no IN :numbers AND l.exchange_no <> own.exchange_no
    JOIN exchange x ON x.tenant = l.tenant AND x.exchange_no = l.exchange_no AND x.state = 'posted'
    JOIN statement_entry e ON e.tenant = l.tenant AND e.exchange_no = l.exchange_no
                          AND e.statement_entry_no = l.statement_entry_no
    JOIN section s ON s.tenant = e.tenant AND s.exchange_no = e.exchange_no AND s.section_no = e.section_no
    WHERE own.tenant = :t AND own.exchange_no = :x AND own.section_no = :section AND s.family = own.family
      AND coalesce(e.booked_date, s.booked_date, :day) <> :day
    LIMIT 1
""").bindparams(bindparam("numbers", expanding=True))
_ACCOUNT = text("""
    SELECT s.account_no FROM refund_telling l
    JOIN statement_entry e ON e.tenant = l.tenant AND e.exchange_no = l.exchange_no
                          AND e.statement_entry_no = l.statement_entry_no
    JOIN section s ON s.tenant = e.tenant AND s.exchange_no = e.exchange_no AND s.section_no = e.section_no
    WHERE l.tenant = :t AND l.refund_no = :number AND l.exchange_no = :x
""")
_RETURNED_BY = text("""
    SELECT f.refund_no FROM refund f
    JOIN payment p ON p.tenant = f.tenant AND p.payment_id = f.returned_payment
    WHERE f.tenant = :t AND f.returned_payment > 0 AND p.exchange_no = :x ORDER BY f.refund_no
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
        return [StatementDebit._make((*row[:6], row[6][:10], _names(row[7], row[8]))) for row in rows]

    def tell(self, tellings: Iterable[tuple[int, int, int]]) -> None:
        """Write by which entries refunds left: refund, exchange and entry number."""
        rows = [(self._tenant, *one) for one in tellings]
        columns = ("tenant", "refund_no", "exchange_no", "statement_entry_no")
        insert_rows(self._connection, tables.refund_telling, columns, rows)

    def tellings(self, refund_no: int) -> list[tuple[int, int]]:
        """Return by which entries a refund is said to have left: exchange and entry number."""
        rows = self._connection.execute(
            text(
                "SELECT exchange_no, statement_entry_no FROM refund_telling WHERE tenant = :t AND refund_no = :number "
                "ORDER BY exchange_no, statement_entry_no"
            ),
            {"t": self._tenant, "number": refund_no},
        )
        return [(row[0], row[1]) for row in rows]

    def is_told_on_another_day(self, debit: StatementDebit, numbers: Sequence[int]) -> bool:
        """Say whether another posted file of the same family tells of one of these refunds on another day."""
        place = {"t": self._tenant, "x": debit.exchange_no, "section": debit.section_no, "day": debit.booked_date}
        return any(
            self._connection.execute(_ON_ANOTHER_DAY, {**place, "numbers": numbers[start : start + 500]}).first()
            for start in range(0, len(numbers), 500)
        )

    def returns(self, exchange_no: int) -> Sequence[tuple[int, int]]:
        """Return refunds that came back with a file, each with the payment that it is."""
        return [(row[0], row[1]) for row in self._connection.execute(_RETURNS, {"t": self._tenant, "x": exchange_no})]

    def booked_by(self, exchange_no: int) -> list[tuple[int, int | None]]:
        """Return the refunds that a file has booked, each with another posted file that says so too."""
        rows = self._connection.execute(_TOLD, {"t": self._tenant, "x": exchange_no})
        return [(row[0], row[1]) for row in rows]

    def account_of_booking(self, refund_no: int, exchange_no: int) -> int:
        """Return the payee account of the statement that booked a refund; 0 when the settings had none."""
        found = self._connection.execute(_ACCOUNT, {"t": self._tenant, "number": refund_no, "x": exchange_no}).scalar()
        return int(found or 0)

    def returned_by(self, exchange_no: int) -> list[int]:
        """Return the refunds whose money came back as a payment of a file."""
        return list(self._connection.execute(_RETURNED_BY, {"t": self._tenant, "x": exchange_no}).scalars())


def _names(*told: str) -> tuple[str, ...]:
    """Return what an entry may name something by: its references, then its lines of text, each once."""
    return tuple(dict.fromkeys(name for lines in told for name in lines.split("\n") if name))
