"""Statements as files told them, and the gaps between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam

from hub.model.bank_statements import Gap, GapRow, GapState, Statement
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_GAP = ", ".join(GapRow._fields)
_NEW_GAP = ("tenant", *GapRow._fields, "found_at", "changed_at")
# The first balance of each kind counts; a section that tells balances in two currencies is two statements.
_BALANCE = """
    SELECT b.exchange_no, b.section_no, b.currency, b.kind, b.on_date, b.amount_ore,
           row_number() OVER (PARTITION BY b.exchange_no, b.section_no, b.currency, b.kind
                              ORDER BY b.balance_no) AS place
    FROM statement_balance b
    JOIN section s ON s.tenant = b.tenant AND s.exchange_no = b.exchange_no AND s.section_no = b.section_no
    WHERE b.tenant = :t AND b.kind IN ('opening', 'closing') AND s.account_no IN :accounts
"""
_BOOKED = """
    SELECT exchange_no, section_no, currency, CAST(sum(amount_ore) AS BIGINT) AS ore
    FROM (SELECT l.exchange_no, l.section_no, l.currency, l.amount_ore
          FROM lump l WHERE l.tenant = :t AND l.account_no IN :accounts AND l.state <> 'undone'
          UNION ALL
          SELECT e.exchange_no, e.section_no, e.currency, e.amount_ore
          FROM refund_telling r
          JOIN statement_entry e ON e.tenant = r.tenant AND e.exchange_no = r.exchange_no
                                AND e.statement_entry_no = r.statement_entry_no
          WHERE r.tenant = :t AND e.account_no IN :accounts) AS booked
    GROUP BY exchange_no, section_no, currency
"""
_STATEMENTS = f"""
    SELECT s.account_no, c.currency, s.exchange_no, s.section_no, s.identity, s.serial,
           o.on_date, o.amount_ore, e.on_date, e.amount_ore, s.first_date, s.last_date, s.net_ore,
           {{not_booked}}
    FROM section s
    JOIN exchange x ON x.tenant = s.tenant AND x.exchange_no = s.exchange_no AND x.state = 'posted'
    JOIN (SELECT DISTINCT exchange_no, section_no, currency FROM ({_BALANCE}) AS b) AS c
      ON c.exchange_no = s.exchange_no AND c.section_no = s.section_no
    LEFT JOIN ({_BALANCE}) AS o ON o.exchange_no = s.exchange_no AND o.section_no = s.section_no
                               AND o.currency = c.currency AND o.kind = 'opening' AND o.place = 1
    LEFT JOIN ({_BALANCE}) AS e ON e.exchange_no = s.exchange_no AND e.section_no = s.section_no
                               AND e.currency = c.currency AND e.kind = 'closing' AND e.place = 1
    {{booked}}
    WHERE s.tenant = :t AND s.level = 'lump' AND s.account_no IN :accounts
    ORDER BY s.account_no, c.currency, s.exchange_no, s.section_no
"""
_JOIN_BOOKED = f"""
    LEFT JOIN ({_BOOKED}) AS m ON m.exchange_no = s.exchange_no AND m.section_no = s.section_no
                              AND m.currency = c.currency
"""
_TOLD = text(_STATEMENTS.format(not_booked="CAST(NULL AS BIGINT)", booked="")).bindparams(
    bindparam("accounts", expanding=True)
)
_TOLD_AND_BOOKED = text(
    _STATEMENTS.format(not_booked="s.net_ore - coalesce(m.ore, 0)", booked=_JOIN_BOOKED)
).bindparams(bindparam("accounts", expanding=True))
_GAPS = text(
    f"SELECT {_GAP} FROM statement_gap WHERE tenant = :t AND account_no IN :accounts ORDER BY gap_no"
).bindparams(bindparam("accounts", expanding=True))


class SqlBankStatements:
    """Statements of one tenant's bank accounts within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def of_accounts(self, accounts: Collection[int], *, with_booked: bool = False) -> list[Statement]:
        """Return what posted files tell as statements with balances, page by page, by account in the order they came.

        What is not booked of each is counted on request alone: it looks at all that ever moved there.
        """
        if not accounts:
            return []
        statement = _TOLD_AND_BOOKED if with_booked else _TOLD
        rows = self._connection.execute(statement, {"t": self._tenant, "accounts": sorted(accounts)})
        return [Statement._make(row) for row in rows]

    def accounts_of(self, exchange_no: int) -> set[int]:
        """Return the accounts whose statements a file has."""
        rows = self._connection.execute(
            text(
                "SELECT DISTINCT account_no FROM section "
                "WHERE tenant = :t AND exchange_no = :x AND level = 'lump' AND account_no <> 0"
            ),
            {"t": self._tenant, "x": exchange_no},
        )
        return {row[0] for row in rows}

    def gaps(self, accounts: Collection[int]) -> list[GapRow]:
        """Return all gaps of accounts, whatever has become of them, oldest first."""
        if not accounts:
            return []
        rows = self._connection.execute(_GAPS, {"t": self._tenant, "accounts": sorted(accounts)})
        return [GapRow._make(row) for row in rows]

    def gap(self, gap_no: int) -> GapRow | None:
        """Return one gap."""
        row = self._connection.execute(
            text(f"SELECT {_GAP} FROM statement_gap WHERE tenant = :t AND gap_no = :no"),
            {"t": self._tenant, "no": gap_no},
        ).one_or_none()
        return None if row is None else GapRow._make(row)

    def add_gaps(self, found: Sequence[Gap]) -> list[GapRow]:
        """Write gaps that are new; return them with their numbers."""
        first = take_numbers(self._connection, self._tenant, "statement_gap", len(found)) if found else 0
        rows = [_row(number, gap) for number, gap in enumerate(found, first)]
        written = [(self._tenant, *row, self._now, self._now) for row in rows]
        insert_rows(self._connection, tables.statement_gap, _NEW_GAP, written)
        return rows

    def change_gap(self, gap_no: int, state: GapState, *, reason: str = "", user: str = "") -> None:
        """Write what has become of a gap."""
        self._connection.execute(
            text(
                "UPDATE statement_gap SET state = :state, reason = :reason, changed_by = :user, changed_at = :now "
                "WHERE tenant = :t AND gap_no = :no"
            ),
            {"t": self._tenant, "no": gap_no, "state": state, "reason": reason, "user": user, "now": self._now},
        )


def _row(number: int, gap: Gap) -> GapRow:
    return GapRow(
        gap_no=number,
        account_no=gap.before.account_no,
        currency=gap.before.currency,
        kind=gap.kind,
        after_exchange=gap.after.exchange_no,
        after_section=gap.after.section_no,
        before_exchange=gap.before.exchange_no,
        before_section=gap.before.section_no,
        difference_ore=gap.difference_ore,
        first_day=gap.first_day,
        last_day=gap.last_day,
        missing_numbers=gap.missing_numbers,
        state=GapState.OPEN,
    )
