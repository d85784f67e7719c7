"""The sides of the engine's benchmark: `python run_by_engine.py SIDE URL [FILE CHUNK]` prints what they took."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from statistics import median
from threading import Event

import bare_sql
from posting_world import CLOCK, TENANT
from sqlalchemy.engine import make_url
from working_home import write_home

from hub.runtime.bootstrap import Installation
from hub.runtime.carrying import Body, rare_collections
from hub.runtime.node import WorkingNode
from hub.runtime.tenant_work import TenantWork
from hub.services.payments import reading
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.services.ports import JsonObject, Step, Store, UnitOfWork, Work
from hub.store.database import open_database
from hub.store.unit_of_work import SqlStore
from hub_bankgiro.reader import BgMaxReader

LOOK_S = 0.02  # how often a command that waits for its run looks
EMPTY_RUNS, EMPTY_STEPS = 40, 200


class Watch:
    """When things happened, by the wall clock and by the processor time of the thread that carries out.

    On PostgreSQL the server's processes for this database are read at the beginning and the end of the run too.
    """

    def __init__(self, url: str) -> None:
        self._server = "" if url.startswith("sqlite") else f" {make_url(url).database} ["  # as its processes' titles
        self._marks: list[tuple[str, float, float]] = []
        self._server_cpu_s = 0.0

    def begin(self) -> None:
        """Begin the run."""
        self._server_cpu_s = -_server_cpu_s(self._server)
        self.mark("begin")

    def mark(self, name: str) -> None:
        """Note that something begins."""
        self._marks.append((name, time.perf_counter(), time.thread_time()))

    def end(self) -> None:
        """End the run."""
        self.mark("end")
        self._server_cpu_s += _server_cpu_s(self._server)

    def times(self) -> dict[str, float]:
        """Return how long the usual chunk's posting took, to the beginning of what came after it, and the whole."""
        following = zip(self._marks, self._marks[1:], strict=False)
        chunks = [(mark, after) for mark, after in following if mark[0].startswith("post:")]
        chunk_s, chunk_cpu_s = (median(after[at] - mark[at] for mark, after in chunks) for at in (1, 2))
        (_, begun, cpu_begun), (_, ended, cpu_ended) = self._marks[0], self._marks[-1]
        return {
            "chunk_ms": 1000 * chunk_s,
            "chunk_cpu_ms": 1000 * chunk_cpu_s,
            "run_s": ended - begun,
            "run_cpu_s": cpu_ended - cpu_begun + self._server_cpu_s,
        }


def _server_cpu_s(title: str) -> float:
    """Return the processor time of the server's processes with this in their title; Linux alone tells it."""
    if not title:
        return 0.0
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if title in (process / "cmdline").read_text(errors="replace"):
                ticks += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


class WatchedWork:
    """A `Work` of which the beginning of each step is noted."""

    def __init__(self, work: Work, watch: Watch) -> None:
        self._work = work
        self._watch = watch
        self.run_no, self.execution = work.run_no, work.execution
        self.write, self.progress = work.write, work.progress

    def step(self, name: str, function: Step, input: JsonObject) -> JsonObject:
        """Carry out a step."""
        self._watch.mark(name)
        return self._work.step(name, function, input)


class PlainWork:
    """Transactions and nothing else."""

    run_no = execution = 1

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction."""
        return self._store.write()

    def step(self, _name: str, function: Step, input: JsonObject) -> JsonObject:
        """Call a step in a transaction."""
        with self._store.write() as work:
            return function(work, input)

    def progress(self, done: int, total: int) -> None:
        """Keep nothing."""


def by_engine(url: str, file: Path) -> dict[str, float]:
    """Receive a file and let a node carry out its run; keeping the bytes and waiting for a turn are outside."""
    watch = Watch(url)
    has_ended = Event()

    def watched(tenant_work: TenantWork, _stopping: Event) -> dict[str, Body]:
        body = PaymentFileRun(tenant_work.store, tenant_work.tenant, [_reader()], tenant_work.poster)

        def ingest(work: Work, input: JsonObject) -> JsonObject:
            watch.begin()
            try:
                return body(WatchedWork(work, watch), input)
            finally:
                watch.end()
                has_ended.set()

        return {"ingest": ingest, "round": lambda _work, _input: {}}

    with working(url, watched) as tenant_work, file.open("rb") as stream:
        _, run_id = receive(tenant_work.store, stream, name=file.name)
        has_ended.wait()
        _wait_until_done(tenant_work.store, run_id)
    return watch.times()


def by_plain_calls(url: str, file: Path) -> dict[str, float]:
    """Let the body of the run do the same without an engine."""
    watch = Watch(url)
    store = SqlStore(open_database(url), TENANT.id, CLOCK)
    body = PaymentFileRun(store, TENANT, [_reader()], ChunkPoster(TENANT))
    with file.open("rb") as stream:
        exchange, _ = receive(store, stream, name=file.name)
    with rare_collections():
        watch.begin()
        answer = body(WatchedWork(PlainWork(store), watch), {"exchange_no": exchange.number})
        watch.end()
    if answer["outcome"] != "posted":
        raise SystemExit(f"it was not posted: {answer}")
    return watch.times()


def by_bare_sql(url: str, file: Path) -> dict[str, float]:
    """Load and post the file by the fewest statements."""
    watch = Watch(url)
    bare = bare_sql.BareSql(bare_sql.connect(url), file)
    post_chunk = bare._post_chunk

    def watched(number: int, span: dict[str, int]) -> None:
        watch.mark(f"post:{number}")
        post_chunk(number, span)

    bare._post_chunk = watched  # type: ignore[method-assign]
    bare.keep()
    watch.begin()
    bare.load()
    bare.post()
    watch.end()
    return watch.times()


def fixed_costs(url: str) -> dict[str, float]:
    """Let a node carry out runs that do nothing."""

    def bodies(_tenant_work: TenantWork, _stopping: Event) -> dict[str, Body]:
        return {"empty": _take_empty_steps, "round": lambda _work, _input: {}}

    with working(url, bodies) as tenant_work:
        store = tenant_work.store
        _queue_empty(store, "first", 1)
        alone = [_queue_empty(store, f"alone{number}", 1) for number in range(EMPTY_RUNS)]
        in_a_row = _queue_empty(store, "row", EMPTY_RUNS)
        with_steps = _queue_empty(store, "steps", 1, steps=EMPTY_STEPS)
        plain = _plain_transactions(store)
    return {
        "a run, from queued to seen done": 1000 * sorted(alone)[EMPTY_RUNS // 2],
        "a run, of many of one tenant": 1000 * in_a_row / EMPTY_RUNS,
        "a step with its progress": 1000 * (with_steps - sorted(alone)[EMPTY_RUNS // 2]) / EMPTY_STEPS,
        "an empty transaction": 1000 * plain / EMPTY_STEPS,
    }


def _take_empty_steps(work: Work, input: JsonObject) -> JsonObject:
    for number in range(input["steps"]):
        work.step("empty", lambda _work, _input: {}, {})
        work.progress(number + 1, input["steps"])
    return {}


def _queue_empty(store: Store, name: str, count: int, *, steps: int = 0) -> float:
    """Queue runs and return how long it took until the last was done."""
    begun = time.perf_counter()
    with store.write() as work:
        for number in range(count):
            work.runs.enqueue(f"{name}:{number}", "empty", {"steps": steps})
    _wait_until_done(store, f"{name}:{count - 1}")
    return time.perf_counter() - begun


def _plain_transactions(store: Store) -> float:
    """Return how long as many transactions take that change a row each."""
    begun = time.perf_counter()
    for number in range(EMPTY_STEPS):
        with store.write() as work:
            work.runs.change(1, done=number)
    return time.perf_counter() - begun


@contextmanager
def working(url: str, bodies: Callable[[TenantWork, Event], dict[str, Body]]) -> Iterator[TenantWork]:
    """Let a node of this process work on a database, with bodies of ours."""
    TenantWork._bodies = bodies  # type: ignore[method-assign, assignment]
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation.open(write_home(Path(folder) / "home", url, [TENANT.id]), CLOCK)
        try:
            with WorkingNode(installation).at_work():
                yield installation.tenant(TENANT.id)
        finally:
            installation.close()


def _reader() -> tuple[str, BgMaxReader]:
    return "bankgiro", BgMaxReader()


def _wait_until_done(store: Store, run_id: str) -> None:
    while True:
        with store.read() as work:
            run = work.runs.get(run_id)
        if run is not None and run.state in ("done", "failed"):
            break
        time.sleep(LOOK_S)
    if run.state == "failed":
        raise SystemExit(run.problem)


def main() -> None:
    side, url, *rest = sys.argv[1:]
    if side == "fixed":
        print(json.dumps(fixed_costs(url)))
        return
    reading.CHUNK_PAYMENTS = bare_sql.CHUNK = int(rest[1])
    take = {"engine": by_engine, "plain": by_plain_calls, "bare": by_bare_sql}[side]
    print(json.dumps(take(url, Path(rest[0]))))


if __name__ == "__main__":
    main()
