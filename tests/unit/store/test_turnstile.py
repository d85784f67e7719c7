"""The turnstile: a writer that waits for SQLite's lock gets it next, though another writes without a pause."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hub.errors import TransientError
from hub.store.database import open_database, reading, second_pool, writing

LONG_S = 0.15  # of each transaction of the busy writer; SQLite itself looks again every 0.1 s
MOST_BETWEEN = 4  # of them that may come before the other writer; without the turnstile it is dozens


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hub.sqlite"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{file}")
    yield opened
    opened.dispose()


@contextmanager
def busy_writer(engine: Engine) -> Iterator[Callable[[], int]]:
    """Let a thread write without a pause; gives how many transactions it has begun."""
    stop, has_begun, begun = threading.Event(), threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            with writing(engine) as connection:
                connection.execute(text("UPDATE installation SET value = value"))
                begun[0] += 1
                has_begun.set()
                stop.wait(LONG_S)

    writer = threading.Thread(target=write)
    writer.start()
    has_begun.wait()
    try:
        yield lambda: begun[0]
    finally:
        stop.set()
        writer.join()


def most_between(begun: Callable[[], int], write: Callable[[], object]) -> int:
    """Write some times; return how many transactions of the busy writer came in between at most."""
    most = 0
    for _ in range(8):
        before = begun()
        write()
        most = max(most, begun() - before)
    return most


def test_a_thread_that_waits_comes_next(engine: Engine) -> None:
    def write() -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE installation SET value = value"))

    with busy_writer(engine) as begun:
        assert most_between(begun, write) <= MOST_BETWEEN


def test_the_engines_own_connections_come_next_too(engine: Engine) -> None:
    pool = second_pool(engine)

    def write() -> None:
        with pool.begin() as connection:
            connection.execute(text("UPDATE installation SET value = value"))

    with busy_writer(engine) as begun:
        assert most_between(begun, write) <= MOST_BETWEEN
    pool.dispose()


def test_another_process_comes_next(engine: Engine, file: Path) -> None:
    program = (
        "import sys\nfrom sqlalchemy import text\nfrom hub.store.database import open_database, writing\n"
        f"engine = open_database('sqlite:///{file}')\n"
        "for line in sys.stdin:\n"
        "    with writing(engine) as connection: connection.execute(text('UPDATE installation SET value = value'))\n"
        "    print(flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        stdin, stdout = other.stdin, other.stdout

        def write() -> None:
            stdin.write("\n")
            stdin.flush()
            stdout.readline()

        write()  # it has started
        with busy_writer(engine) as begun:
            assert most_between(begun, write) <= MOST_BETWEEN
        stdin.close()


def test_a_writer_gives_up_after_its_time(engine: Engine, file: Path) -> None:
    hasty = open_database(f"sqlite:///{file}", busy_timeout_s=0.05)
    with (
        writing(engine),
        pytest.raises(TransientError, match="locked"),
        writing(hasty),
    ):
        pass
    hasty.dispose()


def test_who_opens_a_new_file_waits_for_who_makes_it_one(file: Path) -> None:
    """SQLite refuses at once, whatever the patience, to journal by a WAL what another is about to write."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as maker:
        maker.execute("BEGIN IMMEDIATE")
        ends = threading.Timer(LONG_S, maker.rollback)
        ends.start()
        opened = open_database(f"sqlite:///{file}")
        ends.join()
    with reading(opened) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    opened.dispose()


def test_who_opens_a_new_file_gives_up_after_its_time(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as maker:
        maker.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransientError, match="locked"):
            open_database(f"sqlite:///{file}", busy_timeout_s=0.05)
