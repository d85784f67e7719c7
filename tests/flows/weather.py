"""Bad weather for real databases: a full disk, a locked file, sessions that the server ends."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text

from hub.identifiers.ocr_reference import with_length_and_check_digit
from hub.runtime.facade import Hub
from hub.services.payments.posting import ChunkPoster
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry

BANKGIRO = "9912346"  # of the demonstration's tenant
_serials = itertools.count(1)


def payment_file(file: Path, payments: int) -> Path:
    """Write a BgMax file of payments that nobody asked for; no two files are told from the same payments."""
    first = next(_serials) * 1_000_000
    writer = BgMaxWriter("20261120060000000000")
    records = [writer.start(), writer.open_section(BANKGIRO)]
    for number in range(first, first + payments):
        reference = with_length_and_check_digit(f"{50_000_000 + number:08}")
        records.extend(writer.entry(WrittenEntry(10_000 + number % 700, reference, serial=f"{number:012}")))
    records.append(writer.close_section(date(2026, 11, 20), serial=f"{first // 1_000_000:05}", bank_account=_ACCOUNT))
    file.write_text("".join(f"{record}\r\n" for record in [*records, writer.end()]), encoding="latin-1", newline="")
    return file


_ACCOUNT = "5841000001009823"


class Disk:
    """The disk of an SQLite database: full, until it is emptied. SQLite itself refuses what would need a new page."""

    def __init__(self, *engines: Engine) -> None:
        self.is_full = False
        for engine in engines:
            event.listen(engine, "begin", self._limit)

    def fill_up(self, connection: Connection) -> None:
        """Be full from now on, in the transaction that is under way too."""
        self.is_full = True
        self._limit(connection)

    def _limit(self, connection: Connection) -> None:
        cursor = connection.connection.cursor()
        pages = cursor.execute("PRAGMA page_count").fetchone()[0] if self.is_full else 2**31
        cursor.execute(f"PRAGMA max_page_count={pages}")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the write lock of an SQLite file, as another program may."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def end_sessions(url: str) -> int:
    """Let the server end every session in a PostgreSQL database but the one that asks; return how many."""
    engine = create_engine(url)
    with engine.connect() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).scalar_one()
    engine.dispose()
    return int(ended)


def before_first_chunk(monkeypatch: pytest.MonkeyPatch, strike: Callable[[Connection], object]) -> list[int]:
    """Let something happen inside the transaction of the first chunk; return a list of the chunks that were begun."""
    begun: list[int] = []
    post = ChunkPoster.__call__

    def post_in_bad_weather(self: ChunkPoster, work: Any, input: Any) -> Any:
        begun.append(input["chunk_no"])
        if len(begun) == 1:
            strike(work._connection)
        return post(self, work, input)

    monkeypatch.setattr(ChunkPoster, "__call__", post_in_bad_weather)
    return begun


def assert_posted_once(hub: Hub, files: int = 1) -> None:
    """Hold that so many files are posted, no run is left, and the books are proved."""
    assert sorted(exchange.state for exchange in hub.exchanges.latest(kind="payment_file")) == ["posted"] * files
    assert {run.state for run in hub.runs.latest()} == {"done"}
    assert hub.books.verify().findings == []
