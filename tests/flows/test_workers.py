"""Several processes at once: one file fed by four, four workers over many tenants, stopping, freezing, taking over."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine_home import make_home
from hub_processes import Process
from one_database import on_postgresql, on_sqlite
from sqlalchemy import text
from weather import assert_posted_once, payment_file

from hub.demo.folder import BGMAX, TENANT, DemoFolder
from hub.runtime.bootstrap import Installation
from hub.runtime.facade import Hub
from hub.services.payments.receiving import receive
from hub.testing.killing.nursery import Nursery

WORKERS = 4
TENANTS, RUNS_EACH = 8, 3
LANES = ("", "letters")  # of files, and of one channel
LARGE, SMALL_CHUNK = 10_000, 250  # payments: some seconds of reading and posting, in forty transactions


@pytest.fixture
def demo(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    return make_home(tmp_path / "home", database_url, monkeypatch)


@contextmanager
def at_work(nursery: Nursery, demo: DemoFolder, *names: str, how: str = "worker") -> Iterator[list[Process]]:
    """Start workers that post in small chunks, and kill what is left of them at the end."""
    told = [(how, "--node", name, "--log-json", "--home", demo.home) for name in names]
    workers = [Process(nursery, words, SMALL_CHUNK) for words in told]
    try:
        for worker in workers:
            worker.wait_for("node works")
        yield workers
    finally:
        for worker in workers:
            worker.close()


def queue(hub: Hub, file: Path) -> str:
    """Keep a file and queue its run, for whoever works."""
    with file.open("rb") as stream:
        return receive(hub._work.store, stream, name=file.name)[1]


def test_one_file_fed_by_four_processes_at_once_is_posted_once(
    demo: DemoFolder, database_url: str, nursery: Nursery
) -> None:
    with Hub.open(demo.home):  # makes the tables
        pass
    names = ["w"] if database_url.startswith("postgresql") else []
    with at_work(nursery, demo, *names):
        words = ("receive", demo.file(BGMAX), "--wait", 60, "--home", demo.home)
        feeding = [Process(nursery, words) for _ in range(4)]
        codes = [process.ends(within_s=120) for process in feeding]
    assert codes == [0] * 4, [process.told for process in feeding]

    with Hub.open(demo.home) as hub:
        states = sorted(exchange.state for exchange in hub.exchanges.latest())
        assert states == ["duplicate", "duplicate", "duplicate", "posted"]
        assert hub.books.verify().findings == []


@on_postgresql
def test_four_workers_keep_the_order_of_each_tenants_files_and_of_each_of_its_channels(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, nursery: Nursery
) -> None:
    demo = make_home(tmp_path / "home", database_url, monkeypatch, tenants=TENANTS)
    with Hub.open(demo.home, TENANT) as hub:
        with at_work(nursery, demo, *(f"w{number}" for number in range(WORKERS))) as workers:
            _queue_rounds(hub._installation)
            wait_for_runs(hub)
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            assert [worker.ends() for worker in workers] == [0] * WORKERS
        with hub._installation.engine.connect() as connection:
            runs = connection.execute(text("SELECT state, executions FROM run")).all()
    assert runs == [("done", 1)] * TENANTS * len(LANES) * RUNS_EACH

    told = [_told(worker) for worker in workers]
    assert sum(map(bool, told)) > 1, "one worker did everything"
    lanes: dict[str, list[tuple[str, str, str]]] = {}
    for when, run_id, what in sorted(entry for entries in told for entry in entries):
        lanes.setdefault(run_id.rpartition(":")[0], []).append((when, run_id, what))
    expected = [(str(number), what) for number in range(RUNS_EACH) for what in ("run begun", "run ended")]
    found = {lane: [(run_id[-1], what) for _, run_id, what in entries] for lane, entries in lanes.items()}
    assert found == dict.fromkeys(lanes, expected)
    assert len(lanes) == TENANTS * len(LANES)


def _queue_rounds(installation: Installation) -> None:
    for number in range(RUNS_EACH):
        for name in installation.home.tenants:
            with installation.store(name).write() as work:
                for lane in LANES:
                    work.runs.enqueue(f"round:{name}:{lane}:{number}", "round", {}, lane=lane)


def _told(worker: Process) -> list[tuple[str, str, str]]:
    """Return when a worker began and ended which run."""
    entries = [json.loads(line) for line in worker.told if line.startswith("{")]
    return [(e["timestamp"], e["run_id"], e["event"]) for e in entries if e["event"] in ("run begun", "run ended")]


def wait_for_runs(hub: Hub, timeout_s: int = 120) -> None:
    """Wait until no run of any tenant is left."""
    unfinished = text("SELECT count(*) FROM run WHERE state IN ('queued', 'running')")
    for _ in range(timeout_s * 10):
        with hub._installation.engine.connect() as connection:
            if not connection.execute(unfinished).scalar_one():
                return
        pause()
    raise AssertionError("the workers did not come to the end")


def pause() -> None:
    """Let other processes work for a moment, before it is looked again."""
    signal.sigtimedwait([], 0.1)


def test_a_process_told_to_stop_hands_a_large_file_back_and_the_next_goes_on(
    demo: DemoFolder, tmp_path: Path, database_url: str, nursery: Nursery
) -> None:
    with Hub.open(demo.home) as hub:
        run_id = queue(hub, payment_file(tmp_path / "large.txt", LARGE))
        with at_work(nursery, demo, "w", how="serve") as [server]:
            wait_until_posting(hub, run_id)
            for _ in range(2 if database_url.startswith("sqlite") else 1):  # an impatient person says it twice
                server.send_signal(signal.SIGTERM)
            assert server.ends() == 0
        left = hub.runs.get(run_id)
        assert (left.state, left.problem, left.executions) == ("queued", "", 1)
        assert "finish" not in [name for _, name in hub.runs.show(run_id).steps]

        with at_work(nursery, demo, "w", how="serve"):
            wait_for_runs(hub)
        assert hub.runs.get(run_id).executions == 2
        assert_posted_once(hub)


def wait_until_posting(hub: Hub, run_id: str) -> None:
    """Wait until the first chunk is posted."""
    for _ in range(600):
        if any(name.startswith("post:") for _, name in hub.runs.show(run_id).steps):
            return
        pause()
    raise AssertionError("the file is not being posted")


@on_sqlite
def test_ctrl_c_while_a_file_is_received_leaves_it_queued(demo: DemoFolder, tmp_path: Path, nursery: Nursery) -> None:
    with Hub.open(demo.home) as hub:
        file = payment_file(tmp_path / "large.txt", LARGE)
        receiving = Process(nursery, ("receive", file, "--home", demo.home), SMALL_CHUNK)
        wait_for_first_run(hub)
        run_id = hub.runs.latest()[0].run_id
        wait_until_posting(hub, run_id)
        receiving.send_signal(signal.SIGINT)
        assert receiving.ends() == 130
        assert [line for line in receiving.told if "Traceback" in line] == []
        assert "what was taken in is kept, and goes on with the next command" in " ".join(receiving.told)
        assert hub.runs.get(run_id).state == "queued"

        assert hub.work()
        assert_posted_once(hub)


def wait_for_first_run(hub: Hub) -> None:
    """Wait until something is queued."""
    for _ in range(600):
        if hub.runs.latest():
            return
        pause()
    raise AssertionError("nothing was queued")


@on_postgresql
def test_a_worker_that_was_frozen_is_taken_over_and_writes_nothing_more(
    demo: DemoFolder, tmp_path: Path, nursery: Nursery
) -> None:
    with Hub.open(demo.home) as hub:
        run_id = queue(hub, payment_file(tmp_path / "large.txt", LARGE))
        with at_work(nursery, demo, "frozen") as [frozen]:
            wait_until_posting(hub, run_id)
            frozen.send_signal(signal.SIGSTOP)
            with at_work(nursery, demo, "other"):
                wait_for_runs(hub)
                assert (hub.runs.get(run_id).carried_by, hub.runs.get(run_id).executions) == ("other", 2)
                frozen.send_signal(signal.SIGCONT)
                frozen.send_signal(signal.SIGTERM)
                assert frozen.ends() == 0
        assert_posted_once(hub)
