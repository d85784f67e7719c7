"""Vouchers that the general ledger does not have, those that it has been given, and months that it has closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from hub.model.bookkeeping import ExportedVoucher, LedgerAccount
from hub.model.books import VoucherLine
from hub.rules.bookkeeping.deciding import Replaced, VoucherToExport
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text

_WAITING = text("""
    SELECT v.voucher_no, v.voucher_type, v.booked_date, v.currency, v.text, l.account, l.amount_ore, l.coding
    FROM (SELECT v.tenant, v.voucher_no, v.voucher_type, v.booked_date, v.currency, v.text
          FROM voucher v
          WHERE v.tenant = :t AND v.voucher_no > :after AND v.company = :company AND v.booked_date >= :begins_on
            AND (:through = 0 OR v.voucher_no <= :through)
            AND NOT EXISTS (SELECT 1 FROM voucher_export x WHERE x.tenant = v.tenant AND x.voucher_no = v.voucher_no)
          ORDER BY v.voucher_no LIMIT :limit) AS v
    LEFT JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no
    ORDER BY v.voucher_no, l.line_no
""")
_LATEST = """
    SELECT v.voucher_no, v.company, v.voucher_type, v.booked_date, coalesce(x.exchange_no, 0),
           coalesce(x.series, ''), coalesce(x.ledger_date, ''), coalesce(x.state, 'waiting'),
           coalesce(x.ledger_series, ''), coalesce(x.ledger_number, ''), coalesce(x.is_changed, 0),
           (SELECT count(*) FROM replaced_account r WHERE r.tenant = v.tenant AND r.voucher_no = v.voucher_no)
    FROM voucher v LEFT JOIN voucher_export x ON x.tenant = v.tenant AND x.voucher_no = v.voucher_no
    WHERE v.tenant = :t AND v.voucher_no < :before AND (:company = '' OR v.company = :company)
      AND (:state = '' OR coalesce(x.state, 'waiting') = :state)
    ORDER BY v.voucher_no DESC LIMIT :limit
"""
_LAST = text("SELECT coalesce(max(voucher_no), 0) FROM voucher WHERE tenant = :t AND company = :company")
_EXPORT_COLUMNS = ("tenant", "voucher_no", "company", "exchange_no", "series", "ledger_date", "state")


class SqlExporting:
    """What goes from one tenant's books to general ledgers, within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now

    def latest(self, company: str) -> int:
        """Return the number of a company's latest voucher, 0 before the first."""
        found = self._connection.execute(_LAST, {"t": self._tenant, "company": company})
        return int(found.scalar_one())

    def waiting(
        self, company: str, *, begins_on: str, after: int, limit: int, through: int = 0
    ) -> tuple[list[VoucherToExport], int]:
        """Return the next vouchers that the ledger does not have, and the number to go on behind; 0 when that is all.

        With `through`, none with a higher number.

        A voucher without lines books nothing and is left out.
        """
        given = {"t": self._tenant, "company": company, "begins_on": begins_on, "after": after, "limit": limit}
        given["through"] = through
        rows = self._connection.execute(_WAITING, given)
        found = [(head, list(lines)) for head, lines in groupby(rows, key=lambda row: tuple(row[:5]))]
        vouchers = [
            VoucherToExport._make((*head, tuple(VoucherLine(*line[5:]) for line in lines)))
            for head, lines in found
            if lines[0].account is not None
        ]
        return vouchers, found[-1][0][0] if len(found) == limit else 0

    def next_file(self, company: str) -> int:
        """Take the next number of a company's files."""
        return take_numbers(self._connection, self._tenant, f"bookkeeping {company}")

    def note_exported(self, company: str, exchange_no: int, vouchers: Iterable[tuple[int, str, str]]) -> None:
        """Write which vouchers a file holds: number, series, date. One that another file holds breaks the key."""
        rows = [(self._tenant, number, company, exchange_no, *rest, "exported") for number, *rest in vouchers]
        insert_rows(self._connection, tables.voucher_export, _EXPORT_COLUMNS, rows)

    def note_replaced(self, replaced: Iterable[Replaced], used: str) -> None:
        """Write which lines went to the error account `used`."""
        rows = [(self._tenant, one.voucher_no, one.line_no, one.account, used, one.why) for one in replaced]
        columns = ("tenant", "voucher_no", "line_no", "account", "used", "why")
        insert_rows(self._connection, tables.replaced_account, columns, rows)

    def of_file(self, exchange_no: int) -> tuple[int, int]:
        """Return how many vouchers of a file the ledger has numbered, and how many there are; nobody changes them now.

        Held on PostgreSQL: the ledger's own file may be taken in at the same time.
        """
        locked = " FOR UPDATE" if self._connection.dialect.name == "postgresql" else ""
        rows = self._connection.execute(
            text(f"SELECT state FROM voucher_export WHERE tenant = :t AND exchange_no = :x{locked}"),
            {"t": self._tenant, "x": exchange_no},
        )
        states = [row.state for row in rows]
        return states.count("booked"), len(states)

    def forget_file(self, exchange_no: int) -> None:
        """Let the vouchers of a file go again."""
        given = {"t": self._tenant, "x": exchange_no}
        of_file = "voucher_no IN (SELECT voucher_no FROM voucher_export WHERE tenant = :t AND exchange_no = :x)"
        self._connection.execute(text(f"DELETE FROM replaced_account WHERE tenant = :t AND {of_file}"), given)
        self._connection.execute(text("DELETE FROM voucher_export WHERE tenant = :t AND exchange_no = :x"), given)

    def exported(
        self, *, company: str = "", state: str = "", before: int | None = None, limit: int = 100
    ) -> list[ExportedVoucher]:
        """Return vouchers and where they stand, newest first; those that wait too."""
        given: dict[str, Any] = {"t": self._tenant, "company": company, "state": state, "limit": limit}
        rows = self._connection.execute(text(_LATEST), {**given, "before": before if before is not None else 2**62})
        return [ExportedVoucher._make(row) for row in rows]

    def closed_months(self, company: str) -> list[str]:
        """Return the months that a company's ledger has closed, in order."""
        rows = self._connection.execute(
            text("SELECT month FROM closed_month WHERE tenant = :t AND company = :company ORDER BY month"),
            {"t": self._tenant, "company": company},
        )
        return [row.month for row in rows]

    def close_month(self, company: str, month: str, user: str) -> bool:
        """Note that the ledger takes no more vouchers of a month; False when that is known."""
        done = self._connection.execute(
            text(
                "INSERT INTO closed_month (tenant, company, month, closed_by, closed_at) "
                "VALUES (:t, :company, :month, :user, :now) ON CONFLICT DO NOTHING"
            ),
            {"t": self._tenant, "company": company, "month": month, "user": user, "now": self._now},
        )
        return bool(done.rowcount)

    def open_month(self, company: str, month: str) -> bool:
        """Note that it takes them again; False when it never stopped."""
        done = self._connection.execute(
            text("DELETE FROM closed_month WHERE tenant = :t AND company = :company AND month = :month"),
            {"t": self._tenant, "company": company, "month": month},
        )
        return bool(done.rowcount)

    def accounts(self, company: str) -> Sequence[LedgerAccount]:
        """Return the ledger's chart of accounts, as far as it has told it."""
        rows = self._connection.execute(
            text("SELECT account, name FROM ledger_account WHERE tenant = :t AND company = :company ORDER BY account"),
            {"t": self._tenant, "company": company},
        )
        return [LedgerAccount._make(row) for row in rows]
