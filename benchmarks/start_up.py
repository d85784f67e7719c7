"""How long an installation of ten thousand tenants takes to start: `python benchmarks/start_up.py --tenants 10000`.

Measured from the birth of each process: `hub serve` until it says that it works, on an empty database and again on the
one it made; the first file of a tenant received right after that; `hub runs` and `hub doctor` of one tenant. The same
with one tenant, and with two schedules in every tenant's file. Ratio = many tenants / one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comparing import circumstances, keep_compiled, made_file, save
from measuring import run_once
from posting_databases import new_database
from working_home import HUB, SCHEDULES, at_work, write_home

from hub.store.database import connect
from hub.store.schedules import SqlScheduleIndex

LOOK_S = 0.1
READ_WITHIN_S = 1_800.0
KINDS = {"one tenant": 1, "all tenants": 0, "all tenants, with schedules": 0}  # 0: as many as are asked for


def measure(chosen: argparse.Namespace) -> None:
    """Take all times, kind by kind in turn, and show them."""
    keep_compiled(chosen.folder)
    run_once([*HUB, "--help"])
    file = made_file("bgmax", 100, chosen.folder, matching=False)
    rounds: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for _ in range(chosen.rounds):
        for kind, count in KINDS.items():
            with (
                tempfile.TemporaryDirectory(dir=chosen.folder) as folder,
                new_database(chosen.database, Path(folder)) as url,
            ):
                tenants = [f"tenant{number:05}" for number in range(count or chosen.tenants)]
                more = SCHEDULES if kind.endswith("schedules") else ""
                home = write_home(Path(folder) / "home", url, tenants, more=more)
                rounds[kind].append(_times(home, url, file, tenants, has_schedules=bool(more)))
                print(f"  {kind}: {rounds[kind][-1]}", file=sys.stderr, flush=True)
    _report(chosen, rounds)


def _times(home: Path, url: str, file: Path, tenants: Sequence[str], *, has_schedules: bool) -> dict[str, float]:
    one = tenants[len(tenants) // 2]
    times: dict[str, float] = {}
    with at_work(home, "serve") as first:
        times["start, empty database"] = first.start_s
        if has_schedules:
            times["all schedules read after"] = _until_all_read(url, len(tenants))
    with at_work(home, "serve") as again:
        times["start"] = again.start_s
        times["first file posted"] = _took(home, "receive", str(file), "--tenant", one)
        times["hub runs"] = _took(home, "runs", "--tenant", one)
        times["hub doctor"] = _took(home, "doctor", "--tenant", one)
    times["peak MiB of hub serve"] = again.peak_mib
    return {name: round(value, 2) for name, value in times.items()}


def _took(home: Path, *words: str) -> float:
    return run_once([*HUB, *words, "--home", str(home)]).wall_s


def _until_all_read(url: str, count: int) -> float:
    """Return how long after the start the clock has read every tenant's schedules; it fires what is due meanwhile."""
    begun = time.perf_counter()
    engine = connect(url)
    try:
        while len(SqlScheduleIndex(engine).readings()) < count:
            if time.perf_counter() - begun > READ_WITHIN_S:
                raise SystemExit("the schedules were not read")
            time.sleep(LOOK_S)
    finally:
        engine.dispose()
    return time.perf_counter() - begun


def _report(chosen: argparse.Namespace, rounds: dict[str, list[dict[str, float]]]) -> None:
    medians = {
        kind: {name: statistics.median(times[name] for times in taken) for name in taken[0]}
        for kind, taken in rounds.items()
    }
    alone = medians["one tenant"]
    result: dict[str, Any] = {
        **circumstances(),
        "database": chosen.database,
        "tenants": chosen.tenants,
        "rounds": chosen.rounds,
        "s": medians,
        "to_one_tenant": {
            kind: {name: round(value / alone[name], 2) for name, value in times.items() if alone.get(name)}
            for kind, times in medians.items()
        },
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files").resolve(), help="where files are made and kept"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
