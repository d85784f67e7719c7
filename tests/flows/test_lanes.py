"""A node goes on in a lane for a moment, without waiting for its next look: in order, and each run once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_home import make_home
from sqlalchemy import text

from hub.runtime import node as nodes
from hub.runtime import tenant_work
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


def test_after_a_moment_others_have_a_turn(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "GOES_ON_FOR_S", 0)
    enqueue(hub)

    assert hub.work()

    assert_each_was_carried_out_once_in_order(hub)
    assert gone_on_with(hub) == 0


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


def rounds_behind(hub: Hub, run_id: str) -> int:
    """End a run, and the rounds that are queued behind it; return how many those are."""
    with hub._work.store.write() as work:
        run = work.runs.get(run_id)
        assert run is not None
        work.runs.change(run.run_no, state="done")
        hub._work._round_behind(work, run)
        rounds = [queued for queued in work.runs.unfinished() if queued.kind == "round"]
        for queued in rounds:
            work.runs.change(queued.run_no, state="done")
    return len(rounds)


@pytest.mark.parametrize(("without_s", "expected"), [(60, [1, 0, 0, 1]), (0, [1, 1, 1, 1])])
def test_messages_that_go_on_to_be_sent_leave_the_round_to_the_last_of_them(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, without_s: int, expected: list[int]
) -> None:
    """But for a moment only, so that what was sent is told while many are."""
    monkeypatch.setattr(tenant_work, "SENDING_WITHOUT_ROUND_S", without_s)
    sends = [f"send:nordvik:1:{number}" for number in range(4)]
    with hub._work.store.write() as work:
        for run_id in sends:
            work.runs.enqueue(run_id, "send", {"channel": LANE}, lane=LANE)

    assert [rounds_behind(hub, run_id) for run_id in sends] == expected
