"""The append-only books: postings become entries, open items, vouchers and events, set by set.

All postings of a transaction are gathered in a temporary table, from Python rows or straight from a join, and applied
at once. The sequence number in that table decides the number of the entry, which is also the number of its event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam

from hub.errors import LedgerError
from hub.model.books import Posting, PostingSum, Voucher, VoucherKey, VoucherLine
from hub.rules.books import Chart, voucher_lines
from hub.store import tables
from hub.store.bulk import insert_named, insert_rows
from hub.store.counters import take_numbers
from hub.store.statements import text
from hub.store.temporary import empty, lay_out, tell_size

POSTING_COLUMNS = Posting._fields
VOUCHER_HEAD = ("voucher_type", "text", "exchange_no", "run_no", "chunk_no")

_SEQ = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
_TEXTS = dict.fromkeys(
    ("bucket", "company", "currency", "transaction_date", "booked_date", "cause", "rule", "contra"), "TEXT NOT NULL"
)


class PostingTable:
    """The postings of one transaction, before they are applied."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        columns = {name: _TEXTS.get(name, "BIGINT") for name in POSTING_COLUMNS}
        lay_out(connection, "posting", {"seq": _SEQ[connection.dialect.name], **columns})

    def clear(self) -> None:
        """Take all postings away."""
        empty(self.connection, "posting")

    def count(self) -> tuple[int, int]:
        """Return how many postings there are, and the sequence number of the first."""
        counted = self.connection.exec_driver_sql("SELECT count(*), coalesce(min(seq), 1) FROM posting").one()
        return counted[0], counted[1]

    def receivables(self) -> int:
        """Return how many receivables the postings touch."""
        counted = self.connection.exec_driver_sql("SELECT count(DISTINCT receivable_id) FROM posting")
        return int(counted.scalar_one())

    def add(self, postings: Sequence[Posting]) -> None:
        """Add postings made in Python, in order."""
        insert_named(self.connection, "posting", POSTING_COLUMNS, postings)
        tell_size(self.connection, "posting", len(postings))

    def add_selected(self, select: str, parameters: Mapping[str, Any]) -> int:
        """Add the rows of a SELECT whose columns are those of a posting, in order; return how many.

        A parameter that is a list stands for its values, as in `IN :numbers`.
        """
        names = ", ".join(POSTING_COLUMNS)
        lists = [name for name, value in parameters.items() if isinstance(value, list)]
        statement = text(f"INSERT INTO posting ({names}) {select}")
        statement = statement.bindparams(*(bindparam(name, expanding=True) for name in lists))
        added = int(self.connection.execute(statement, dict(parameters)).rowcount)
        tell_size(self.connection, "posting", added)
        return added


class SqlBooks:
    """Books of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int, now: str) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._postings: PostingTable | None = None

    @property
    def postings(self) -> PostingTable:
        self.prepare()
        assert self._postings is not None
        return self._postings

    def prepare(self) -> None:
        """Make the temporary table of postings, for statements that look into it."""
        if self._postings is None:
            self._postings = PostingTable(self._connection)

    def companies(self) -> set[str]:
        """Return the companies that receivables or vouchers are of."""
        rows = self._connection.execute(
            text(
                "SELECT company FROM posting_group WHERE tenant = :t "
                "UNION SELECT company FROM voucher WHERE tenant = :t"
            ),
            {"t": self._tenant},
        )
        return {row.company for row in rows}

    def add(self, postings: Sequence[Posting]) -> None:
        """Gather postings; nothing is changed before `apply`."""
        if postings:
            self.postings.add(postings)

    def settle_open_items(self, *, expected: int) -> None:
        """Take away the open items that settling postings close.

        Called between the exact join and the rules, so that the rules see what is still open.

        Raises:
            LedgerError: other than the expected number of open items was there.
        """
        result = self._connection.execute(
            text(
                "DELETE FROM open_item WHERE tenant = :tenant AND receivable_id IN "
                "(SELECT receivable_id FROM posting WHERE settles = 1)"
            ),
            {"tenant": self._tenant},
        )
        if result.rowcount != expected:
            raise LedgerError(f"{expected} receivables were to be settled, {result.rowcount} were open")

    def apply(
        self,
        chart: Chart,
        *,
        voucher_type: str,
        text_on_voucher: str = "",
        run_no: int | None = None,
        chunk_no: int | None = None,
        exchange_no: int | None = None,
        coded: Mapping[VoucherKey, Iterable[VoucherLine]] | None = None,
    ) -> list[Voucher]:
        """Turn all gathered postings into open items, vouchers, entries, suspense movements and events.

        Raises:
            LedgerError: a voucher would not balance, or a settled item was not there.
        """
        count, first = self.postings.count() if self._postings is not None else (0, 1)
        if not count and not coded:
            return []
        sums = self._sums() if count else []
        head = (voucher_type, text_on_voucher, exchange_no, run_no, chunk_no)
        vouchers = self._write_vouchers(voucher_lines(sums, chart, coded or {}), head)
        if count:
            self._update_open_items()
            self._write_movements(count, first, run_no)
            self.postings.clear()
        return vouchers

    def _sums(self) -> list[PostingSum]:
        rows = self._connection.exec_driver_sql(
            "SELECT section_no, company, currency, booked_date, bucket, group_no, account_no, contra, "
            "CAST(sum(amount_ore) AS BIGINT) FROM posting "
            "GROUP BY section_no, company, currency, booked_date, bucket, group_no, account_no, contra "
            "ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"
        )
        return [PostingSum(VoucherKey(*row[:4]), *row[4:]) for row in rows]

    def _update_open_items(self) -> None:
        self._connection.execute(text(_RAISE_OPEN_ITEMS), {"tenant": self._tenant})
        self._connection.execute(text(_DROP_EMPTY_OPEN_ITEMS), {"tenant": self._tenant})

    def _write_vouchers(
        self, lines_by_key: Mapping[VoucherKey, tuple[VoucherLine, ...]], head: tuple[Any, ...]
    ) -> list[Voucher]:
        if not lines_by_key:
            lay_out(self._connection, "posting_voucher", _POSTING_VOUCHER, indexes=_VOUCHER_INDEXES)
            return []
        first = take_numbers(self._connection, self._tenant, "voucher", len(lines_by_key))
        vouchers = [
            Voucher(first + index, key, lines) for index, (key, lines) in enumerate(sorted(lines_by_key.items()))
        ]
        numbered = [(*voucher.key, voucher.number) for voucher in vouchers]
        lay_out(self._connection, "posting_voucher", _POSTING_VOUCHER, numbered, indexes=_VOUCHER_INDEXES)
        self._insert_vouchers(vouchers, head)
        return vouchers

    def _insert_vouchers(self, vouchers: Sequence[Voucher], head: tuple[Any, ...]) -> None:
        insert_rows(
            self._connection,
            tables.voucher,
            ("tenant", "voucher_no", "section_no", "company", "currency", "booked_date", *VOUCHER_HEAD),
            [(self._tenant, v.number, v.key.section_no or None, *v.key[1:], *head) for v in vouchers],
        )
        insert_rows(
            self._connection,
            tables.voucher_line,
            ("tenant", "voucher_no", "line_no", "account", "amount_ore", "coding"),
            [
                (self._tenant, v.number, line_no, line.account, line.amount_ore, line.coding)
                for v in vouchers
                for line_no, line in enumerate(v.lines, 1)
            ],
        )

    def _write_movements(self, count: int, first: int, run_no: int | None) -> None:
        base = take_numbers(self._connection, self._tenant, "event", count) - first
        parameters = {"tenant": self._tenant, "base": base, "run_no": run_no, "now": self._now}
        for statement in (_WRITE_ENTRIES, _WRITE_SUSPENSE, _WRITE_EVENTS):
            self._connection.execute(text(statement), parameters)


_RAISE_OPEN_ITEMS = """
    INSERT INTO open_item (tenant, receivable_id, group_no, currency, principal_ore, fee_ore, interest_ore)
    SELECT :tenant, receivable_id, max(group_no), max(currency),
           sum(CASE bucket WHEN 'principal' THEN amount_ore ELSE 0 END),
           sum(CASE bucket WHEN 'fee' THEN amount_ore ELSE 0 END),
           sum(CASE bucket WHEN 'interest' THEN amount_ore ELSE 0 END)
    FROM posting
    WHERE settles = 0 AND receivable_id <> 0 AND bucket IN ('principal', 'fee', 'interest')
    GROUP BY receivable_id
    ON CONFLICT (tenant, receivable_id) DO UPDATE SET
        principal_ore = open_item.principal_ore + excluded.principal_ore,
        fee_ore = open_item.fee_ore + excluded.fee_ore,
        interest_ore = open_item.interest_ore + excluded.interest_ore
"""

_DROP_EMPTY_OPEN_ITEMS = """
    DELETE FROM open_item
    WHERE tenant = :tenant AND principal_ore = 0 AND fee_ore = 0 AND interest_ore = 0
      AND receivable_id IN (SELECT receivable_id FROM posting WHERE settles = 0 AND receivable_id <> 0)
"""

_POSTING_VOUCHER = {
    "section_no": "BIGINT",
    "company": "TEXT",
    "currency": "TEXT",
    "booked_date": "TEXT",
    "voucher_no": "BIGINT",
}
_VOUCHER_INDEXES = ("section_no, company, currency, booked_date",)

_WRITE_ENTRIES = """
    INSERT INTO entry (tenant, receivable_id, entry_no, cause, bucket, amount_ore, currency, transaction_date,
                       booked_date, voucher_no, payment_id, exchange_no, run_no, rule, reverses_no)
    SELECT :tenant, p.receivable_id, :base + p.seq, p.cause, p.bucket, p.amount_ore, p.currency, p.transaction_date,
           p.booked_date, v.voucher_no, p.payment_id, p.exchange_no, CAST(:run_no AS BIGINT), p.rule, p.reverses_no
    FROM posting p LEFT JOIN posting_voucher v
      ON v.section_no = p.section_no AND v.company = p.company AND v.currency = p.currency
     AND v.booked_date = p.booked_date AND p.contra <> ''
    WHERE p.receivable_id <> 0
    ORDER BY p.receivable_id
"""

_WRITE_SUSPENSE = """
    INSERT INTO suspense_movement (tenant, payment_id, movement_no, amount_ore, currency, cause, booked_date,
                                   voucher_no, run_no)
    SELECT :tenant, p.payment_id, :base + p.seq, p.amount_ore, p.currency, p.cause, p.booked_date, v.voucher_no,
           CAST(:run_no AS BIGINT)
    FROM posting p LEFT JOIN posting_voucher v
      ON v.section_no = p.section_no AND v.company = p.company AND v.currency = p.currency
     AND v.booked_date = p.booked_date
    WHERE p.bucket = 'suspense'
"""

_WRITE_EVENTS = """
    INSERT INTO event (tenant, event_no, kind, recorded_at, receivable_id, payment_id)
    SELECT :tenant, :base + seq, cause, :now, CASE receivable_id WHEN 0 THEN NULL ELSE receivable_id END, payment_id
    FROM posting
"""
