"""A node goes on in a lane for a moment, without waiting for its next look: in order, and each run once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_home import make_home
from one_database import on_sqlite
from sqlalchemy import text

from hub.runtime import node as nodes
from hub.runtime.facade import Hub

LANE = "x"
RUNS = [f"round:nordvik:{number}" for number in range(1, 5)]


@pytest.fixture
def hub(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    demo = make_home(tmp_path / "home", database_url, monkeypatch)
    with Hub.open(demo.home, "nordvik", here=True) as opened:
        yield opened


def enqueue(hub: Hub, *, lane: str = LANE) -> None:
    with hub._work.store.write() as work:
        for run_id in RUNS:
            work.runs.enqueue(run_id, "round", {}, lane=lane)


def gone_on_with(hub: Hub) -> int:
    """How many runs a node went on with: their turns are deleted, and the engine never gives them out."""
    engine = hub._installation.engine
    table = "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with engine.connect() as connection:
        return len(RUNS) - int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def assert_each_was_carried_out_once_in_order(hub: Hub) -> None:
    runs = [hub.runs.get(run_id) for run_id in RUNS]
    assert [(run.state, run.executions) for run in runs] == [("done", 1)] * len(RUNS)
    finished = [run.finished_at or "" for run in runs]
    assert finished == sorted(finished)


def test_the_runs_of_a_lane_are_carried_out_in_one_go_in_their_order(hub: Hub) -> None:
    enqueue(hub)

    assert hub.work()

    assert_each_was_carried_out_once_in_order(hub)
    assert gone_on_with(hub) == len(RUNS) - 1


@on_sqlite
def test_after_a_moment_others_have_a_turn(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "GOES_ON_FOR_S", 0)
    enqueue(hub)

    assert hub.work()

    assert_each_was_carried_out_once_in_order(hub)
    assert gone_on_with(hub) == 0


@on_sqlite
def test_the_runs_of_files_are_given_out_one_by_one(hub: Hub) -> None:
    enqueue(hub, lane="")

    assert hub.work()

    assert_each_was_carried_out_once_in_order(hub)
    assert gone_on_with(hub) == 0


def test_what_is_put_off_or_cancelled_is_left_and_what_comes_behind_goes_on(hub: Hub) -> None:
    enqueue(hub)
    with hub._work.store.write() as work:
        numbers = {run.run_id: run.run_no for run in work.runs.unfinished()}
        work.runs.queue_again(numbers[RUNS[1]], reason="not now", delay_s=3600)
        work.runs.cancel(numbers[RUNS[2]], "by anna")

    hub.work()

    assert [hub.runs.get(run_id).state for run_id in RUNS] == ["done", "queued", "cancelled", "done"]
    (left,) = hub._installation.queue.unfinished().by_tenant.values()
    assert (numbers[RUNS[1]], 2) in left


def test_a_lane_with_a_queue_to_itself_is_not_gone_on_with(hub: Hub) -> None:
    queue = hub._installation.queue
    enqueue(hub)
    with hub._work.store.read() as work:
        behind = work.runs.next_in_lane(RUNS[0])
    assert behind is not None
    assert behind.run_id == RUNS[0]
    assert queue.waits(behind)

    table = "workflow_status" if hub._installation.engine.dialect.name == "sqlite" else "dbos.workflow_status"
    with hub._installation.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET queue_name = 'deliveries:x'"))

    assert not queue.waits(behind)


@on_sqlite
def test_while_messages_are_sent_a_round_comes_for_all_that_went_in_two_seconds(hub: Hub) -> None:
    """It is queued by the first of them, whatever becomes of the others, and at once by the last when none waits."""
    sends = [f"send:nordvik:1:{number}" for number in (1, 2, 3)]
    rounds: list[dict[int, int]] = []
    for run_id in sends:
        with hub._work.store.write() as work:
            work.runs.enqueue(run_id, "send", {"channel": LANE}, lane=LANE)
    for run_id in sends:
        with hub._work.store.write() as work:
            run = work.runs.get(run_id)
            assert run is not None
            work.runs.change(run.run_no, state="done")
            hub._work._round_behind(work, run)
            queued = [one for one in work.runs.unfinished() if one.kind == "round"]
            rounds.append({one.run_no: one.put_off_for_s(work.now) for one in queued})
            if run_id == sends[1]:
                work.runs.change(queued[0].run_no, state="done")

    first, second, last = rounds
    assert (list(first.values()), second, list(last.values())) == ([2], first, [0])
