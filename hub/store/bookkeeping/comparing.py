"""Sums of one account in one month by each of the books, and the vouchers by which two of them differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, TextClause, bindparam

from hub.model.bookkeeping import FileInForce, Month
from hub.rules.bookkeeping.comparing import DifferingVoucher
from hub.store.statements import text

_IN_MONTH = "CAST(coalesce(sum(CASE WHEN {day} >= :first THEN {ore} ELSE 0 END), 0) AS BIGINT)"
_IN_ALL = "CAST(coalesce(sum({ore}), 0) AS BIGINT)"


def _with_strings(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("strings", expanding=True))


_ENTRIES = text(f"""
    SELECT r.group_no, CASE WHEN e.voucher_no IS NULL THEN 1 ELSE 0 END,
           {_IN_MONTH.format(day="e.booked_date", ore="e.amount_ore")}, {_IN_ALL.format(ore="e.amount_ore")}
    FROM entry e JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    WHERE e.tenant = :t AND r.company = :company AND e.booked_date <= :last
    GROUP BY r.group_no, CASE WHEN e.voucher_no IS NULL THEN 1 ELSE 0 END
""")
_SUSPENSE = text(f"""
    SELECT {_IN_MONTH.format(day="m.booked_date", ore="-m.amount_ore")}, {_IN_ALL.format(ore="-m.amount_ore")}
    FROM suspense_movement m JOIN voucher v ON v.tenant = m.tenant AND v.voucher_no = m.voucher_no
    WHERE m.tenant = :t AND v.company = :company AND m.booked_date <= :last
""")
_VOUCHERS = _with_strings(f"""
    SELECT {_IN_MONTH.format(day="v.booked_date", ore="l.amount_ore")}, {_IN_ALL.format(ore="l.amount_ore")}
    FROM voucher_line l JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no
    WHERE l.tenant = :t AND l.account IN :strings AND v.company = :company AND v.booked_date <= :last
""")
_FILE = text("""
    SELECT exchange_no, year_begins, until FROM ledger_file
    WHERE tenant = :t AND company = :company AND year_begins <= :last AND year_ends >= :first
""")
_HAS_CHANGES = text("""
    SELECT 1 FROM ledger_balance
    WHERE tenant = :t AND company = :company AND exchange_no = :x AND kind = 'change' AND year_begins = :begins LIMIT 1
""")
_STATED = text("""
    SELECT CAST(coalesce(sum(CASE WHEN month = :month THEN amount_ore ELSE 0 END), 0) AS BIGINT),
           CAST(coalesce(sum(amount_ore), 0) AS BIGINT)
    FROM ledger_balance
    WHERE tenant = :t AND company = :company AND exchange_no = :x AND account = :account AND year_begins = :begins
      AND (kind = 'opening' OR (kind = 'change' AND month <= :month))
""")
_OPENING = text("""
    SELECT CAST(coalesce(sum(amount_ore), 0) AS BIGINT) FROM ledger_balance
    WHERE tenant = :t AND company = :company AND exchange_no = :x AND account = :account AND year_begins = :begins
      AND kind = 'opening'
""")
_BY_LINES = text(f"""
    SELECT {_IN_MONTH.format(day="ledger_date", ore="amount_ore")}, {_IN_ALL.format(ore="amount_ore")}
    FROM ledger_line
    WHERE tenant = :t AND company = :company AND exchange_no = :x AND account = :account AND ledger_date <= :last
""")
_DIFFERING = _with_strings("""
    SELECT d.voucher_no, coalesce(x.ledger_series, d.series), coalesce(x.ledger_number, d.number), d.ours, d.theirs,
           coalesce(x.exchange_no, 0), CASE WHEN x.state = 'booked' THEN 1 ELSE 0 END, coalesce(v.booked_date, ''),
           coalesce(x.ledger_date, ''),
           (SELECT count(*) FROM replaced_account r WHERE r.tenant = :t AND r.voucher_no = d.voucher_no)
    FROM (SELECT voucher_no, series, number, CAST(sum(ours) AS BIGINT) AS ours, CAST(sum(theirs) AS BIGINT) AS theirs
          FROM (SELECT v.voucher_no, '' AS series, '' AS number, l.amount_ore AS ours, 0 AS theirs
                FROM voucher v JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no
                WHERE v.tenant = :t AND v.company = :company AND v.booked_date BETWEEN :first AND :last
                  AND l.account IN :strings
                UNION ALL
                SELECT g.voucher_no, CASE g.voucher_no WHEN 0 THEN g.ledger_series ELSE '' END,
                       CASE g.voucher_no WHEN 0 THEN g.ledger_number ELSE '' END, 0, g.amount_ore
                FROM ledger_line g
                WHERE g.tenant = :t AND g.company = :company AND g.exchange_no = :x AND g.account = :account
                  AND g.ledger_date BETWEEN :first AND :last) AS each_side
          GROUP BY voucher_no, series, number HAVING sum(ours) <> sum(theirs)) AS d
    LEFT JOIN voucher_export x ON x.tenant = :t AND x.voucher_no = d.voucher_no
    LEFT JOIN voucher v ON v.tenant = :t AND v.voucher_no = d.voucher_no
    ORDER BY d.voucher_no, d.series, d.number
""")
_TAKEN_OVER = text("""
    SELECT e.receivable_id, r.number, CAST(sum(e.amount_ore) AS BIGINT)
    FROM entry e JOIN receivable r ON r.tenant = e.tenant AND r.receivable_id = e.receivable_id
    WHERE e.tenant = :t AND e.voucher_no IS NULL AND r.company = :company AND e.booked_date BETWEEN :first AND :last
      AND r.group_no IN :groups
    GROUP BY e.receivable_id, r.number ORDER BY e.receivable_id LIMIT :limit
""").bindparams(bindparam("groups", expanding=True))


class SqlComparing:
    """The sums of one tenant's books and of its ledgers, within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def entries(self, of: Month) -> list[tuple[int, int, int, int]]:
        """Return sums of entries: posting group, 1 where no voucher is of them, in the month, up to its end."""
        return [tuple(row) for row in self._connection.execute(_ENTRIES, self._given(of))]

    def suspense(self, of: Month) -> tuple[int, int]:
        """Return the sum of the suspense account's movements in the month, and up to its end, debit above zero."""
        return self._pair(_SUSPENSE, of)

    def vouchers(self, of: Month, strings: Collection[str]) -> tuple[int, int]:
        """Return the sums of our vouchers' lines on account strings."""
        return self._pair(_VOUCHERS, of, strings=sorted(strings))

    def file_of(self, of: Month) -> FileInForce | None:
        """Return the ledger's latest file of the year that a month is in."""
        row = self._connection.execute(_FILE, self._given(of)).first()
        return None if row is None else FileInForce._make(row)

    def ledger(self, of: Month, file: FileInForce, account: str) -> tuple[int, int]:
        """Return the ledger's change of an account in the month, and its balance at its end.

        Where the file states no changes at all they are the sums of its vouchers.
        """
        given = {"x": file.exchange_no, "begins": file.year_begins}
        if self._connection.execute(_HAS_CHANGES, {**self._given(of), **given}).first() is not None:
            return self._pair(_STATED, of, **given, account=account, month=of.month)
        change, moved = self._pair(_BY_LINES, of, **given, account=account)
        values = {**self._given(of), **given, "account": account}
        return change, int(self._connection.execute(_OPENING, values).scalar_one()) + moved

    def differing(
        self, of: Month, file: FileInForce, account: str, strings: Collection[str]
    ) -> Iterator[DifferingVoucher]:
        """Yield the vouchers that the two books have otherwise on an account in the month."""
        given = {"x": file.exchange_no, "account": account, "strings": sorted(strings)}
        rows = self._connection.execute(_DIFFERING, {**self._given(of), **given})
        return (DifferingVoucher._make(row) for row in rows)

    def taken_over(self, of: Month, groups: Collection[int], limit: int) -> list[tuple[int, str, int]]:
        """Return receivables with entries that no voucher is of: id, number, their sum."""
        given = {**self._given(of), "groups": sorted(groups), "limit": limit}
        return [tuple(row) for row in self._connection.execute(_TAKEN_OVER, given)]

    def _pair(self, statement: TextClause, of: Month, **given: object) -> tuple[int, int]:
        month_ore, all_ore = self._connection.execute(statement, {**self._given(of), **given}).one()
        return int(month_ore), int(all_ore)

    def _given(self, of: Month) -> dict[str, object]:
        return {"t": self._tenant, "company": of.company, "first": of.first, "last": of.last}
