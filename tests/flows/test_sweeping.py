"""A node forgets what is old at its start and every hour, all of it, and whoever did it last says so to the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_home import TENANT, make_home
from sqlalchemy import text

import hub.runtime.engine as engine_module
from hub.runtime.bootstrap import Installation
from hub.runtime.config import EngineSettings
from hub.runtime.membership import Membership
from hub.runtime.sweeping import SWEEP_EVERY_S, SWEPT_AT, Sweeper
from hub.store.installation import keep_value


@pytest.fixture
def installation(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    opened = Installation.open(make_home(tmp_path / "home", database_url, monkeypatch).home)
    with opened.engine.begin() as connection:
        connection.execute(text("DELETE FROM installation WHERE name = :name"), {"name": SWEPT_AT})
    yield opened
    opened.close()


def sweeper(installation: Installation) -> Sweeper:
    membership = Membership(installation.nodes, EngineSettings(), wanted_name="n", may_take_another=False, plugins="")
    return Sweeper(installation, membership, threading.Event())


def end_turns(installation: Installation, number: int) -> None:
    """Queue runs whose turns ended long ago."""
    with installation.store(TENANT).write() as work:
        for one in range(number):
            work.runs.enqueue_another(f"round:{TENANT}:{one}", "round", {})
    with installation.engine.begin() as connection:
        ended = f"UPDATE {turns(installation)} SET status = 'SUCCESS', completed_at = 1000, updated_at = 1000"
        connection.execute(text(ended))


def turns(installation: Installation) -> str:
    return "workflow_status" if installation.engine.dialect.name == "sqlite" else "dbos.workflow_status"


def left(installation: Installation) -> int:
    with installation.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {turns(installation)}")).scalar_one())


def test_everything_old_is_forgotten_in_batches(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "FORGET_BATCH", 2)
    end_turns(installation, 5)

    sweeper(installation).sweep()

    assert left(installation) == 0


def test_one_node_sweeps_in_an_hour_whoever_it_is(installation: Installation) -> None:
    sweeper(installation).sweep()
    end_turns(installation, 1)

    sweeper(installation).sweep()
    assert left(installation) == 1

    for swept_at in (
        int(time.time()) - SWEEP_EVERY_S,
        int(time.time()) + 24 * SWEEP_EVERY_S,
    ):  # or of a clock that was ahead
        keep_value(installation.engine, SWEPT_AT, str(swept_at))
        end_turns(installation, 1)
        sweeper(installation).sweep()
        assert left(installation) == 0


def test_a_sweep_that_is_broken_off_is_due_at_the_next_start(installation: Installation) -> None:
    end_turns(installation, 1)
    stopped = sweeper(installation)
    stopped._stopping.set()
    stopped.sweep()
    assert left(installation) == 1

    sweeper(installation).sweep()
    assert left(installation) == 0
