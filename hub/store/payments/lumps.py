"""Deposits and lumps: the two sides of the clearing account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.errors import TransientError
from hub.model.payments import Deposit, Lump, UnknownStatement
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.payments.bank_accounts import TOGETHER
from hub.store.payments.deposits import LATE_PAYMENTS, Deposits, change_deposits
from hub.store.payments.made_lumps import MadeLumps
from hub.store.statements import text

_DEPOSIT = "exchange_no, section_no, entry_no, account_no, currency, booked_date, amount_ore, reference, lump_no"
_LUMP = ", ".join(Lump._fields)


class SqlLumps(MadeLumps, Deposits):
    """Deposits and lumps of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def movements(self, exchange_no: int) -> list[Lump]:
        """Return the booked credit entries and reversed entries of a file's statements, not yet numbered.

        An entry with details is one movement, whatever became of its payments.
        """
        rows = self._connection.execute(text(_MOVEMENTS), {"t": self._tenant, "x": exchange_no})
        return [Lump._make(row) for row in rows]

    def unknown_statements(self, exchange_no: int = 0) -> list[UnknownStatement]:
        """Return accounts that the settings did not have, of what moved in one file or in all that are posted."""
        rows = self._connection.execute(text(_UNKNOWN_STATEMENTS), {"t": self._tenant, "x": exchange_no})
        return [UnknownStatement._make(row) for row in rows]

    def place_statement(self, statement: UnknownStatement, account_no: int, company: str) -> bool:
        """Give a statement and the reversals in it their account; False when it is the account of reversals alone."""
        values = {"t": self._tenant, **statement._asdict(), "number": account_no, "company": company}
        self._connection.execute(text(_PLACE_REVERSALS), values)
        return self._connection.execute(text(_PLACE_SECTION), values).rowcount > 0

    def take_numbers(self, count: int) -> int:
        """Take `count` lump numbers and return the first."""
        return take_numbers(self._connection, self._tenant, "lump", count)

    def add(self, lumps: Sequence[Lump]) -> None:
        """Write new lumps."""
        insert_rows(
            self._connection,
            tables.lump,
            ("tenant", *Lump._fields),
            [(self._tenant, *lump) for lump in lumps],
        )

    def deposits(self, account_no: int, *, unpaired_only: bool = True) -> list[Deposit]:
        """Return deposits that no lump is paired with, oldest first.

        Of an account: all that are paid in where its money is.
        """
        paired = " AND lump_no IS NULL AND amount_ore <> 0" if unpaired_only else ""
        rows = self._connection.execute(
            text(
                f"SELECT {_DEPOSIT} FROM deposit WHERE tenant = :t AND account_no IN ({TOGETHER}) {paired} "
                "ORDER BY booked_date, exchange_no, section_no, entry_no, account_no"
            ),
            {"t": self._tenant, "account": account_no},
        )
        return [Deposit._make(row) for row in rows]

    def lumps(self, account_no: int | None = None, *, state: str = "alone", since: str = "") -> list[Lump]:
        """Return lumps in a state (empty: any that has not been undone) of a day or later, oldest first.

        Of an account: the lumps that its money is paid in with.
        """
        of_account = f"AND account_no IN ({TOGETHER})" if account_no is not None else ""
        in_state = "state = :state" if state else "state <> 'undone'"
        rows = self._connection.execute(
            text(
                f"SELECT {_LUMP} FROM lump WHERE tenant = :t {of_account} AND {in_state} AND booked_date >= :since "
                "ORDER BY booked_date, lump_no"
            ),
            {"t": self._tenant, "account": account_no, "state": state, "since": since},
        )
        return [Lump._make(row) for row in rows]

    def pair(self, pairs: Sequence[tuple[Deposit, Lump]]) -> None:
        """Write down which lump each deposit came in with.

        Raises:
            TransientError: another run has paired one of them since they were read.
        """
        deposits = [
            {
                "t": self._tenant,
                "x": deposit.exchange_no,
                "section": deposit.section_no,
                "entry": deposit.entry_no,
                "account": deposit.account_no,
                "lump": lump.lump_no,
            }
            for deposit, lump in pairs
        ]
        lumps = [{"t": self._tenant, "lump": number} for number in sorted({lump.lump_no for _, lump in pairs})]
        for statement, values in ((_PAIR_LUMP, lumps), (_PAIR_DEPOSIT, deposits)):
            if values and self._connection.execute(text(statement), values).rowcount != len(values):
                raise TransientError("another run has just paired the same lump or deposit; this one goes on after it")

    def get(self, lump_no: int) -> Lump:
        """Return one lump, which there is; it stays as it is until the transaction ends."""
        lock = " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""
        row = self._connection.execute(
            text(f"SELECT {_LUMP} FROM lump WHERE tenant = :t AND lump_no = :lump{lock}"),
            {"t": self._tenant, "lump": lump_no},
        ).one()
        return Lump._make(row)

    def told_again(self, lump: Lump) -> int | None:
        """Return the duplicate by which another posted file says the same movement, or None."""
        found = self._connection.execute(text(_TOLD_AGAIN), {"t": self._tenant, **lump._asdict()}).scalar()
        return None if found is None else int(found)

    def told(self, account_no: int, first_day: str, last_day: str, exchange_no: int) -> list[tuple[Lump, str]]:
        """Return an account's lumps of some days that stand, with the family that told each.

        The family is empty where an undo, of the exchange's earlier attempt or of another file, left the lump standing.
        """
        columns = ", ".join(f"l.{column}" for column in Lump._fields)
        rows = self._connection.execute(
            text(
                f"SELECT {columns}, {_TOLD_BY} FROM lump l JOIN section s ON s.tenant = l.tenant "
                "AND s.exchange_no = l.exchange_no AND s.section_no = l.section_no "
                "JOIN exchange x ON x.tenant = l.tenant AND x.exchange_no = l.exchange_no WHERE l.tenant = :t "
                "AND l.account_no = :account AND l.state <> 'undone' AND l.booked_date BETWEEN :first AND :last "
                "ORDER BY l.lump_no"
            ),
            {"t": self._tenant, "account": account_no, "first": first_day, "last": last_day, "x": exchange_no},
        )
        return [(Lump._make(row[:-1]), row[-1]) for row in rows]

    def has_any(self, account_no: int) -> bool:
        """Say whether what moved where an account's money is paid in was ever told: else no deposit can be paired."""
        found = self._connection.execute(
            text(f"SELECT 1 FROM lump WHERE tenant = :t AND account_no IN ({TOGETHER}) LIMIT 1"),
            {"t": self._tenant, "account": account_no},
        )
        return found.scalar() is not None

    def raise_deposits(self, payment_ids: Sequence[int]) -> set[int]:
        """Add payments that are posted late to the deposits they came in; return the accounts touched.

        A deposit that was paired with a lump of its smaller amount is free again, and so is the lump.
        """
        self._note_late(payment_ids)
        change_deposits(self._connection, self._tenant, LATE_PAYMENTS)
        rows = self._connection.execute(
            text(
                "SELECT DISTINCT p.account_no FROM late_payment l "
                "JOIN payment p ON p.tenant = :t AND p.payment_id = l.payment_id"
            ),
            {"t": self._tenant},
        )
        return {row[0] for row in rows} - {0}

    def change(self, lump_no: int, state: str) -> None:
        """Set the state of a lump."""
        self._connection.execute(
            text("UPDATE lump SET state = :state WHERE tenant = :t AND lump_no = :lump"),
            {"t": self._tenant, "lump": lump_no, "state": state},
        )


_TOLD_BY = "CASE WHEN l.exchange_no = :x OR x.state = 'undone' THEN '' ELSE s.family END"

_PAIR_DEPOSIT = (
    "UPDATE deposit SET lump_no = :lump WHERE tenant = :t AND exchange_no = :x "
    "AND section_no = :section AND entry_no = :entry AND account_no = :account AND lump_no IS NULL"
)
_PAIR_LUMP = "UPDATE lump SET state = 'paired' WHERE tenant = :t AND lump_no = :lump AND state = 'alone'"

_MOVEMENTS = """
    SELECT 0, d.exchange_no, d.section_no, d.entry_no, s.account_no, max(d.currency),
           min(coalesce(d.booked_date, s.booked_date)), CAST(sum(d.amount_ore) AS BIGINT),
           max(d.entry_reference), 'alone'
    FROM (
        SELECT p.tenant, p.exchange_no, p.section_no, p.entry_no, p.currency, p.booked_date, p.amount_ore,
               p.entry_reference, 0 AS is_lump
        FROM chunk c
        JOIN payment p ON p.tenant = c.tenant AND p.payment_id BETWEEN c.first_payment AND c.last_payment
        WHERE c.tenant = :t AND c.exchange_no = :x
        UNION ALL
        SELECT r.tenant, r.exchange_no, r.section_no, r.entry_no, r.currency, r.booked_date,
               CASE r.is_credit WHEN 1 THEN r.amount_ore ELSE -r.amount_ore END, r.entry_reference, 0
        FROM reversal r WHERE r.tenant = :t AND r.exchange_no = :x
        UNION ALL
        SELECT e.tenant, e.exchange_no, e.section_no, e.entry_no, e.currency, e.booked_date, e.amount_ore,
               e.entry_reference, 1
        FROM statement_entry e WHERE e.tenant = :t AND e.exchange_no = :x AND e.kind = 'lump'
    ) AS d
    JOIN section s ON s.tenant = d.tenant AND s.exchange_no = d.exchange_no AND s.section_no = d.section_no
    WHERE s.level = 'lump' OR d.is_lump = 1
    GROUP BY d.exchange_no, d.section_no, d.entry_no, s.account_no
    ORDER BY 2, 3, 4
"""

# The bank account that moved, and the accounts that payments were taken back from.
_UNKNOWN_STATEMENTS = """
    SELECT w.exchange_no, w.section_no, w.account, w.alternative_account FROM (
        SELECT s.exchange_no, s.section_no, s.account, s.alternative_account FROM section s
        WHERE s.tenant = :t AND s.account_no = 0
          AND (s.level = 'lump' AND (s.payments > 0 OR EXISTS (
                   SELECT 1 FROM reversal r WHERE r.tenant = s.tenant AND r.exchange_no = s.exchange_no
                   AND r.section_no = s.section_no))
               OR EXISTS (SELECT 1 FROM statement_entry e WHERE e.tenant = s.tenant AND e.exchange_no = s.exchange_no
                          AND e.section_no = s.section_no
                          AND (e.kind = 'lump' OR s.level = 'lump' AND e.kind <> 'pending')))
        UNION
        SELECT r.exchange_no, r.section_no, coalesce(nullif(r.account, ''), s.account),
               CASE r.account WHEN '' THEN s.alternative_account ELSE '' END
        FROM reversal r
        JOIN section s ON s.tenant = r.tenant AND s.exchange_no = r.exchange_no AND s.section_no = r.section_no
        WHERE r.tenant = :t AND r.account_no = 0 AND r.state IN ('loaded', 'held')
    ) AS w
    JOIN exchange x ON x.tenant = :t AND x.exchange_no = w.exchange_no
    WHERE w.account <> '' AND (x.exchange_no = :x OR x.state = 'posted') AND (:x = 0 OR w.exchange_no = :x)
    ORDER BY 1, 2, 3
"""

_PLACE_REVERSALS = """
    UPDATE reversal SET account_no = :number
    WHERE tenant = :t AND exchange_no = :exchange_no AND section_no = :section_no AND account_no = 0
      AND (account = :account OR account = '' AND EXISTS (
           SELECT 1 FROM section s WHERE s.tenant = reversal.tenant AND s.exchange_no = reversal.exchange_no
           AND s.section_no = reversal.section_no AND s.account = :account))
"""
_PLACE_SECTION = """
    UPDATE section SET account_no = :number, company = :company
    WHERE tenant = :t AND exchange_no = :exchange_no AND section_no = :section_no AND account_no = 0
      AND account = :account
"""

_TOLD_AGAIN = """
    SELECT min(o.lump_no) FROM lump o
    JOIN exchange x ON x.tenant = o.tenant AND x.exchange_no = o.exchange_no AND x.state IN ('posting', 'posted')
    WHERE o.tenant = :t AND o.account_no = :account_no AND o.state = 'duplicate' AND o.exchange_no <> :exchange_no
      AND o.booked_date = :booked_date AND o.amount_ore = :amount_ore AND o.currency = :currency
      AND o.entry_reference = :entry_reference
"""
