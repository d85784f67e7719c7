"""Bare SQL for the posting benchmark: `python bare_sql.py URL FILE` prints the seconds of each stage.

Only the driver (sqlite3, or psycopg) and as few statements as will write what the hub writes: the same rows into the
same tables with the same indexes and PRAGMAs, in chunks of the same size, each committed. Fields are cut where they
stand; nothing is checked: no totals, no duplicates, no second payment of the same invoice, no watch list, no rule.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

CHUNK = 20_000
BLOCK = 2**20
NOW = "2026-11-22T09:00:00.000+00:00"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-131072", "temp_store=MEMORY")
RECEIVABLE, CLEARING, SUSPENSE = "1510", "1940", "2990"
PAYMENT_COLUMNS = 25

Row = tuple[Any, ...]


class BareFile:
    """Cuts payments from a BgMax file, and remembers the sections it passed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.sections: list[Row] = []  # number, serial, day, sum, count, bank account

    def payments(self) -> Iterator[list[Any]]:
        """Yield [section, line, amount, reference, payer, identity, street, place, text, serial, sender]."""
        section = 1
        row: list[Any] = []
        with self._path.open(encoding="latin-1") as file:
            for number, line in enumerate(file, 1):
                code = line[:2]
                if code == "20":
                    if row:
                        yield row
                    row = [section, number, int(line[37:55]), line[12:37].strip(), "", "", "", "", "", line[57:69],
                           line[2:12].lstrip("0")]  # fmt: skip
                elif code == "15":
                    self._close(section, line)
                    section += 1
                else:
                    _add(row, code, line)
        if row:
            yield row

    def _close(self, section: int, line: str) -> None:
        day = f"{line[37:41]}-{line[41:43]}-{line[43:45]}"
        serial, account = line[45:50].lstrip("0"), line[2:37].lstrip("0")
        self.sections.append((section, serial, day, int(line[50:68]), int(line[71:79]), account))


def _add(row: list[Any], code: str, line: str) -> None:
    if code == "25":
        row[8] = line[2:52].strip()
    elif code == "26":
        row[4] = line[2:37].strip()
    elif code == "27":
        row[6], row[7] = line[2:37].strip(), line[37:46].strip()
    elif code == "28":
        row[7] += " " + line[2:37].strip()
    elif code == "29" and row:
        row[5] = line[4:14]


class BareSql:
    """The statements, stage by stage."""

    def __init__(self, connection: Any, file: Path) -> None:
        self._connection = connection
        self._path = file
        self._file = BareFile(file)
        self._chunks: list[tuple[int, int, int]] = []  # number, first, last payment
        (self._event_no,) = self._connection.execute("SELECT max(event_no) FROM event").fetchone()
        self._voucher_no = 0

    def keep(self) -> None:
        """Keep the bytes, compressed, in one transaction."""
        digest, size, parts = hashlib.sha256(), 0, 0
        self._connection.execute("BEGIN IMMEDIATE")
        with self._path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                self._connection.execute(
                    "INSERT INTO content_part VALUES (1, 'upload', ?, ?)", (parts, zlib.compress(block, 1))
                )
                parts += 1
        sha256 = digest.hexdigest()
        self._connection.execute("INSERT INTO content VALUES (1, ?, ?, ?, 'upload')", (sha256, size, parts))
        self._connection.execute(
            "INSERT INTO exchange (tenant, exchange_no, direction, kind, plugin, format, name, sha256, size, state, "
            "created_at, changed_at) "
            "VALUES (1, 1, 'in', 'payment_file', 'bankgiro', 'BgMax', ?, ?, ?, 'posted', ?, ?)",
            (self._path.name, sha256, size, NOW, NOW),
        )
        self._connection.execute("COMMIT")

    def load(self) -> None:
        """Load payments and their keys chunk by chunk, then sections and deposits."""
        payments = self._file.payments()
        first = 1
        while part := list(islice(payments, CHUNK)):
            self._connection.execute("BEGIN IMMEDIATE")
            self._insert("payment", PAYMENT_COLUMNS, (_payment(first + at, row) for at, row in enumerate(part)))
            self._insert("payment_key", 4, ((1, row[9], "bgc_serial", first + at) for at, row in enumerate(part)))
            last, amount = first + len(part) - 1, sum(row[2] for row in part)
            chunk = (1, 1, len(self._chunks) + 1, first, last, len(part), amount, "loaded")
            self._insert("chunk", 8, [chunk])
            self._connection.execute("COMMIT")
            self._chunks.append((len(self._chunks) + 1, first, last))
            first = last + 1
        self._connection.execute("BEGIN IMMEDIATE")
        self._insert("section", 19, (_section(*section) for section in self._file.sections))
        self._connection.execute(_ACCOUNTS)
        self._connection.execute(_DEPOSITS)
        self._connection.execute("COMMIT")

    def post(self) -> None:
        """Post chunk by chunk: what has one open receivable settles it, the rest goes to the suspense account."""
        for number, first, last in self._chunks:
            self._connection.execute("BEGIN IMMEDIATE")
            self._post_chunk(number, {"first": first, "last": last, "event": self._event_no - first + 1})
            self._event_no += last - first + 1
            self._connection.execute(
                "UPDATE chunk SET state = 'posted' WHERE tenant = 1 AND exchange_no = 1 AND chunk_no = ?", (number,)
            )
            self._connection.execute("COMMIT")
        self._connection.execute(
            "INSERT INTO event (tenant, event_no, kind, recorded_at) VALUES (1, ?, 'payment_file_posted', ?)",
            (self._event_no + 1, NOW),
        )

    def _post_chunk(self, number: int, span: dict[str, int]) -> None:
        sums = self._connection.execute(_SECTION_SUMS, span).fetchall()
        span = {**span, "voucher": self._voucher_no - sums[0][0] + 1}
        settled = self._connection.execute(_ENTRIES, span).rowcount
        if settled:
            self._connection.execute(_DROP_OPEN_ITEMS, span)
            self._connection.execute(_EVENTS, span)
        else:
            for statement in _SUSPEND:
                self._connection.execute(statement, span)
        self._vouchers(number, sums, RECEIVABLE if settled else SUSPENSE)

    def _vouchers(self, chunk_no: int, sums: Iterable[Row], account: str) -> None:
        for section_no, amount_ore in sums:
            self._voucher_no += 1
            voucher = (1, self._voucher_no, "1", "giro_payments", "2026-11-20", "SEK", "", 1, section_no, 1, chunk_no)
            self._insert("voucher", 11, [voucher])
            lines = sorted([(account, -amount_ore), (CLEARING, amount_ore)])
            self._insert(
                "voucher_line",
                6,
                [(1, self._voucher_no, at, name, amount, "") for at, (name, amount) in enumerate(lines, 1)],
            )

    def _insert(self, table: str, columns: int, rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * columns)
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _payment(payment_id: int, row: list[Any]) -> Row:
    section, line, amount_ore, reference, name, identity, street, place, text, serial, sender = row
    return (1, payment_id, 1, section, 1, line, "payment", amount_ore, "SEK", None, 1, reference, "checked",
            "electronic", name, sender, identity, f"{street}\n{place}", text, "", "", "bgc_serial", serial,
            identity[-10:], "")  # fmt: skip


def _section(number: int, serial: str, day: str, net_ore: int, payments: int, account: str) -> Row:
    return (1, 1, number, 1, "1", "bankgiro:9912346", "", "specification", "bgmax", "SEK", "", serial, day, day, day,
            net_ore, payments, account, day)  # fmt: skip


_ACCOUNTS = """
    INSERT INTO section_account (tenant, account_no, exchange_no, section_no)
    SELECT DISTINCT tenant, account_no, exchange_no, section_no FROM payment WHERE tenant = 1
"""
_DEPOSITS = """
    INSERT INTO deposit (tenant, exchange_no, section_no, entry_no, account_no, currency, booked_date, amount_ore,
                         reference)
    SELECT tenant, exchange_no, section_no, 1, account_no, currency, booked_date, net_ore, serial FROM section
"""
_SPAN = "p.tenant = 1 AND p.payment_id BETWEEN :first AND :last"
_SECTION_SUMS = (
    f"SELECT section_no, sum(amount_ore) FROM payment p WHERE {_SPAN} GROUP BY section_no ORDER BY section_no"
)
_ENTRIES = f"""
    INSERT INTO entry (tenant, receivable_id, entry_no, cause, bucket, amount_ore, currency, transaction_date,
                       booked_date, voucher_no, payment_id, exchange_no, run_no, rule)
    SELECT 1, o.receivable_id, :event + p.payment_id, 'payment', 'principal', -p.amount_ore, p.currency, s.booked_date,
           s.booked_date, :voucher + p.section_no, p.payment_id, p.exchange_no, 1, 'exact_reference'
    FROM payment p
    JOIN section s ON s.tenant = 1 AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    JOIN reference r ON r.tenant = 1 AND r.account_no = p.account_no AND r.reference = p.reference
                    AND r.target_kind = 'receivable'
    JOIN open_item o ON o.tenant = 1 AND o.receivable_id = r.target_id AND o.principal_ore = p.amount_ore
    WHERE {_SPAN}
"""
_DROP_OPEN_ITEMS = """
    DELETE FROM open_item WHERE tenant = 1 AND receivable_id IN (
        SELECT receivable_id FROM entry WHERE tenant = 1 AND payment_id BETWEEN :first AND :last)
"""
_EVENTS = f"""
    INSERT INTO event (tenant, event_no, kind, recorded_at, receivable_id, payment_id)
    SELECT 1, entry_no, 'payment', '{NOW}', receivable_id, payment_id
    FROM entry WHERE tenant = 1 AND payment_id BETWEEN :first AND :last
"""
_SUSPEND = (
    f"""
    INSERT INTO unallocated_payment (tenant, payment_id, exchange_no, account_no, company, reference, amount_ore,
                                     remaining_ore, currency, booked_date, state, reason)
    SELECT 1, p.payment_id, 1, p.account_no, '1', p.reference, p.amount_ore, p.amount_ore, p.currency, s.booked_date,
           'suspended', 'unknown_reference'
    FROM payment p
    JOIN section s ON s.tenant = 1 AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE {_SPAN}
    """,
    f"INSERT INTO unallocated_reference SELECT 1, p.reference, p.payment_id FROM payment p WHERE {_SPAN}",
    f"""
    INSERT INTO suspense_movement (tenant, payment_id, movement_no, amount_ore, currency, cause, booked_date,
                                   voucher_no, run_no)
    SELECT 1, p.payment_id, :event + p.payment_id, p.amount_ore, p.currency, 'suspended', s.booked_date,
           :voucher + p.section_no, 1
    FROM payment p
    JOIN section s ON s.tenant = 1 AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE {_SPAN}
    """,
    f"""
    INSERT INTO event (tenant, event_no, kind, recorded_at, payment_id)
    SELECT 1, :event + p.payment_id, 'suspended', '{NOW}', p.payment_id FROM payment p WHERE {_SPAN}
    """,
)


def connect(url: str) -> Any:
    """Open the database at a URL, with the PRAGMAs that the hub sets on SQLite."""
    if not url.startswith("sqlite"):
        from bare_postgresql import BarePostgresql  # a driver that SQLite has no use for

        return BarePostgresql(url)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, cached_statements=512)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def main() -> None:
    seconds: dict[str, list[float]] = {}
    last = (time.perf_counter(), time.process_time())
    bare = BareSql(connect(sys.argv[1]), Path(sys.argv[2]))
    for name, stage in (("keep", bare.keep), ("read and load", bare.load), ("match and post", bare.post)):
        stage()
        now = (time.perf_counter(), time.process_time())
        seconds[name] = [round(b - a, 2) for a, b in zip(last, now, strict=True)]
        last = now
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
