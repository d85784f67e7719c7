"""A limited channel is called by one run at a time, of all tenants and on all nodes; another one side by side."""

from __future__ import annotations

import io
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine_home import make_home
from hub_processes import Process
from laid_out import laid_out_database, own_database

from hub.contracts import Promise
from hub.demo.folder import DemoFolder
from hub.loopback.acceptance_log import AcceptanceLog, Accepted
from hub.loopback.counterparty import Counterparty
from hub.model.attempts import PlannedMessage
from hub.runtime.bootstrap import Installation
from hub.runtime.facade import Hub
from hub.runtime.node import WorkingNode
from hub.services.attempts import plan_batch
from hub.testing.killing.nursery import Nursery

__all__ = ["laid_out_database", "own_database"]

LIMITED, UNLIMITED = Promise.NEITHER, Promise.IDEMPOTENT
APART_S = 0.05
FAR_APART_S = 0.25  # much longer than calls take that nothing keeps apart


def limit(apart_s: float) -> str:
    return f"\n[engine.channels.demonstration_{LIMITED}]\nper_minute = {round(60 / apart_s)}\n"


LIMIT = limit(APART_S)
CHANNELS = '\n[plugins.demonstration_channels]\naddress = "{address}"\ntimeout_s = 10.0\n'
BATCHES, MESSAGES = 2, 1  # of each tenant
CALL_TAKES_S = 0.1  # longer than the limit, so that two runs at once would meet
PATIENCE_S = 60


class WatchedLog(AcceptanceLog):
    """Sees how many calls are in progress at once; the first of the unlimited channel wait for each other."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.changed = threading.Condition()
        self.in_progress: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.began_at: list[float] = []  # calls of the limited channel

    def accept(self, channel: str, key: str, sha256: str, *, once: bool) -> Accepted | None:
        with self.changed:
            self._begin(channel)
            if channel == UNLIMITED:
                self.changed.wait_for(lambda: self.most[channel] > 1, timeout=PATIENCE_S / 10)
            else:
                self.changed.wait_for(lambda: self.in_progress[channel] > 1, timeout=CALL_TAKES_S)
            self.in_progress[channel] -= 1
            self.taken[channel] += 1
            self.changed.notify_all()
        return super().accept(channel, key, sha256, once=once)

    def _begin(self, channel: str) -> None:
        self.in_progress[channel] += 1
        self.most[channel] = max(self.most[channel], self.in_progress[channel])
        if channel == LIMITED:
            self.began_at.append(time.monotonic())
        self.changed.notify_all()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_database: Path) -> str:
    """A database of its own, since the engine keeps the queue of a limited channel."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(sqlite_database, tmp_path / 'hub.sqlite')}"
    return str(request.getfixturevalue("own_database"))


@pytest.fixture
def demo(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> DemoFolder:
    demo = make_home(tmp_path / "home", database_url, monkeypatch, tenants=2)
    add(demo.home / "hub.toml", LIMIT)
    return demo


@pytest.fixture
def log(demo: DemoFolder, tmp_path: Path) -> Iterator[WatchedLog]:
    """What a counterparty sees that both tenants send to."""
    with Counterparty(tmp_path / "accepted.jsonl") as counterparty:
        counterparty.log.close()
        watched = counterparty.log = WatchedLog(tmp_path / "accepted.jsonl")
        for tenant in (demo.home / "tenants").glob("*.toml"):
            add(tenant, CHANNELS.format(address=counterparty.address))
        yield watched


def add(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def plan(installation: Installation, tenant: str, promise: Promise, batch: int, count: int) -> None:
    store = installation.store(tenant)
    names = [f"{promise}:{batch}:{number}" for number in range(count)]
    kept = {name: store.contents.keep(io.BytesIO(name.encode())) for name in names}
    messages = [PlannedMessage(name, content.sha256, content.size) for name, content in kept.items()]
    with store.write() as work:
        plan_batch(
            work, tenant, f"demonstration_{promise}", f"{promise}-{batch}", messages, plugin="demonstration_channels"
        )


@contextmanager
def at_work(nursery: Nursery, demo: DemoFolder, database_url: str) -> Iterator[None]:
    """One process on SQLite, two on PostgreSQL."""
    is_sqlite = database_url.startswith("sqlite")
    commands = [["serve"]] if is_sqlite else [["worker", "--node", name] for name in ("a", "b")]
    processes = [Process(nursery, [*command, "--home", demo.home]) for command in commands]
    try:
        for process in processes:
            process.wait_for("node works")
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        codes = [process.ends(PATIENCE_S) for process in processes]
    assert codes == [0] * len(processes), [process.told for process in processes]


def test_two_calls_of_a_limited_channel_never_meet_and_those_of_another_do(
    demo: DemoFolder, database_url: str, log: WatchedLog, nursery: Nursery
) -> None:
    with Hub.open(demo.home, "nordvik") as hub, at_work(nursery, demo, database_url):
        tenants = list(hub._installation.home.tenants)
        for tenant in tenants:
            for batch in range(BATCHES):
                plan(hub._installation, tenant, LIMITED, batch, MESSAGES)
            plan(hub._installation, tenant, UNLIMITED, 0, 1)
        expected = {LIMITED: len(tenants) * BATCHES * MESSAGES, UNLIMITED: len(tenants)}
        with log.changed:
            assert log.changed.wait_for(lambda: log.taken == expected, timeout=PATIENCE_S), log.taken

    assert log.most == {LIMITED: 1, UNLIMITED: 2}


def test_a_limited_channel_is_called_no_faster_than_its_limit(
    demo: DemoFolder, log: WatchedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("test_channel_limits.CALL_TAKES_S", 0)
    settings = demo.home / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(LIMIT, limit(FAR_APART_S)), encoding="utf-8")
    with Hub.open(demo.home, "nordvik", here=True) as hub:
        for batch, count in enumerate((1, 2, 1)):
            plan(hub._installation, "nordvik", LIMITED, batch, count)
        with WorkingNode(hub._installation).at_work(), log.changed:
            assert log.changed.wait_for(lambda: log.taken[LIMITED] == 4, timeout=PATIENCE_S)

    calls = len(log.began_at)
    assert calls == 4
    assert log.began_at[-1] - log.began_at[0] > (calls - 1.5) * FAR_APART_S  # half a limit for what the network does


def test_runs_that_were_queued_under_a_limit_are_carried_out_when_it_is_gone(demo: DemoFolder) -> None:
    lane = f"demonstration_{LIMITED}"
    with Hub.open(demo.home, "nordvik") as hub, hub._work.store.write() as work:
        work.runs.enqueue("round:nordvik:limited", "round", {}, lane=lane)
    settings = demo.home / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(LIMIT, ""), encoding="utf-8")

    with Hub.open(demo.home, "nordvik", here=True) as hub:
        with hub._work.store.write() as work:
            work.runs.enqueue("round:nordvik:free", "round", {}, lane=lane)
        assert hub.work()
        assert {run.run_id: run.state for run in hub.runs.latest()} == {
            "round:nordvik:limited": "done",
            "round:nordvik:free": "done",
        }
