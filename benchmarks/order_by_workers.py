"""Four workers on ten thousand tenants: `python benchmarks/order_by_workers.py`.

Each tenant has runs in two lanes, that of files and that of one channel, queued before the workers start. Then the
workers' own logs say which run began and ended when: in each lane one after the other, in the order they were queued,
each once. Ends in 1 when that is not so.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from posting_databases import new_database
from sqlalchemy import Engine, text
from working_home import at_work, write_home

from hub.runtime.bootstrap import Installation
from hub.store.database import open_database

LANES = ("", "letters")  # of files, and of one channel
PATIENCE_S = 3_600
LOOK_S = 1.0
_LEFT = text("SELECT count(*) FROM run WHERE state IN ('queued', 'running')")
_RUNS = text("SELECT count(*), count(CASE WHEN state = 'done' AND executions = 1 THEN 1 END) FROM run")


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Queue the runs, let the workers take them, and look at what they told."""
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=chosen.folder) as folder,
        new_database("postgresql", Path(folder)) as url,
    ):
        tenants = [f"tenant{number:05}" for number in range(chosen.tenants)]
        home = write_home(Path(folder) / "home", url, tenants)
        _queue(home, tenants, chosen.runs)
        names = [f"w{number}" for number in range(1, chosen.workers + 1)]
        engine = open_database(url)
        begun = time.perf_counter()
        with ExitStack() as workers:
            for name in names:
                workers.enter_context(at_work(home, "worker", "--node", name))
            _wait(engine)
            took_s = time.perf_counter() - begun
        with engine.connect() as connection:
            queued, once = connection.execute(_RUNS).one()
        engine.dispose()
        told = {name: list(_told(home / f"worker---node-{name}.log")) for name in names}
        return {
            **circumstances(),
            "tenants": chosen.tenants,
            "runs": queued,
            "carried_out_once": once,
            "runs_by_worker": {name: len(entries) // 2 for name, entries in told.items()},
            "s": round(took_s, 1),
            "runs_per_s": round(queued / took_s),
            "wrong": _out_of_order(entry for entries in told.values() for entry in entries),
        }


def _queue(home: Path, tenants: Sequence[str], runs: int) -> None:
    with closing(Installation.open(home)) as installation:
        for done, name in enumerate(tenants, 1):
            with installation.store(name).write() as work:
                for number in range(runs):
                    for lane in LANES:
                        work.runs.enqueue(f"round:{name}:{lane}:{number}", "round", {}, lane=lane)
            if done % 1_000 == 0:
                print(f"  {done} tenants queued", file=sys.stderr, flush=True)


def _wait(engine: Engine) -> None:
    begun = time.perf_counter()
    while time.perf_counter() - begun < PATIENCE_S:
        with engine.connect() as connection:
            if not connection.execute(_LEFT).scalar_one():
                return
        time.sleep(LOOK_S)
    raise SystemExit("the workers did not come to the end")


def _told(log: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (when, run id, what) of what a worker began and ended."""
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("event") in ("run begun", "run ended") and entry["run_id"].startswith("round:"):
            yield entry["timestamp"], entry["run_id"], entry["event"]


def _out_of_order(told: Iterable[tuple[str, str, str]]) -> list[str]:
    lanes: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for _, run_id, what in sorted(told):
        lane, _, number = run_id.rpartition(":")
        lanes[lane].append((int(number), what))
    return [
        lane
        for lane, entries in sorted(lanes.items())
        if entries != [(number, what) for number in range(len(entries) // 2) for what in ("run begun", "run ended")]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=2, help="of each lane of each tenant")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files").resolve(), help="where files are made and kept"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    result = measure(chosen)
    print(json.dumps(result, indent=2))
    save(result, chosen.save)
    if result["wrong"] or result["carried_out_once"] != result["runs"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
