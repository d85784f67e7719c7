"""The short look at a queue says what the engine would find, and spares its long question."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos._sys_db import SystemDatabase
from engine_home import make_home
from sqlalchemy import text

from hub.runtime.engine import DELIVERIES, FILES
from hub.runtime.facade import Hub
from hub.runtime.node import WorkingNode
from hub.runtime.queue_look import QueueLook

IDLE_S, LOOK_S, PATIENCE_S = 0.3, 0.02, 20.0


@pytest.fixture
def hub(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    demo = make_home(tmp_path / "home", database_url, monkeypatch)
    with Hub.open(demo.home, "nordvik", here=True) as opened:
        yield opened


def enqueue(hub: Hub, run_id: str, lane: str = "", delay_s: float = 0) -> None:
    with hub._work.store.write() as work:
        assert work.runs.enqueue_once(run_id, "round", {}, lane=lane, delay_s=delay_s)


def test_a_turn_is_free_when_it_waits_and_none_of_its_partition_is_at_work(hub: Hub) -> None:
    look = QueueLook(hub._installation.queue.pool)
    table = "workflow_status" if hub._installation.engine.dialect.name == "sqlite" else "dbos.workflow_status"

    def free() -> tuple[bool, bool]:
        return look.has_free_turn(FILES), look.has_free_turn(DELIVERIES)

    enqueue(hub, "later", delay_s=3600)
    assert free() == (False, False)
    enqueue(hub, "first")
    assert free() == (True, False)
    with hub._installation.queue.pool.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET status = 'PENDING' WHERE status = 'ENQUEUED'"))
    enqueue(hub, "second")
    assert free() == (False, False)
    enqueue(hub, "letters", lane="letter")
    assert free() == (False, True)


def test_a_process_asks_for_turns_when_there_is_one(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    dequeue = SystemDatabase.start_queued_partitioned_workflows

    def noted(database, queue, *words, **options):  # type: ignore[no-untyped-def]
        asked.append(queue.name)
        return dequeue(database, queue, *words, **options)

    monkeypatch.setattr(SystemDatabase, "start_queued_partitioned_workflows", noted)

    with WorkingNode(hub._installation).at_work():
        time.sleep(IDLE_S)
        while_idle = asked.count(FILES)
        enqueue(hub, "first")
        until = time.monotonic() + PATIENCE_S
        while hub.runs.get("first").state != "done" and time.monotonic() < until:
            time.sleep(LOOK_S)

    assert hub.runs.get("first").state == "done"
    assert while_idle <= 1  # the engine may ask before it is told to look first
    assert asked.count(FILES) > while_idle
