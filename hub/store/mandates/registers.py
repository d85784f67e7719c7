"""The clearing house's register of mandates, beside ours: its latest rows, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.model.mandates import RegisterDifference
from hub.rules.mandates.proof import Difference
from hub.services.ports.mandates import RegisterRow
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text

_ROW = ("row_no", "company", "account_no", "payer_number", "payer_account", "payer_identity", "is_under_question")

_IN_FORCE = text("""
    INSERT INTO mandate_register (tenant, account_no, company, exchange_no, made_on)
    VALUES (:t, :account_no, :company, :x, :made_on)
    ON CONFLICT (tenant, account_no) DO UPDATE SET exchange_no = excluded.exchange_no, made_on = excluded.made_on,
                                                   company = excluded.company
""")
_NOT_IN_FORCE = text("""
    DELETE FROM registered_mandate WHERE tenant = :t AND exchange_no < :x AND exchange_no NOT IN
        (SELECT exchange_no FROM mandate_register WHERE tenant = :t)
""")
_THEIRS = f"""
    SELECT f.company, g.payer_number,
           CASE WHEN m.mandate_no IS NULL THEN '{Difference.UNKNOWN_HERE}'
                WHEN m.state IN ('cancelled', 'refused') THEN '{Difference.ENDED_HERE}'
                WHEN g.is_under_question = 1 AND m.state <> 'questioned' THEN '{Difference.UNDER_QUESTION}'
                WHEN g.is_under_question = 0 AND m.state IN ('wished', 'asked', 'questioned')
                THEN '{Difference.NOT_ACTIVE_HERE}'
                ELSE '{Difference.OTHER_ACCOUNT}' END,
           coalesce(m.state, ''), CASE g.is_under_question WHEN 1 THEN 'questioned' ELSE 'active' END, f.exchange_no
    FROM mandate_register f
    JOIN registered_mandate g ON g.tenant = f.tenant AND g.exchange_no = f.exchange_no AND g.account_no = f.account_no
    LEFT JOIN mandate m ON m.tenant = g.tenant AND m.account_no = g.account_no AND m.payer_number = g.payer_number
    WHERE f.tenant = :t AND (:company = '' OR f.company = :company) AND (
        m.mandate_no IS NULL OR m.state IN ('cancelled', 'refused')
        OR (g.is_under_question = 1 AND m.state <> 'questioned')
        OR (g.is_under_question = 0 AND m.state IN ('wished', 'asked', 'questioned'))
        OR (m.payer_account <> '' AND g.payer_account <> '' AND m.payer_account <> g.payer_account))
"""
_OURS = f"""
    SELECT f.company, m.payer_number, '{Difference.MISSING_THERE}', m.state, '', f.exchange_no
    FROM mandate_register f
    JOIN mandate m ON m.tenant = f.tenant AND m.account_no = f.account_no
    WHERE f.tenant = :t AND (:company = '' OR f.company = :company)
      AND m.state IN ('active', 'stopped', 'changing', 'cancelling')
      AND NOT EXISTS (SELECT 1 FROM registered_mandate g WHERE g.tenant = f.tenant AND g.exchange_no = f.exchange_no
                      AND g.account_no = m.account_no AND g.payer_number = m.payer_number)
"""
_DIFFERENCES = f"SELECT * FROM ({_THEIRS} UNION ALL {_OURS}) AS both_ways ORDER BY 1, 3, 2 LIMIT :limit"
_ROWS_OF = f"""
    SELECT {", ".join(f"g.{name}" for name in _ROW)} FROM mandate_register f
    JOIN registered_mandate g ON g.tenant = f.tenant AND g.exchange_no = f.exchange_no AND g.account_no = f.account_no
    WHERE f.tenant = :t AND f.company = :company AND g.row_no > :after ORDER BY g.row_no LIMIT :limit
"""


class SqlMandateRegisters:
    """Registers of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def keep(self, exchange_no: int, rows: Sequence[RegisterRow]) -> None:
        """Write rows of a register that is being read; one that is there already takes no second place."""
        columns = ("tenant", "exchange_no", *_ROW)
        insert_rows(
            self._connection, tables.registered_mandate, columns, [(self._tenant, exchange_no, *row) for row in rows]
        )

    def forget(self, exchange_no: int) -> None:
        """Take away what an interrupted reading has left."""
        given = {"t": self._tenant, "x": exchange_no}
        self._connection.execute(text("DELETE FROM registered_mandate WHERE tenant = :t AND exchange_no = :x"), given)

    def accounts_in(self, exchange_no: int) -> set[int]:
        """Return the payee accounts that the rows of a register are of."""
        statement = text("SELECT DISTINCT account_no FROM registered_mandate WHERE tenant = :t AND exchange_no = :x")
        return set(self._connection.execute(statement, {"t": self._tenant, "x": exchange_no}).scalars())

    def put_in_force(self, exchange_no: int, accounts: Sequence[tuple[int, str]], made_on: str) -> None:
        """Let a register be what is known of payee accounts, each given with its company."""
        given = {"t": self._tenant, "x": exchange_no, "made_on": made_on}
        for account_no, company in accounts:
            self._connection.execute(_IN_FORCE, {**given, "account_no": account_no, "company": company})
        self._connection.execute(_NOT_IN_FORCE, {"t": self._tenant, "x": exchange_no})

    def differences(self, company: str = "", limit: int = 1_000_000) -> list[RegisterDifference]:
        """Return where our mandates and the latest register of each payee account differ."""
        rows = self._connection.execute(text(_DIFFERENCES), {"t": self._tenant, "company": company, "limit": limit})
        return [RegisterDifference._make(row) for row in rows]

    def rows_of(self, company: str, *, after: int, limit: int) -> list[RegisterRow]:
        """Return the next rows of the registers in force of a company."""
        asked = {"t": self._tenant, "company": company, "after": after, "limit": limit}
        return [tuple(row) for row in self._connection.execute(text(_ROWS_OF), asked)]

    def in_force(self) -> list[tuple[str, int, int, str]]:
        """Return company, payee account, exchange and day of the registers in force."""
        rows = self._connection.execute(
            text(
                "SELECT company, account_no, exchange_no, made_on FROM mandate_register WHERE tenant = :t "
                "ORDER BY company, account_no"
            ),
            {"t": self._tenant},
        )
        return [tuple(row) for row in rows]
