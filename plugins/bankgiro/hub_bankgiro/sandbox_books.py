"""The books of the sandbox's Bankgirot: mandates, requests and what was paid, in a database file of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS payee (bankgiro TEXT PRIMARY KEY, customer TEXT, serial INT DEFAULT 0);
CREATE TABLE IF NOT EXISTS mandate (bankgiro TEXT, payer TEXT, account TEXT, identity TEXT, is_asked INT,
    state TEXT, created TEXT, changed TEXT, PRIMARY KEY (bankgiro, payer));
CREATE TABLE IF NOT EXISTS request (id INTEGER PRIMARY KEY, bankgiro TEXT, payer TEXT, code TEXT, date TEXT,
    due TEXT, period TEXT, times TEXT, amount INT, reference TEXT, state TEXT);
CREATE INDEX IF NOT EXISTS request_due ON request (state, due);
CREATE INDEX IF NOT EXISTS request_payer ON request (bankgiro, payer, state);
CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, bankgiro TEXT, content TEXT, code TEXT, text TEXT,
    amount INT, is_approved INT);
CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, bankgiro TEXT, day TEXT, request INT, amount INT);
CREATE TABLE IF NOT EXISTS habit (bankgiro TEXT, payer TEXT, status TEXT, times INT, PRIMARY KEY (bankgiro, payer));
CREATE TABLE IF NOT EXISTS taken (sha256 TEXT PRIMARY KEY, name TEXT);
CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), day TEXT, unended TEXT);
"""


class Books:
    """Rows by plain questions; a file is taken, and a day ended, in one transaction."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(file, check_same_thread=False)
        self._rows.row_factory = sqlite3.Row
        self._rows.executescript(_SCHEMA)

    def all(self, question: str, *values: Any) -> list[Row]:
        """Return rows."""
        return [dict(row) for row in self._rows.execute(question, values)]

    def one(self, question: str, *values: Any) -> Row | None:
        """Return the first row, None when there is none."""
        row = self._rows.execute(question, values).fetchone()
        return dict(row) if row else None

    def do(self, change: str, *values: Any) -> int:
        """Change rows; return the number of the row that was added."""
        return int(self._rows.execute(change, values).lastrowid or 0)

    def add(self, table: str, **values: Any) -> int:
        """Add a row; the same key again replaces it."""
        marks = ", ".join("?" * len(values))
        return self.do(f"INSERT OR REPLACE INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())

    def commit(self) -> None:
        """Keep what was changed."""
        self._rows.commit()

    def rollback(self) -> None:
        """Forget what was changed."""
        self._rows.rollback()

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def answers(self, bankgiro: str, content: str) -> Sequence[Row]:
        """Take the rows of one content that wait to be told."""
        rows = self.all("SELECT * FROM answer WHERE bankgiro = ? AND content = ? ORDER BY id", bankgiro, content)
        self.do("DELETE FROM answer WHERE bankgiro = ? AND content = ?", bankgiro, content)
        return rows
