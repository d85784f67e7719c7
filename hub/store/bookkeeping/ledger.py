"""What a general ledger's own file says: its numbers for our vouchers, its accounts, balances and lines.

A file is written down chunk by chunk under its exchange number, and counts from the moment that `put_in_force` names
it: what an interrupted reading has left is never seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection, bindparam

from hub.model.bookkeeping import BookedVoucher, FiscalYear, LedgerAccount, LedgerBalance, VoucherAsExported
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text
from hub.store.temporary import lay_out

_AS_EXPORTED = text("""
    SELECT x.voucher_no, x.ledger_date, coalesce(r.used, l.account) AS account, l.amount_ore
    FROM voucher_export x
    JOIN voucher_line l ON l.tenant = x.tenant AND l.voucher_no = x.voucher_no
    LEFT JOIN replaced_account r ON r.tenant = l.tenant AND r.voucher_no = l.voucher_no AND r.line_no = l.line_no
    WHERE x.tenant = :t AND x.company = :company AND x.voucher_no IN :numbers ORDER BY x.voucher_no, l.line_no
""").bindparams(bindparam("numbers", expanding=True))
_NUMBERS = {
    "voucher_no": "BIGINT PRIMARY KEY",
    "ledger_series": "TEXT",
    "ledger_number": "TEXT",
    "is_changed": "BIGINT",
}
_TAKE = text("""
    UPDATE voucher_export SET state = 'booked', ledger_series = n.ledger_series, ledger_number = n.ledger_number,
                              is_changed = n.is_changed
    FROM ledger_number n
    WHERE voucher_export.tenant = :t AND voucher_export.company = :company
      AND voucher_export.voucher_no = n.voucher_no
""")
_ACCOUNTS = {"account": "TEXT PRIMARY KEY", "name": "TEXT"}
_KEEP_ACCOUNTS = text("""
    INSERT INTO ledger_account (tenant, company, account, name, exchange_no)
    SELECT :t, :company, account, name, :x FROM told_account WHERE true
    ON CONFLICT (tenant, company, account) DO UPDATE SET name = excluded.name, exchange_no = excluded.exchange_no
""")
_IN_FORCE = text("""
    INSERT INTO ledger_file (tenant, company, year_begins, year_ends, until, exchange_no)
    VALUES (:t, :company, :begins, :ends, :until, :x)
    ON CONFLICT (tenant, company, year_begins) DO UPDATE SET year_ends = excluded.year_ends, until = excluded.until,
                                                             exchange_no = excluded.exchange_no
""")
_NOT_IN_FORCE = """
    DELETE FROM {table} WHERE tenant = :t AND company = :company AND exchange_no < :x AND exchange_no NOT IN
        (SELECT exchange_no FROM ledger_file WHERE tenant = :t AND company = :company)
"""


class SqlLedgerFiles:
    """What general ledgers have told of one tenant, within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def as_exported(self, company: str, numbers: Sequence[int]) -> dict[int, VoucherAsExported]:
        """Return vouchers as they went to a company's ledger, by our number; what never went there is left out."""
        if not numbers:
            return {}
        rows = self._connection.execute(_AS_EXPORTED, {"t": self._tenant, "company": company, "numbers": list(numbers)})
        return {
            number: VoucherAsExported(number, day, tuple((line.account, line.amount_ore) for line in lines))
            for (number, day), lines in groupby(rows, key=lambda row: (row.voucher_no, row.ledger_date))
        }

    def take_numbers(self, company: str, booked: Sequence[tuple[int, str, str, int]]) -> int:
        """Write the ledger's series and number of our vouchers, and whether it has changed them; return how many."""
        lay_out(self._connection, "ledger_number", _NUMBERS, booked)
        return int(self._connection.execute(_TAKE, {"t": self._tenant, "company": company}).rowcount)

    def keep_accounts(self, company: str, exchange_no: int, accounts: Sequence[LedgerAccount]) -> None:
        """Write accounts of the ledger's chart; of one that is told twice the later counts."""
        lay_out(
            self._connection, "told_account", _ACCOUNTS, list({one.number: tuple(one) for one in accounts}.values())
        )
        given = {"t": self._tenant, "company": company, "x": exchange_no}
        self._connection.execute(_KEEP_ACCOUNTS, given)

    def keep_balances(self, company: str, exchange_no: int, balances: Sequence[LedgerBalance]) -> None:
        """Write balances of accounts."""
        rows = [(self._tenant, company, exchange_no, *one) for one in balances]
        columns = ("tenant", "company", "exchange_no", "account", "kind", "year_begins", "month", "amount_ore")
        insert_rows(self._connection, tables.ledger_balance, columns, rows)

    def keep_lines(self, company: str, exchange_no: int, first_line: int, vouchers: Sequence[BookedVoucher]) -> int:
        """Write the lines of vouchers, numbered from `first_line`; return the number behind the last."""
        lines = [(voucher, line) for voucher in vouchers for line in voucher.lines]
        rows = [
            (self._tenant, company, exchange_no, number, of.series, of.number, of.date, of.voucher_no, *line[:2])
            for number, (of, line) in enumerate(lines, first_line)
        ]
        of_voucher = ("ledger_series", "ledger_number", "ledger_date", "voucher_no")
        columns = ("tenant", "company", "exchange_no", "line_no", *of_voucher, "account", "amount_ore")
        insert_rows(self._connection, tables.ledger_line, columns, rows)
        return first_line + len(rows)

    def put_in_force(
        self, company: str, exchange_no: int, year: FiscalYear | None, until: str, *, has_chart: bool
    ) -> None:
        """Let a file be what is known of its year, and delete what no file in force has said."""
        given = {"t": self._tenant, "company": company, "x": exchange_no, "until": until}
        if year is not None:
            self._connection.execute(_IN_FORCE, {**given, "begins": year.begins, "ends": year.ends})
        for table in ("ledger_balance", "ledger_line"):
            self._connection.execute(text(_NOT_IN_FORCE.format(table=table)), given)
        if has_chart:
            self._connection.execute(
                text("DELETE FROM ledger_account WHERE tenant = :t AND company = :company AND exchange_no <> :x"), given
            )
