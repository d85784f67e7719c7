"""What most flows begin with; a file whose tests need another world makes its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import crash_lane
import hub_life
import pytest
from attempt_world import TIMEOUT_S, AttemptWorld
from compiled_once import statements_are_compiled_once
from engine_tables_once import engine_tables_are_made_once
from imported_ledger import Ledger
from payment_world import World
from sqlalchemy import Engine
from unsynced import nothing_is_synced

from hub.loopback.counterparty import Counterparty
from hub.store.database import open_database
from hub.testing.killing.nursery import Nursery

__all__ = ["engine_tables_are_made_once", "nothing_is_synced", "statements_are_compiled_once"]  # for every flow


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Starts processes of their own, `hub` among them, without the second that each would import for."""
    log = tmp_path_factory.mktemp("nursery") / "log.txt"
    with Nursery(warm=[*hub_life.WARM, *crash_lane.WARM], log=log, paths=[Path(__file__).parent]) as opened:
        yield opened


@pytest.fixture(scope="session")
def opened_database(opened_home: Path) -> Path:
    """An SQLite file as a home leaves it that was opened, with the engine's tables; one that has a copy is quick."""
    return opened_home / "hub.sqlite"


@pytest.fixture(scope="session")
def sqlite_database(sqlite_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The durable engine's tables are in the file as well: to make them takes longer than most flows do."""
    from hub.runtime.engine import RunQueue  # the engine, which most flows do without

    file = tmp_path_factory.mktemp("made-with-engine") / "hub.sqlite"
    opened = open_database(f"sqlite:///{shutil.copy(sqlite_database, file)}")
    with closing(RunQueue(opened)) as queue:
        queue.make_tables()
    opened.dispose()
    return file


@pytest.fixture
def other_engine(engine: Engine, database_url: str) -> Iterator[Engine]:
    """The opened database, as another process has it open too."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def world(engine: Engine) -> World:
    """A tenant that takes payment files."""
    return World(engine)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """A tenant that takes files of receivables."""
    return Ledger(engine)


@pytest.fixture
def call_timeout_s() -> float:
    """How long a call of `attempt_world` may take; tests in which none is meant to be late say more."""
    return TIMEOUT_S


@pytest.fixture
def attempt_world(engine: Engine, tmp_path: Path, call_timeout_s: float) -> Iterator[AttemptWorld]:
    """A tenant that sends messages, and the counterparty that takes them; messages and events agree in the end."""
    with Counterparty(tmp_path / "accepted.jsonl") as counterparty:
        made = AttemptWorld(engine, counterparty, timeout_s=call_timeout_s)
        yield made
        assert made.found("ATTEMPT_NUMBER_GAP", "ATTEMPT_DIFFERS", "MESSAGE_DIFFERS") == []
