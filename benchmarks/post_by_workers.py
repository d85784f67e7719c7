"""A million payments through whole processes: `python benchmarks/post_by_workers.py --payments 1000000`.

SQLite: one tenant's file, carried out by `hub serve`. PostgreSQL: two tenants with half of the payments each, carried
out by one `hub worker`, which takes both files side by side, and by two; one tenant's files go one after the other
however many workers there are. Timed from the birth of the `hub receive` that brings each file until the last of them
says that it is posted; the workers wait by then. *Bare* is `bare_sql.py` with all payments in one file of one tenant.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from comparing import FOLDER, add_arguments, circumstances, keep_compiled, made_file, save
from measuring import run_once
from posting_databases import Copies, copies_of_world
from same_books import paid_and_open
from working_home import HUB, at_work, write_home

BARE = "bare"
PATIENCE_S = 7_200
NAMES = ("north", "north2")  # of the tenants in `posting_world.py`


class Way(NamedTuple):
    """One way of carrying out: who works, and whose files there are."""

    name: str
    workers: Sequence[tuple[str, ...]]
    tenants: int


WAYS = {
    "sqlite": (Way("serve", [("serve",)], 1),),
    "postgresql": (
        Way("one_worker", [("worker", "--node", "a")], 2),
        Way("two_workers", [("worker", "--node", "a"), ("worker", "--node", "b")], 2),
    ),
}


def measure(chosen: argparse.Namespace) -> None:
    """Take all ways in turn, and bare SQL beside them, and show the figures."""
    keep_compiled(chosen.folder)
    run_once([*HUB, "--help"])
    taken: dict[str, list[dict[str, Any]]] = {}
    with copies_of_world(chosen.database, chosen.folder, chosen.payments) as copies:
        for _ in range(chosen.rounds):
            _keep(taken, BARE, _bare(chosen, copies))
            for way in WAYS[chosen.database]:
                _keep(taken, way.name, _through(way, chosen, copies))
    _report(chosen, taken)


def _keep(taken: dict[str, list[dict[str, Any]]], name: str, figures: dict[str, Any]) -> None:
    taken.setdefault(name, []).append(figures)
    print(f"  {name}: {figures}", file=sys.stderr, flush=True)


def _bare(chosen: argparse.Namespace, copies: Copies) -> dict[str, Any]:
    file = made_file("bgmax", chosen.payments, chosen.folder)
    copies.renew(BARE)
    figure = run_once([sys.executable, str(FOLDER / "bare_sql.py"), copies.url(BARE), str(file)])
    _require_all_posted(copies.url(BARE), chosen.payments)
    return {"wall_s": round(figure.wall_s, 1), "cpu_s": round(figure.cpu_s, 1), "peak_mib": round(figure.peak_mib)}


def _through(way: Way, chosen: argparse.Namespace, copies: Copies) -> dict[str, Any]:
    file = made_file("bgmax", chosen.payments // way.tenants, chosen.folder)
    copies.renew(way.name, way.tenants)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        home = write_home(Path(folder) / "home", copies.url(way.name), NAMES[: way.tenants])
        with ExitStack() as stack:
            workers = [stack.enter_context(at_work(home, *words)) for words in way.workers]
            begun = time.perf_counter()
            ended_s = [ended - begun for ended in _receive(home, file, NAMES[: way.tenants])]
    _require_all_posted(copies.url(way.name), chosen.payments)
    return {
        "wall_s": round(max(ended_s), 1),
        "each_file_s": [round(s, 1) for s in ended_s],
        "cpu_s": round(sum(worker.cpu_s for worker in workers), 1),
        "peak_mib": round(max(worker.peak_mib for worker in workers)),
    }


def _receive(home: Path, file: Path, tenants: Sequence[str]) -> list[float]:
    """Bring the file for each tenant at once; return when each was posted."""
    command = [*HUB, "receive", str(file), "--home", str(home), "--wait", str(PATIENCE_S), "--tenant"]
    waiting = [subprocess.Popen([*command, tenant], stdout=subprocess.DEVNULL) for tenant in tenants]
    ended: dict[int, float] = {}
    while len(ended) < len(waiting):
        for at, process in enumerate(waiting):
            if at not in ended and process.poll() is not None:
                ended[at] = time.perf_counter()
        time.sleep(0.05)
    if any(process.returncode for process in waiting):
        raise SystemExit(f"hub receive ended with {[process.returncode for process in waiting]}")
    return [ended[at] for at in range(len(waiting))]


def _require_all_posted(url: str, payments: int) -> None:
    """Give no figures of work that was not done."""
    paid, still_open = paid_and_open(url)
    if (paid, still_open) != (payments, 0):
        raise SystemExit(f"{paid} of {payments} payments are posted, {still_open} receivables are open")


def _report(chosen: argparse.Namespace, taken: dict[str, list[dict[str, Any]]]) -> None:
    def ratio(name: str, other: str) -> float:
        pairs = zip(taken[name], taken[other], strict=True)
        return round(statistics.median(ours["wall_s"] / others["wall_s"] for ours, others in pairs), 2)

    names = [way.name for way in WAYS[chosen.database]]
    ratios = {f"{name} to bare": ratio(name, BARE) for name in names}
    if len(names) > 1:
        ratios[f"{names[1]} to {names[0]}"] = ratio(names[1], names[0])
    result = {
        **circumstances(),
        "database": chosen.database,
        "payments": chosen.payments,
        "taken": taken,
        "wall_ratios": ratios,
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, rounds=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
